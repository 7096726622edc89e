package demitasse.tools.tar;

import demitasse.tools.DemiException;

import java.nio.charset.StandardCharsets;

/**
 * The fields of one 512-byte header block (pax(1), "ustar Interchange Format"). Offsets:
 *
 * <pre>
 *   0 name 100 | 100 mode 8 | 108 uid 8 | 116 gid 8 | 124 size 12 | 136 mtime 12 | 148 checksum 8
 * 156 typeflag 1 | 157 linkname 100 | 257 magic 6 | 263 version 2 | 329 major 8 | 337 minor 8 | 345 prefix 155
 * </pre>
 */
final class TarHeader {
    static final int BYTES = 512;
    private static final int CHECKSUM_OFFSET = 148;
    private static final int CHECKSUM_END = 156;
    private static final int PREFIX_OFFSET = 345;
    private static final int PREFIX_BYTES = 155;
    private static final int BINARY = 0x80;

    private final byte[] block;
    private final String origin;

    TarHeader(byte[] block, String origin) {
        this.block = block;
        this.origin = origin;
    }

    boolean isEndMark() {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** Some old archivers summed signed bytes, so either sum is right. */
    void check() {
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < BYTES; i++) {
            byte b = i >= CHECKSUM_OFFSET && i < CHECKSUM_END ? (byte) ' ' : block[i];
            unsigned += b & 0xff;
            signed += b;
        }
        long stated = number(CHECKSUM_OFFSET, 8);
        if (stated != unsigned && stated != signed) {
            throw new DemiException(origin + " is not a tar archive, or is damaged: a header's checksum is wrong");
        }
    }

    char type() {
        return (char) (block[156] & 0xff);
    }

    String name() {
        String name = text(0, 100);
        boolean posix = text(257, 6).equals("ustar");
        String prefix = posix ? text(PREFIX_OFFSET, PREFIX_BYTES) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    String link() {
        return text(157, 100);
    }

    int mode() {
        return (int) number(100, 8);
    }

    long uid() {
        return number(108, 8);
    }

    long gid() {
        return number(116, 8);
    }

    long sizeBytes() {
        return number(124, 12);
    }

    long mtimeSeconds() {
        return number(136, 12);
    }

    int major() {
        return (int) number(329, 8);
    }

    int minor() {
        return (int) number(337, 8);
    }

    private String text(int offset, int length) {
        int end = offset;
        while (end < offset + length && block[end] != 0) {
            end++;
        }
        return new String(block, offset, end - offset, StandardCharsets.ISO_8859_1);
    }

    /** Octal digits between spaces and zero bytes, or GNU's big-endian binary with the top bit set. */
    private long number(int offset, int length) {
        if ((block[offset] & BINARY) != 0) {
            return binary(offset, length);
        }
        long value = 0;
        int i = offset;
        while (i < offset + length && block[i] == ' ') {
            i++;
        }
        for (; i < offset + length && block[i] != 0 && block[i] != ' '; i++) {
            int digit = block[i] - '0';
            if (digit < 0 || digit > 7) {
                throw new DemiException(origin + " is not a tar archive, or is damaged: a number is not octal");
            }
            value = value << 3 | digit;
        }
        return value;
    }

    private long binary(int offset, int length) {
        boolean isNegative = (block[offset] & 0x40) != 0;
        long value = isNegative ? -1L << 6 | block[offset] & 0x3f : block[offset] & 0x3f;
        for (int i = offset + 1; i < offset + length; i++) {
            if (value > Long.MAX_VALUE >> 8 || value < Long.MIN_VALUE >> 8) {
                throw new DemiException(origin + " is damaged: a number in a header is too large");
            }
            value = value << 8 | block[i] & 0xff;
        }
        return value;
    }
}

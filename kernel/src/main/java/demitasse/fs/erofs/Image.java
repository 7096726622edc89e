package demitasse.fs.erofs;

import demitasse.base.memory.Memory;

/**
 * The bytes of an image, with the bounds of every access in one place. The image may lie: offsets and sizes
 * that come out of it are asked about with {@link #holds} first; reading outside is then a bug of ours.
 */
final class Image {
    private static final int CRC32C_POLYNOMIAL = 0x82f63b78;
    /** What four bits more make of a checksum: bit by bit, the superblock takes a twentieth of the kernel's start. */
    private static final int[] CRC32C_BY_NIBBLE = crc32cByNibble();

    private final long address;
    private final long lengthBytes;

    Image(long address, long lengthBytes) {
        this.address = address;
        this.lengthBytes = lengthBytes;
    }

    long lengthBytes() {
        return lengthBytes;
    }

    boolean holds(long offset, long bytes) {
        return offset >= 0 && bytes >= 0 && offset <= lengthBytes && bytes <= lengthBytes - offset;
    }

    /** Where a range that the image holds stands in memory. */
    long address(long offset, long bytes) {
        assert holds(offset, bytes) : "asked before";
        return address + offset;
    }

    /** The place in the image of an address that {@link #address} gave. */
    long offsetOf(long addressInside) {
        return addressInside - address;
    }

    /** Whether the whole page at an address stands in the image. */
    boolean holdsPage(long pageAddress) {
        return holds(pageAddress - address, ErofsLayout.BLOCK_BYTES);
    }

    int byteAt(long offset) {
        return Memory.getUnsignedByte(address(offset, 1));
    }

    int shortAt(long offset) {
        return Memory.getUnsignedShort(address(offset, 2));
    }

    int intAt(long offset) {
        return Memory.getInt(address(offset, 4));
    }

    long unsignedIntAt(long offset) {
        return Memory.getUnsignedInt(address(offset, 4));
    }

    long longAt(long offset) {
        return Memory.getLong(address(offset, 8));
    }

    /**
     * CRC-32C without the final inversion, as the superblock carries it; {@code skip} is a field to read as
     * zero.
     */
    int crc32c(long offset, int bytes, long skip) {
        int crc = -1;
        for (long at = offset; at < offset + bytes; at++) {
            crc ^= at >= skip && at < skip + 4 ? 0 : byteAt(at);
            crc = crc >>> 4 ^ CRC32C_BY_NIBBLE[crc & 15];
            crc = crc >>> 4 ^ CRC32C_BY_NIBBLE[crc & 15];
        }
        return crc;
    }

    private static int[] crc32cByNibble() {
        int[] table = new int[16];
        for (int nibble = 0; nibble < table.length; nibble++) {
            int crc = nibble;
            for (int bit = 0; bit < 4; bit++) {
                crc = crc >>> 1 ^ ((crc & 1) != 0 ? CRC32C_POLYNOMIAL : 0);
            }
            table[nibble] = crc;
        }
        return table;
    }
}

package demitasse.tools.tar;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Makes archives, right ones and wrong ones. Strings hold one byte in each char. */
public final class TarBytes {
    static final int BLOCK = 512;

    private TarBytes() {
    }

    public static byte[] archive(byte[]... members) {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        for (byte[] member : members) {
            archive.writeBytes(member);
        }
        archive.writeBytes(new byte[2 * BLOCK]);
        return archive.toByteArray();
    }

    public static byte[] file(String name, String content) {
        return member(name, '0', content);
    }

    public static byte[] directory(String name) {
        return member(name, '5', "");
    }

    /** A hard ('1') or symbolic ('2') link. */
    public static byte[] link(String name, char type, String target) {
        byte[] member = member(name, type, "");
        put(member, 157, target);
        sum(member);
        return member;
    }

    /** A ustar member. */
    public static byte[] member(String name, char type, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
        byte[] member = new byte[BLOCK + (bytes.length + BLOCK - 1) / BLOCK * BLOCK];
        put(member, 0, name);
        put(member, 100, "0000644\0" + "0000000\0" + "0000000\0");
        put(member, 124, String.format("%011o\0%011o\0", bytes.length, 0));
        member[156] = (byte) type;
        put(member, 257, "ustar\00000");
        System.arraycopy(bytes, 0, member, BLOCK, bytes.length);
        sum(member);
        return member;
    }

    /** Makes a header's checksum right again. */
    static void sum(byte[] header) {
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += header[i] & 0xff;
        }
        put(header, 148, String.format("%06o\0 ", sum));
    }

    private static void put(byte[] header, int offset, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, header, offset, bytes.length);
    }
}

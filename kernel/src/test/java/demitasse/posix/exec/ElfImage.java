package demitasse.posix.exec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** An ELF file put together by hand, elf(5). */
final class ElfImage {
    static final int R = 4;
    static final int W = 2;
    static final int X = 1;
    private static final int PAGE = 4096;

    private record Header(int type, int flags, long offset, long address, long fileBytes, long memoryBytes,
            long align) { }

    private final List<Header> headers = new ArrayList<>();
    private final byte[] bytes;
    private final int type;
    private long entry;

    /** @param type 2 for a fixed program, 3 for a position-independent one */
    ElfImage(int type, int sizeBytes) {
        this.type = type;
        bytes = new byte[sizeBytes];
        for (int i = 0; i < sizeBytes; i++) {
            bytes[i] = (byte) (i / PAGE + 1);
        }
    }

    ElfImage entry(long newEntry) {
        entry = newEntry;
        return this;
    }

    ElfImage load(int flags, long offset, long address, long fileBytes, long memoryBytes) {
        return header(1, flags, offset, address, fileBytes, memoryBytes, PAGE);
    }

    ElfImage header(int kind, int flags, long offset, long address, long fileBytes, long memoryBytes,
            long align) {
        headers.add(new Header(kind, flags, offset, address, fileBytes, memoryBytes, align));
        return this;
    }

    ElfImage interpreter(String path) {
        byte[] text = (path + "\0").getBytes(StandardCharsets.UTF_8);
        int offset = 2048;
        System.arraycopy(text, 0, bytes, offset, text.length);
        return header(3, R, offset, offset, text.length, text.length, 1);
    }

    byte[] build() {
        ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        out.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        out.putShort((short) type).putShort((short) 62).putInt(1);
        out.putLong(entry).putLong(64).putLong(0).putInt(0);
        out.putShort((short) 64).putShort((short) 56).putShort((short) headers.size());
        out.putShort((short) 64).putShort((short) 0).putShort((short) 0);
        for (Header header : headers) {
            out.putInt(header.type).putInt(header.flags).putLong(header.offset).putLong(header.address);
            out.putLong(header.address).putLong(header.fileBytes);
            out.putLong(header.memoryBytes).putLong(header.align);
        }
        return bytes;
    }

    /** A position-independent program of text, data and bss. */
    static ElfImage program() {
        return new ElfImage(3, 3 * PAGE)
                .load(R | X, 0, 0, PAGE + 100, PAGE + 100)
                .load(R | W, 2 * PAGE - 200, 4 * PAGE - 200, 300, 3 * PAGE)
                .entry(0x400);
    }
}

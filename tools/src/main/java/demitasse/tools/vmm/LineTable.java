package demitasse.tools.vmm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The Java frames behind the addresses of a kernel, out of the file {@code KERNEL.lines} that stands beside it; the
 * compiler's class of the same name tells its layout. On the platform linux the kernel reads it by itself.
 */
final class LineTable {
    private static final String SUFFIX = ".lines";
    private static final long MAGIC = ByteBuffer.wrap("DEMILINE".getBytes(StandardCharsets.US_ASCII))
            .order(ByteOrder.LITTLE_ENDIAN).getLong();
    private static final int HEADER_BYTES = 32;
    private static final int NONE = -1;

    private final ByteBuffer bytes;
    private final long base;
    private final int ranges;
    private final int frames;

    private LineTable(ByteBuffer bytes) {
        this.bytes = bytes;
        base = bytes.getLong(8);
        ranges = bytes.getInt(16);
        frames = bytes.getInt(20);
    }

    /** The table of a kernel; one that knows nothing where the file is missing or is no such table. */
    static LineTable of(Path kernel) {
        ByteBuffer bytes = ByteBuffer.allocate(0);
        try {
            bytes = ByteBuffer.wrap(Files.readAllBytes(kernel.resolveSibling(kernel.getFileName() + SUFFIX)));
        } catch (IOException e) {
            // Then the panic's addresses have to do: this is no time for a second complaint.
            assert bytes.capacity() == 0;
        }
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        return new LineTable(isTable(bytes) ? bytes : ByteBuffer.allocate(HEADER_BYTES));
    }

    /** What stands at an address of the ELF, the innermost first, then what it is inlined in; may be empty. */
    List<String> frames(long address) {
        List<String> texts = new ArrayList<>();
        int frame = innermost(address - base);
        while (frame >= 0 && frame < frames) {
            int entry = HEADER_BYTES + 8 * (ranges + frame);
            texts.add(text(bytes.getInt(entry)));
            int caller = bytes.getInt(entry + 4);
            // Callers stand first in the table, so no chain goes round in circles.
            frame = caller < frame ? caller : NONE;
        }
        return texts;
    }

    private int innermost(long distance) {
        int from = 0;
        int to = distance < 0 ? 0 : ranges;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (Integer.toUnsignedLong(bytes.getInt(HEADER_BYTES + 4 * middle)) <= distance) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from == 0 ? NONE : bytes.getInt(HEADER_BYTES + 4 * (ranges + from - 1));
    }

    private String text(int offset) {
        StringBuilder text = new StringBuilder();
        int at = HEADER_BYTES + 8 * (ranges + frames) + offset;
        while (at < bytes.capacity() && bytes.get(at) != 0) {
            text.append((char) bytes.get(at++));
        }
        return text.toString();
    }

    private static boolean isTable(ByteBuffer bytes) {
        return bytes.capacity() >= HEADER_BYTES && bytes.getLong(0) == MAGIC && bytes.capacity() == HEADER_BYTES
                + 8L * bytes.getInt(16) + 8L * bytes.getInt(20) + bytes.getInt(24);
    }
}

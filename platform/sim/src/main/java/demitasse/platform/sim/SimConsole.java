package demitasse.platform.sim;

import static demitasse.base.error.Errno.EAGAIN;

import demitasse.base.memory.Memory;
import demitasse.machine.Console;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;

/** Standard streams that a test writes and reads. */
public final class SimConsole implements Console {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final ByteArrayOutputStream trace = new ByteArrayOutputStream();
    private final ArrayDeque<Byte> input = new ArrayDeque<>();
    private boolean inputEnded;
    private int roomBytes = Integer.MAX_VALUE;

    @Override
    public int write(int stream, long address, int lengthBytes) {
        int taken = Math.min(lengthBytes, roomBytes);
        if (taken == 0) {
            return -EAGAIN;
        }
        roomBytes -= taken;
        append(stream == STDERR ? errors : output, address, taken);
        return taken;
    }

    @Override
    public int read(long address, int lengthBytes) {
        if (input.isEmpty()) {
            return inputEnded ? 0 : -EAGAIN;
        }
        int count = Math.min(lengthBytes, input.size());
        for (int i = 0; i < count; i++) {
            Memory.putByte(address + i, input.remove());
        }
        return count;
    }

    @Override
    public int size() {
        return 24 << 16 | 80;
    }

    @Override
    public void log(long address, int lengthBytes) {
        append(log, address, lengthBytes);
    }

    @Override
    public void trace(long address, int lengthBytes) {
        append(trace, address, lengthBytes);
    }

    /** What comes next on standard input; raise {@link demitasse.machine.Platform#CONSOLE} as well. */
    void type(String text) {
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            input.add(b);
        }
    }

    void endInput() {
        inputEnded = true;
    }

    /** How many bytes both output streams still take before they are full. */
    void setRoom(int bytes) {
        roomBytes = bytes;
    }

    public String output() {
        return output.toString(StandardCharsets.UTF_8);
    }

    public String errors() {
        return errors.toString(StandardCharsets.UTF_8);
    }

    public String logged() {
        return log.toString(StandardCharsets.UTF_8);
    }

    public String traced() {
        return trace.toString(StandardCharsets.UTF_8);
    }

    private static void append(ByteArrayOutputStream stream, long address, int lengthBytes) {
        for (int i = 0; i < lengthBytes; i++) {
            stream.write(Memory.getByte(address + i));
        }
    }
}

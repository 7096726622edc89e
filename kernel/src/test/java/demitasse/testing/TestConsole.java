package demitasse.testing;

import static demitasse.base.error.Errno.EAGAIN;

import demitasse.base.memory.Memory;
import demitasse.machine.Console;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Streams that a test fills and reads. */
public final class TestConsole implements Console {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final ByteArrayOutputStream trace = new ByteArrayOutputStream();
    private byte[] input = new byte[0];
    private int inputOffset;
    private boolean inputEnded;
    private int room = Integer.MAX_VALUE;
    private int size;

    @Override
    public int write(int stream, long address, int lengthBytes) {
        int taken = Math.min(lengthBytes, room);
        if (taken == 0) {
            return -EAGAIN;
        }
        room -= taken;
        append(stream == STDERR ? errors : output, address, taken);
        return taken;
    }

    @Override
    public int read(long address, int lengthBytes) {
        int count = Math.min(lengthBytes, input.length - inputOffset);
        if (count == 0) {
            return inputEnded ? 0 : -EAGAIN;
        }
        for (int i = 0; i < count; i++) {
            Memory.putByte(address + i, input[inputOffset++]);
        }
        return count;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void log(long address, int lengthBytes) {
        append(log, address, lengthBytes);
    }

    @Override
    public void trace(long address, int lengthBytes) {
        append(trace, address, lengthBytes);
    }

    private static void append(ByteArrayOutputStream target, long address, int lengthBytes) {
        for (int i = 0; i < lengthBytes; i++) {
            target.write(Memory.getByte(address + i));
        }
    }

    /** What can be read next; raise {@link demitasse.machine.Platform#CONSOLE} yourself. */
    public void type(String text) {
        byte[] added = text.getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[input.length - inputOffset + added.length];
        System.arraycopy(input, inputOffset, all, 0, input.length - inputOffset);
        System.arraycopy(added, 0, all, input.length - inputOffset, added.length);
        input = all;
        inputOffset = 0;
    }

    public void endInput() {
        inputEnded = true;
    }

    /** How many more bytes the output streams take before they answer -EAGAIN. */
    public void limitOutput(int bytes) {
        room = bytes;
    }

    public void resize(int rows, int columns) {
        size = rows << 16 | columns;
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
}

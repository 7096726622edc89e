package demitasse.posix.file;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.machine.Clock;
import demitasse.sched.timer.Timers;
import demitasse.testing.TestClock;
import demitasse.testing.TestConsole;
import demitasse.testing.TestMemory;
import demitasse.vfs.ControlMemory;
import demitasse.vfs.FileHandle;
import demitasse.vfs.KernelTransfer;
import java.nio.charset.StandardCharsets;

/** What open files need, on HotSpot: memory, time, a console, and buffers to read and write with. */
public final class FileMachine implements ControlMemory {
    private static final long RAM_BYTES = 8L << 20;
    private static final int BUFFER_ORDER = 6;

    public final Pages pages = new Pages(new TestMemory(RAM_BYTES));
    public final TestClock clock = new TestClock();
    public final TestConsole console = new TestConsole();
    public final Timers timers = new Timers();
    public final Files files = new Files(pages, timers, (Clock) clock);
    /** Stands for user memory. */
    public final long buffer = pages.allocate(BUFFER_ORDER);

    public long write(FileHandle file, String text) {
        return write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    public long write(FileHandle file, byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            Memory.putByte(buffer + i, bytes[i]);
        }
        return file.write(new KernelTransfer().set(buffer, bytes.length), FileHandle.CURRENT);
    }

    /** Reads up to a count of bytes; fails on an errno. */
    public String read(FileHandle file, int count) {
        long n = tryRead(file, count);
        if (n < 0) {
            throw new AssertionError("read answered " + n);
        }
        return new String(bytes((int) n), StandardCharsets.UTF_8);
    }

    public long tryRead(FileHandle file, int count) {
        return file.read(new KernelTransfer().set(buffer, count), FileHandle.CURRENT);
    }

    public byte[] bytes(int count) {
        byte[] result = new byte[count];
        for (int i = 0; i < count; i++) {
            result[i] = Memory.getByte(buffer + i);
        }
        return result;
    }

    public void advance(long durationNs) {
        clock.advance(durationNs);
        timers.expire(clock.monotonicNs(), Integer.MAX_VALUE);
    }

    @Override
    public int copyIn(long userAddress, long target, int lengthBytes) {
        Memory.copy(userAddress, target, lengthBytes);
        return 0;
    }

    @Override
    public int copyOut(long source, long userAddress, int lengthBytes) {
        Memory.copy(source, userAddress, lengthBytes);
        return 0;
    }
}

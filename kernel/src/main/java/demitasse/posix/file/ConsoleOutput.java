package demitasse.posix.file;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EIO;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Pages;
import demitasse.base.annotation.ColdPath;
import demitasse.base.memory.Memory;
import demitasse.machine.Console;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;

/**
 * The way out to one stream of the platform's console: bytes gather here and leave in one call. What the host does not
 * take stays, so nothing that a program was told is written is lost.
 */
public final class ConsoleOutput {
    private static final int ORDER = 2;
    public static final int CAPACITY_BYTES = 4096 << ORDER;

    private final Console console;
    private final int stream;
    private final Pages pages;
    private final WaitQueue waiters = new WaitQueue();
    private long address;
    private int start;
    private int end;
    private int error;
    private boolean held;

    /** @param stream {@link Console#STDOUT} or {@link Console#STDERR} */
    public ConsoleOutput(Console console, int stream, Pages pages) {
        this.console = console;
        this.stream = stream;
        this.pages = pages;
    }

    /** Woken with OUT when there is room again, with ERR when the other side is gone. */
    public WaitQueue waiters() {
        return waiters;
    }

    /** 0, or the -errno that ended the stream. */
    public int error() {
        return error;
    }

    public int pendingBytes() {
        return end - start;
    }

    /** Where the next bytes go; {@link #appended} says how many came. */
    public long appendAddress() {
        return address + end;
    }

    public void appended(int bytes) {
        assert bytes >= 0 && bytes <= CAPACITY_BYTES - end;
        end += bytes;
    }

    /** One byte; there must be room. */
    public void append(int character) {
        Memory.putByte(address + end, (byte) character);
        appended(1);
    }

    /**
     * Makes room for a write, asking the host if the buffer is full.
     *
     * @return 0; -EAGAIN when there is none now; the stream's error; -ENOMEM
     */
    public int reserve(int bytes) {
        if (error != 0) {
            return error;
        }
        if (address == Pages.NONE && !open()) {
            return -ENOMEM;
        }
        if (CAPACITY_BYTES - end < bytes) {
            flush();
            compact();
        }
        return error != 0 ? error : CAPACITY_BYTES - end < bytes ? -EAGAIN : 0;
    }

    /** Keeps bytes back, as ^S asks, or lets them go again. */
    public void hold(boolean on) {
        held = on;
        if (!on) {
            interrupt();
        }
    }

    /** Forgets what has not left yet, tcflush(3). */
    public void discard() {
        start = 0;
        end = 0;
        waiters.wakeAll(Events.OUT);
    }

    /** Hands over to the host what it takes. */
    public void flush() {
        while (start < end && !held) {
            int n = console.write(stream, address + start, end - start);
            if (n == -EAGAIN) {
                return;
            }
            if (n <= 0) {
                fail(n);
                return;
            }
            start += n;
        }
        if (start == end) {
            start = 0;
            end = 0;
        }
    }

    /** The host may take more now. */
    public void interrupt() {
        if (start == end) {
            return;
        }
        flush();
        compact();
        if (CAPACITY_BYTES - end >= CAPACITY_BYTES / 2) {
            waiters.wakeAll(Events.OUT);
        }
    }

    /** Whether a write would be taken, for poll(2). */
    public boolean isWritable() {
        return error != 0 || CAPACITY_BYTES - (end - start) >= CAPACITY_BYTES / 2;
    }

    @ColdPath("the other side is gone")
    private void fail(int result) {
        error = result == 0 ? -EIO : result;
        start = 0;
        end = 0;
        waiters.wakeAll(Events.OUT | Events.ERR);
    }

    @ColdPath("once")
    private boolean open() {
        address = pages.allocate(ORDER);
        return address != Pages.NONE;
    }

    private void compact() {
        if (start > 0) {
            Memory.copy(address + start, address, end - start);
            end -= start;
            start = 0;
        }
    }
}

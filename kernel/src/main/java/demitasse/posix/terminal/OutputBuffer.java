package demitasse.posix.terminal;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EIO;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Pages;
import demitasse.base.annotation.ColdPath;
import demitasse.base.memory.Memory;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;

/**
 * The way out of a terminal or a stream: bytes gather here and leave together. What the other side does not take stays,
 * so nothing that a program was told is written is lost.
 */
abstract class OutputBuffer {
    private static final int ORDER = 2;
    static final int CAPACITY_BYTES = 4096 << ORDER;

    private final Pages pages;
    private final WaitQueue waiters = new WaitQueue();
    private long address;
    private int start;
    private int end;
    private int error;
    private boolean held;

    OutputBuffer(Pages pages) {
        this.pages = pages;
    }

    /** Hands bytes over: how many were taken; -EAGAIN for none now; another -errno when the other side is gone. */
    protected abstract int send(long from, int lengthBytes);

    /** Woken with OUT when there is room again, with ERR when the other side is gone. */
    final WaitQueue waiters() {
        return waiters;
    }

    /** 0, or the -errno that ended the stream. */
    final int error() {
        return error;
    }

    final int pendingBytes() {
        return end - start;
    }

    /** Where the pending bytes begin. */
    final long pendingAddress() {
        return address + start;
    }

    /** The other side took some of the pending bytes on its own account. */
    final void taken(int bytes) {
        boolean full = !isWritable();
        start += bytes;
        if (start == end) {
            start = 0;
            end = 0;
        }
        if (full && isWritable()) {
            compact();
            waiters.wakeAll(Events.OUT);
        }
    }

    /** Where the next bytes go; {@link #appended} says how many came. */
    final long appendAddress() {
        return address + end;
    }

    final void appended(int bytes) {
        assert bytes >= 0 && bytes <= CAPACITY_BYTES - end;
        end += bytes;
    }

    /** One byte; there must be room. */
    final void append(int character) {
        Memory.putByte(address + end, (byte) character);
        appended(1);
    }

    /**
     * Makes room for a write, asking the other side if the buffer is full.
     *
     * @return 0; -EAGAIN when there is none now; the stream's error; -ENOMEM
     */
    final int reserve(int bytes) {
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
    final void hold(boolean on) {
        held = on;
        if (!on) {
            interrupt();
        }
    }

    final boolean isHeld() {
        return held;
    }

    /** Forgets what has not left yet, tcflush(3). */
    final void discard() {
        start = 0;
        end = 0;
        waiters.wakeAll(Events.OUT);
    }

    /** Hands over what the other side takes. */
    final void flush() {
        while (start < end && !held) {
            int n = send(address + start, end - start);
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

    /** The other side may take more now. */
    final void interrupt() {
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
    final boolean isWritable() {
        return error != 0 || CAPACITY_BYTES - (end - start) >= CAPACITY_BYTES / 2;
    }

    /** Gives the memory back. */
    final void release() {
        if (address != Pages.NONE) {
            pages.releaseRun(address, 1L << ORDER);
            address = Pages.NONE;
        }
        start = 0;
        end = 0;
        error = -EIO;
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

package demitasse.syscall.file;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ERESTARTNOHAND;

import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;

/** How long poll(2), select(2) and epoll_wait(2) wait: their three ways to say it, and what is left of it. */
final class Timeouts {
    static final long FOREVER = Long.MAX_VALUE;
    /** {@link #mayWait}: the time is up. */
    static final long ELAPSED = 1;
    private static final long NS_PER_S = 1_000_000_000L;
    private static final long NS_PER_MS = 1_000_000L;
    private static final long NS_PER_US = 1_000L;
    private static final int BYTES = 16;
    /** A flag of personality(2): the program's timeout stays as it was, as in other Unix systems. */
    private static final int STICKY_TIMEOUTS = 0x400_0000;

    private Timeouts() {
    }

    /** Milliseconds; negative is for ever. */
    static long milliseconds(long timeoutMs) {
        return timeoutMs < 0 ? FOREVER : timeoutMs * NS_PER_MS;
    }

    /** A struct timespec in user memory as ns; {@link #FOREVER} for null; -EFAULT or -EINVAL. */
    static long timespec(Call call, long address) {
        if (address == 0) {
            return FOREVER;
        }
        long copy = call.scratch(BYTES);
        if (call.process().memory().copyIn(address, copy, BYTES) < 0) {
            return -EFAULT;
        }
        return durationNs(Memory.getLong(copy), Memory.getLong(copy + Long.BYTES));
    }

    /** As {@link #timespec} for a struct timeval, whose microseconds may be more than a second, select(2). */
    static long timeval(Call call, long address) {
        if (address == 0) {
            return FOREVER;
        }
        long copy = call.scratch(BYTES);
        if (call.process().memory().copyIn(address, copy, BYTES) < 0) {
            return -EFAULT;
        }
        long seconds = Memory.getLong(copy);
        long microseconds = Memory.getLong(copy + Long.BYTES);
        if (seconds < 0 || microseconds < 0) {
            return -EINVAL;
        }
        long carried = microseconds / (NS_PER_S / NS_PER_US);
        return durationNs(seconds + carried, microseconds % (NS_PER_S / NS_PER_US) * NS_PER_US);
    }

    private static long durationNs(long seconds, long nanoseconds) {
        if (seconds < 0 || nanoseconds < 0 || nanoseconds >= NS_PER_S) {
            return -EINVAL;
        }
        return seconds >= FOREVER / NS_PER_S ? FOREVER : seconds * NS_PER_S + nanoseconds;
    }

    /** At attempt 0: fixes when waiting ends. */
    static void begin(Call call, long durationNs) {
        if (durationNs != FOREVER) {
            long now = call.instance().nowNs();
            call.deadlineNs = durationNs > FOREVER - 1 - now ? Call.NEVER : now + durationNs;
        }
    }

    /**
     * Whether the handler may park.
     *
     * @return 0; {@link #ELAPSED}; -ERESTARTNOHAND when a signal is to be delivered
     */
    static long mayWait(Call call) {
        if (call.wake == Call.EXPIRED || call.deadlineNs != Call.NEVER && call.deadlineNs <= call.instance().nowNs()) {
            return ELAPSED;
        }
        return call.task().hasDeliverableSignal() ? -ERESTARTNOHAND : 0;
    }

    /**
     * Tells the program what is left, in ns or us after the seconds, as Linux's select(2) and ppoll(2) do. A place that
     * cannot be written does not matter, as on Linux.
     */
    static void storeRest(Call call, long address, boolean timeval) {
        boolean sticky = (call.process().settings().personality() & STICKY_TIMEOUTS) != 0;
        if (address == 0 || call.deadlineNs == Call.NEVER || sticky) {
            return;
        }
        long rest = Math.max(0, call.deadlineNs - call.instance().nowNs());
        long copy = call.scratch(BYTES);
        Memory.putLong(copy, rest / NS_PER_S);
        Memory.putLong(copy + Long.BYTES, timeval ? rest % NS_PER_S / NS_PER_US : rest % NS_PER_S);
        call.process().memory().copyOut(copy, address, BYTES);
    }
}

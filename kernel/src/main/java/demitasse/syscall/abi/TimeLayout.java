package demitasse.syscall.abi;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;

/**
 * struct timespec and struct timeval in user memory, as nanoseconds in the kernel: two 64-bit words, the
 * seconds and what is left of a second.
 */
public final class TimeLayout {
    public static final int BYTES = 16;
    public static final long NS_PER_S = 1_000_000_000L;
    public static final long NS_PER_US = 1_000L;
    public static final long US_PER_S = 1_000_000L;
    /** Longer times are as good as for ever: 292 years. */
    public static final long LONGEST_NS = Long.MAX_VALUE - 1;

    private TimeLayout() {
    }

    /** A struct timespec; -EFAULT, or -EINVAL when it is negative or no fraction of a second. */
    public static long loadTimespec(Call call, long userAddress) {
        long copy = call.scratch(BYTES);
        if (call.process().memory().copyIn(userAddress, copy, BYTES) < 0) {
            return -EFAULT;
        }
        return timespec(copy);
    }

    /** A struct timespec in kernel memory; -EINVAL when it is negative or no fraction of a second. */
    public static long timespec(long address) {
        return nanoseconds(Memory.getLong(address), Memory.getLong(address + 8), NS_PER_S, 1);
    }

    /** A struct timeval in kernel memory; -EINVAL as for {@link #timespec}. */
    public static long timeval(long address) {
        return nanoseconds(Memory.getLong(address), Memory.getLong(address + 8), US_PER_S, NS_PER_US);
    }

    private static long nanoseconds(long seconds, long fraction, long fractionsPerS, long nsPerFraction) {
        if (seconds < 0 || fraction < 0 || fraction >= fractionsPerS) {
            return -EINVAL;
        }
        return seconds >= LONGEST_NS / NS_PER_S ? LONGEST_NS : seconds * NS_PER_S + fraction * nsPerFraction;
    }

    public static void putTimespec(long address, long timeNs) {
        long seconds = timeNs / NS_PER_S;
        Memory.putLong(address, seconds);
        Memory.putLong(address + 8, timeNs - seconds * NS_PER_S);
    }

    public static void putTimeval(long address, long timeNs) {
        long seconds = timeNs / NS_PER_S;
        Memory.putLong(address, seconds);
        Memory.putLong(address + 8, (timeNs - seconds * NS_PER_S) / NS_PER_US);
    }

    /** 0 or -EFAULT. */
    public static int storeTimespec(Call call, long userAddress, long timeNs) {
        long copy = call.scratch(BYTES);
        putTimespec(copy, timeNs);
        return call.process().memory().copyOut(copy, userAddress, BYTES);
    }

    /** 0 or -EFAULT. */
    public static int storeTimeval(Call call, long userAddress, long timeNs) {
        long copy = call.scratch(BYTES);
        putTimeval(copy, timeNs);
        return call.process().memory().copyOut(copy, userAddress, BYTES);
    }
}

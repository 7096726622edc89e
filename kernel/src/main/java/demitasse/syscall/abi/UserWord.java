package demitasse.syscall.abi;

import static demitasse.base.error.Errno.EFAULT;

import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;

/** Single numbers on their way to user memory; 0 or -EFAULT. */
public final class UserWord {
    private UserWord() {
    }

    public static int storeInt(Call call, long userAddress, int value) {
        long copy = call.scratch(Integer.BYTES);
        Memory.putInt(copy, value);
        return call.process().memory().copyOut(copy, userAddress, Integer.BYTES);
    }

    public static int storeLong(Call call, long userAddress, long value) {
        long copy = call.scratch(Long.BYTES);
        Memory.putLong(copy, value);
        return call.process().memory().copyOut(copy, userAddress, Long.BYTES);
    }

    /** Tells a negated errno from a kernel address, which is negative as well on some platforms. */
    public static boolean isErrno(long value) {
        return value < 0 && value >= -4095;
    }

    /**
     * Copies a structure in; its address in scratch memory, or what {@link #isErrno} tells from one: -EFAULT.
     */
    public static long load(Call call, long userAddress, int sizeBytes) {
        long copy = call.scratch(sizeBytes);
        return call.process().memory().copyIn(userAddress, copy, sizeBytes) < 0 ? -EFAULT : copy;
    }
}

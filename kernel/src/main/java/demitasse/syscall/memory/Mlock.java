package demitasse.syscall.memory;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.memory.Advice;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Call;

/** mlock(2): memory that is in stays in anyway, so locking only brings it in. */
final class Mlock {
    private static final int MLOCK_ONFAULT = 1;
    private static final int MCL_CURRENT = 1;
    private static final int MCL_FUTURE = 2;
    private static final int MCL_ONFAULT = 4;

    private Mlock() {
    }

    @Syscall(value = "mlock", note = "Memory is never swapped; the pages are brought in.")
    static long mlock(Call call, long address, long length) {
        return lock(call, address, length, true);
    }

    @Syscall(value = "mlock2", note = "Memory is never swapped; the pages are brought in.")
    static long mlock2(Call call, long address, long length, int flags) {
        return (flags & ~MLOCK_ONFAULT) != 0 ? -EINVAL : lock(call, address, length, flags == 0);
    }

    @Syscall(value = "munlock", note = "Checks its range; there is nothing to undo.")
    static long munlock(Call call, long address, long length) {
        return lock(call, address, length, false);
    }

    private static long lock(Call call, long address, long length, boolean bringIn) {
        long start = address & -Range.PAGE_BYTES;
        long pages = Range.pages(length + (address - start));
        if (length != 0 && pages <= 0) {
            return -EINVAL;
        }
        if (!Range.fits(start, pages)) {
            return -ENOMEM;
        }
        UserSpace memory = call.process().memory();
        if (!Advice.isMapped(memory, start, start + pages)) {
            return -ENOMEM;
        }
        return bringIn ? memory.lock(start, start + pages) : 0;
    }

    @Syscall(value = "mlockall", ignores = {"MCL_CURRENT", "MCL_FUTURE", "MCL_ONFAULT"},
            note = "Memory is never swapped; pages still come in when they are touched.")
    static long mlockall(Call call, int flags) {
        int known = MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT;
        return flags == 0 || (flags & ~known) != 0 || flags == MCL_ONFAULT ? -EINVAL : 0;
    }

    @Syscall(value = "munlockall", note = "Memory is never swapped; there is nothing to undo.")
    static long munlockall(Call call) {
        return 0;
    }
}

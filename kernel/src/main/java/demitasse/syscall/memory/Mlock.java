package demitasse.syscall.memory;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.posix.memory.MapFlags.MCL_CURRENT;
import static demitasse.posix.memory.MapFlags.MCL_FUTURE;
import static demitasse.posix.memory.MapFlags.MCL_ONFAULT;

import demitasse.base.annotation.Syscall;
import demitasse.posix.memory.Advice;
import demitasse.posix.memory.MemoryLock;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Limits;

/** mlock(2): memory that is in stays in anyway, so locking brings it in, and counts it. */
final class Mlock {
    private static final int MLOCK_ONFAULT = 1;

    private Mlock() {
    }

    @Syscall("mlock")
    static long mlock(Call call, long address, long length) {
        return set(call, address, length, true, true);
    }

    @Syscall("mlock2")
    static long mlock2(Call call, long address, long length, int flags) {
        return (flags & ~MLOCK_ONFAULT) != 0 ? -EINVAL : set(call, address, length, true, flags == 0);
    }

    @Syscall("munlock")
    static long munlock(Call call, long address, long length) {
        return set(call, address, length, false, false);
    }

    private static long set(Call call, long address, long length, boolean locks, boolean bringsIn) {
        if (locks && mayLockNothing(call)) {
            return -EPERM;
        }
        long start = address & -Range.PAGE_BYTES;
        long pages = Range.pages(length + (address - start));
        if (length != 0 && pages <= 0) {
            return -EINVAL;
        }
        if (!Range.fits(start, pages)) {
            return -ENOMEM;
        }
        UserSpace memory = call.process().memory();
        if (locks && exceedsLimit(call, MemoryLock.bytesWith(memory, start, start + pages))
                || !Advice.isMapped(memory, start, start + pages)) {
            return -ENOMEM;
        }
        return pages == 0 ? 0 : MemoryLock.set(memory, start, start + pages, locks, bringsIn);
    }

    /** Who has no limit at all may lock nothing, but for CAP_IPC_LOCK. */
    private static boolean mayLockNothing(Call call) {
        return call.process().limits().soft(Limits.RLIMIT_MEMLOCK) == 0
                && !call.credentials().may(Credentials.CAP_IPC_LOCK);
    }

    private static boolean exceedsLimit(Call call, long bytes) {
        long limit = call.process().limits().soft(Limits.RLIMIT_MEMLOCK) & -Range.PAGE_BYTES;
        return Long.compareUnsigned(bytes, limit) > 0 && !call.credentials().may(Credentials.CAP_IPC_LOCK);
    }

    /** For mmap(2): 0, or what forbids a new mapping that is locked. */
    static long refusal(Call call, long length, int flags) {
        UserSpace memory = call.process().memory();
        if (!memory.limits().locks(flags)) {
            return 0;
        }
        if (mayLockNothing(call)) {
            return -EPERM;
        }
        return exceedsLimit(call, MemoryLock.bytesWith(memory, 0, 0) + Range.pages(length)) ? -EAGAIN : 0;
    }

    @Syscall(value = "mlockall", note = "MCL_FUTURE does not bind the heap and stacks that grow.")
    static long mlockall(Call call, int flags) {
        int known = MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT;
        if (flags == 0 || (flags & ~known) != 0 || flags == MCL_ONFAULT) {
            return -EINVAL;
        }
        UserSpace memory = call.process().memory();
        if (mayLockNothing(call)) {
            return -EPERM;
        }
        if ((flags & MCL_CURRENT) != 0 && exceedsLimit(call, memory.mappedBytes())) {
            return -ENOMEM;
        }
        memory.limits().locksFuture = (flags & MCL_FUTURE) != 0 ? flags & ~MCL_CURRENT : 0;
        if ((flags & MCL_CURRENT) != 0) {
            MemoryLock.setAll(memory, true, (flags & MCL_ONFAULT) == 0);
        }
        return 0;
    }

    @Syscall("munlockall")
    static long munlockall(Call call) {
        UserSpace memory = call.process().memory();
        memory.limits().locksFuture = 0;
        MemoryLock.setAll(memory, false, false);
        return 0;
    }
}

package demitasse.syscall.memory;

import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.memory.Advice;
import demitasse.posix.memory.MemoryLock;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Call;

/** msync(2). */
final class Msync {
    private static final int MS_ASYNC = 1;
    private static final int MS_INVALIDATE = 2;
    private static final int MS_SYNC = 4;

    private Msync() {
    }

    /** A shared mapping is the file's own pages: nothing is to be written back, and nothing stale. */
    @Syscall("msync")
    static long msync(Call call, long address, long length, int flags) {
        if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) != 0 || !Range.isAligned(address)
                || (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC)) {
            return -EINVAL;
        }
        long pages = Range.pages(length);
        if (!Range.fits(address, pages)) {
            return -ENOMEM;
        }
        UserSpace memory = call.process().memory();
        boolean busy = (flags & MS_INVALIDATE) != 0 && MemoryLock.touches(memory, address, address + pages);
        if (!busy && (flags & MS_SYNC) != 0) {
            Advice.noteWritesAgain(memory, address, address + pages);
        }
        return busy ? -EBUSY : Advice.isMapped(memory, address, address + pages) ? 0 : -ENOMEM;
    }
}

package demitasse.syscall.file;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.file.EventFile;
import demitasse.posix.task.Call;
import demitasse.vfs.OpenFlags;

/** eventfd(2), eventfd2(2). */
final class Eventfd {
    private static final int EFD_SEMAPHORE = 1;
    private static final int KNOWN = EFD_SEMAPHORE | OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK;

    private Eventfd() {
    }

    @Syscall("eventfd")
    static long eventfd(Call call, int initial) {
        return eventfd2(call, initial, 0);
    }

    @WarmPath("per system call")
    @Syscall("eventfd2")
    static long eventfd2(Call call, int initial, int flags) {
        if ((flags & ~KNOWN) != 0) {
            return -EINVAL;
        }
        EventFile file = new EventFile(call.instance().files(), Integer.toUnsignedLong(initial),
                (flags & EFD_SEMAPHORE) != 0, flags & OpenFlags.O_NONBLOCK);
        return call.process().files().installNew(file, (flags & OpenFlags.O_CLOEXEC) != 0);
    }
}

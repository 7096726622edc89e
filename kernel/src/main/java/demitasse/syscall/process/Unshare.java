package demitasse.syscall.process;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;

/** unshare(2), setns(2). There is one namespace of each kind, as on a Linux that was built without them. */
final class Unshare {
    private static final int CLONE_VM = 0x100;
    private static final int CLONE_FS = 0x200;
    private static final int CLONE_FILES = 0x400;
    private static final int CLONE_SIGHAND = 0x800;
    private static final int CLONE_THREAD = 0x1_0000;
    private static final int OF_THREADS = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;

    private Unshare() {
    }

    @Syscall(value = "unshare", rejects = {"CLONE_NEW*", "CLONE_SYSVSEM", "more than one thread"})
    static long unshare(Call call, long flags) {
        if (Clone.lacksPrivilege(call, flags)) {
            return -EPERM;
        }
        if ((flags & ~(long) (CLONE_FS | CLONE_FILES | OF_THREADS)) != 0) {
            return -EINVAL;
        }
        // Threads have all of this in common; a process with one alone shares it at most with other processes.
        if (flags != 0 && !call.process().isSingleThreaded()) {
            return -EINVAL;
        }
        call.process().unshare((flags & CLONE_FILES) != 0, (flags & CLONE_FS) != 0);
        return 0;
    }

    @Syscall(value = "setns", rejects = {"every namespace"})
    static long setns(Call call, int fd, int kind) {
        return call.file(fd) == null ? -EBADF : -EINVAL;
    }
}

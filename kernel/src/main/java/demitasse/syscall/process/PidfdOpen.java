package demitasse.syscall.process;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.posix.file.PidFile;
import demitasse.posix.task.Call;
import demitasse.posix.task.Process;
import demitasse.vfs.OpenFlags;

/** pidfd_open(2). */
final class PidfdOpen {
    private PidfdOpen() {
    }

    @Syscall(value = "pidfd_open", rejects = "PIDFD_THREAD")
    static long pidfdOpen(Call call, int pid, int flags) {
        if ((flags & ~OpenFlags.O_NONBLOCK) != 0 || pid <= 0) {
            return -EINVAL;
        }
        Process process = call.processOf(pid);
        if (process == null) {
            return call.taskOf(pid) == null ? -ESRCH : -EINVAL;
        }
        return call.process().files().installNew(new PidFile(call.instance().files(), process, flags), true);
    }
}

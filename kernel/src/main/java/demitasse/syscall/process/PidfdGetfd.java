package demitasse.syscall.process;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.posix.file.PidFile;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Process;
import demitasse.vfs.FileHandle;

/** pidfd_getfd(2). */
final class PidfdGetfd {
    private PidfdGetfd() {
    }

    @Syscall("pidfd_getfd")
    static long pidfdGetfd(Call call, int pidfd, int targetFd, int flags) {
        if (flags != 0) {
            return -EINVAL;
        }
        if (!(call.file(pidfd) instanceof PidFile file)) {
            return -EBADF;
        }
        Process target = file.process();
        if (file.isGone() || target.isZombie()) {
            return -ESRCH;
        }
        if (!mayTrace(call, target)) {
            return -EPERM;
        }
        FileHandle found = target.files().at(targetFd);
        if (found == null) {
            return -EBADF;
        }
        found.retain();
        return call.process().files().installNew(found, true);
    }

    /** PTRACE_MODE_ATTACH_REALCREDS, ptrace(2) "Ptrace access mode checking". */
    private static boolean mayTrace(Call call, Process target) {
        Credentials own = call.credentials();
        Credentials other = target.credentials();
        boolean same = own.uid == other.euid && own.uid == other.suid && own.uid == other.uid
                && own.gid == other.egid && own.gid == other.sgid && own.gid == other.gid;
        boolean gainsNothing = own.users == other.users && target.settings().dumpable()
                && (other.capabilities.permitted & ~own.capabilities.permitted) == 0;
        return target == call.process() || same && gainsNothing || own.may(Credentials.CAP_SYS_PTRACE, other.users);
    }
}

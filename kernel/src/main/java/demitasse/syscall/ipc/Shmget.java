package demitasse.syscall.ipc;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.ipc.Ipc;
import demitasse.posix.ipc.IpcLimits;
import demitasse.posix.ipc.Segment;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;

/** shmget(2). */
final class Shmget {
    private static final int SHM_HUGETLB = 04000;
    private static final int SHM_NORESERVE = 010000;

    private Shmget() {
    }

    @Syscall(value = "shmget", rejects = {"SHM_HUGETLB"})
    static long shmget(Call call, int key, long sizeBytes, int flags) {
        Ipc ipc = call.namespaces().ipc();
        Credentials who = call.credentials();
        Segment found = ipc.segments().wanted(key, flags);
        if (found != null) {
            if (sizeBytes > found.sizeBytes) {
                return -EINVAL;
            }
            return found.permits(who, IpcLayout.wanted(flags)) ? found.id() : -EACCES;
        }
        if (ipc.segments().error() != 0) {
            return ipc.segments().error();
        }
        if (sizeBytes == 0 || Long.compareUnsigned(sizeBytes, ipc.limits().of(IpcLimits.SHMMAX)) > 0) {
            return -EINVAL;
        }
        if ((flags & SHM_HUGETLB) != 0) {
            return who.may(Credentials.CAP_IPC_LOCK) ? -ENOMEM : -EPERM;
        }
        boolean reserves = (flags & SHM_NORESERVE) == 0;
        if (sizeBytes < 0 || reserves && sizeBytes > call.instance().pages().totalBytes()) {
            return -ENOMEM;
        }
        return ipc.segments().add(new Segment(ipc, key, flags, who, sizeBytes, call.process().pid()));
    }
}

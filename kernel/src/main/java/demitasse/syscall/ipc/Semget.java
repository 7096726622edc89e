package demitasse.syscall.ipc;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOSPC;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.JavaHeap;
import demitasse.posix.ipc.Ipc;
import demitasse.posix.ipc.IpcLimits;
import demitasse.posix.ipc.SemaphoreSet;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;

/** semget(2). */
final class Semget {
    private Semget() {
    }

    @Syscall("semget")
    static long semget(Call call, int key, int count, int flags) {
        Ipc ipc = call.namespaces().ipc();
        if (count < 0 || count > ipc.limits().intOf(IpcLimits.SEMMSL)) {
            return -EINVAL;
        }
        Credentials who = call.credentials();
        SemaphoreSet found = ipc.semaphores().wanted(key, flags);
        if (found != null) {
            if (count > found.count()) {
                return -EINVAL;
            }
            return found.permits(who, IpcLayout.wanted(flags)) ? found.id() : -EACCES;
        }
        if (ipc.semaphores().error() != 0) {
            return ipc.semaphores().error();
        }
        if (count == 0) {
            return -EINVAL;
        }
        if (count > ipc.limits().intOf(IpcLimits.SEMMNS) - ipc.semaphoreCount()) {
            return -ENOSPC;
        }
        return JavaHeap.hasRoom(SemaphoreSet.heapBytes(count))
                ? ipc.semaphores().add(new SemaphoreSet(ipc, key, flags, who, count)) : -ENOMEM;
    }
}

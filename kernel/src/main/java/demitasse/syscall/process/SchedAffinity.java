package demitasse.syscall.process;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Task;
import demitasse.syscall.abi.UserWord;

/** sched_setaffinity(2). */
final class SchedAffinity {
    /** One word of the mask: there is one CPU. */
    private static final int MASK_BYTES = 8;

    private SchedAffinity() {
    }

    @Syscall("sched_getaffinity")
    static long schedGetaffinity(Call call, int tid, int length, long mask) {
        if (length < MASK_BYTES || length % MASK_BYTES != 0) {
            return -EINVAL;
        }
        if (task(call, tid) == null) {
            return -ESRCH;
        }
        return UserWord.storeLong(call, mask, 1) < 0 ? -EFAULT : MASK_BYTES;
    }

    @Syscall("sched_setaffinity")
    static long schedSetaffinity(Call call, int tid, int length, long mask) {
        Task task = task(call, tid);
        if (task == null) {
            return -ESRCH;
        }
        if (!SchedPolicy.isOwn(call.credentials(), task.credentials())
                && !call.credentials().may(Credentials.CAP_SYS_NICE)) {
            return -EPERM;
        }
        if (length <= 0) {
            return -EINVAL;
        }
        long copy = UserWord.load(call, mask, 1);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        return (Memory.getByte(copy) & 1) != 0 ? 0 : -EINVAL;
    }

    private static Task task(Call call, int tid) {
        return tid == 0 ? call.task() : call.instance().processes().byTidOrZombie(call.idOf(tid));
    }
}

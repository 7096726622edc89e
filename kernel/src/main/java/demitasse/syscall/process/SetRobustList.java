package demitasse.syscall.process;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Task;
import demitasse.syscall.abi.UserWord;

/** set_robust_list(2), get_robust_list(2). */
final class SetRobustList {
    /** sizeof(struct robust_list_head). */
    private static final int HEAD_BYTES = 24;


    private SetRobustList() {
    }

    @Syscall("set_robust_list")
    static long setRobustList(Call call, long head, long sizeBytes) {
        if (sizeBytes != HEAD_BYTES) {
            return -EINVAL;
        }
        call.task().setRobustList(head);
        return 0;
    }

    @Syscall("get_robust_list")
    static long getRobustList(Call call, int tid, long head, long size) {
        Task task = tid == 0 ? call.task() : call.taskOf(tid);
        if (task == null) {
            return -ESRCH;
        }
        if (task.process() != call.process()
                && !call.credentials().may(Credentials.CAP_SYS_PTRACE, task.credentials().users)) {
            return -EPERM;
        }
        boolean failed = UserWord.storeLong(call, size, HEAD_BYTES) < 0
                || UserWord.storeLong(call, head, task.robustList()) < 0;
        return failed ? -EFAULT : 0;
    }
}

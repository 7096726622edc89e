package demitasse.syscall.signal;

import static demitasse.base.error.Errno.EINTR;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;

/**
 * restart_syscall(2), which goes on with an interrupted call. Here such a call remembers its deadline and is made again
 * itself, so there is never one to go on with: what Linux answers then.
 */
final class RestartSyscall {
    private RestartSyscall() {
    }

    @Syscall(value = "restart_syscall", note = "Interrupted calls are made again without it.")
    static long restartSyscall(Call call) {
        return -EINTR;
    }
}

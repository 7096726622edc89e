package demitasse.syscall.process;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.task.Call;

/** exit(2), exit_group(2). */
final class Exit {
    private Exit() {
    }

    @WarmPath("per system call")
    @Syscall("exit")
    static long exit(Call call, int status) {
        call.task().exit(status);
        return 0;
    }

    @WarmPath("per system call")
    @Syscall("exit_group")
    static long exitGroup(Call call, int status) {
        call.process().exit(status);
        return 0;
    }
}

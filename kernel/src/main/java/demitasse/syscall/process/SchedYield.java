package demitasse.syscall.process;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.task.Call;

/** sched_yield(2). */
final class SchedYield {
    private SchedYield() {
    }

    @WarmPath("per system call")
    @Syscall("sched_yield")
    static long schedYield(Call call) {
        call.task().yieldTurn();
        return 0;
    }
}

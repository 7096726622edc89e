package demitasse.syscall.memory;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.task.Call;

/** brk(2). */
final class Brk {
    private Brk() {
    }

    /** Unlike the C library's function the call never fails: it returns the break, moved or not. */
    @WarmPath("per system call")
    @Syscall("brk")
    static long brk(Call call, long address) {
        return call.process().memory().heap().moveTo(address);
    }
}

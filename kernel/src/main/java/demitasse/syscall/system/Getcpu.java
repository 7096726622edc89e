package demitasse.syscall.system;

import static demitasse.base.error.Errno.EFAULT;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.UserWord;

/** getcpu(2). */
final class Getcpu {
    private Getcpu() {
    }

    @Syscall("getcpu")
    static long getcpu(Call call, long cpu, long node) {
        boolean failed = cpu != 0 && UserWord.storeInt(call, cpu, 0) < 0
                || node != 0 && UserWord.storeInt(call, node, 0) < 0;
        return failed ? -EFAULT : 0;
    }
}

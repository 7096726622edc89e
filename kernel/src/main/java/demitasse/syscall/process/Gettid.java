package demitasse.syscall.process;

import demitasse.base.annotation.HotPath;
import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;

/** gettid(2). */
final class Gettid {
    private Gettid() {
    }

    @Syscall("gettid")
    @HotPath("per system call")
    static long gettid(Call call) {
        return call.task().ownTid();
    }
}

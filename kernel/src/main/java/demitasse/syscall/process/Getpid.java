package demitasse.syscall.process;

import demitasse.base.annotation.HotPath;
import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.posix.task.Process;

/** getpid(2). */
final class Getpid {
    private Getpid() {
    }

    @Syscall("getpid")
    @HotPath("per system call")
    static long getpid(Call call) {
        return call.process().ownPid();
    }

    @Syscall("getppid")
    @HotPath("per system call")
    static long getppid(Call call) {
        Process parent = call.process().parent();
        return parent == null ? 0 : call.process().numberOf(parent.pid());
    }
}

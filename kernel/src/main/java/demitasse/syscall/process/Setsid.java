package demitasse.syscall.process;

import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.posix.task.Process;

/** setsid(2), getsid(2). */
final class Setsid {
    private Setsid() {
    }

    @Syscall("setsid")
    static long setsid(Call call) {
        Process process = call.process();
        int pid = process.pid();
        if (process.group() == pid || call.instance().processes().groupExists(pid, process.session())) {
            return -EPERM;
        }
        process.startSession();
        return process.ownPid();
    }

    @Syscall("getsid")
    static long getsid(Call call, int pid) {
        Process process = pid == 0 ? call.process() : call.processOf(pid);
        return process == null ? -ESRCH : call.numberOf(process.session());
    }
}

package demitasse.syscall.process;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.posix.task.Process;

/** setpgid(2). */
final class Setpgid {
    private Setpgid() {
    }

    @Syscall("getpgrp")
    static long getpgrp(Call call) {
        return call.numberOf(call.process().group());
    }

    @Syscall("getpgid")
    static long getpgid(Call call, int pid) {
        Process process = pid == 0 ? call.process() : call.processOf(pid);
        return process == null ? -ESRCH : call.numberOf(process.group());
    }

    @Syscall("setpgid")
    static long setpgid(Call call, int pid, int group) {
        if (group < 0 || pid < 0) {
            return -EINVAL;
        }
        Process caller = call.process();
        Process process = pid == 0 ? caller : call.processOf(pid);
        if (process == null || process != caller && process.parent() != caller) {
            return -ESRCH;
        }
        if (process.session() != caller.session()) {
            return -EPERM;
        }
        if (process != caller && process.hasExecuted()) {
            return -EACCES;
        }
        if (process.isSessionLeader()) {
            return -EPERM;
        }
        int target = group == 0 ? process.pid() : call.idOf(group);
        if (target != process.pid() && !call.instance().processes().groupExists(target, caller.session())) {
            return -EPERM;
        }
        process.setGroup(target);
        return 0;
    }
}

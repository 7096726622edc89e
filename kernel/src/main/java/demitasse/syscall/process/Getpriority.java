package demitasse.syscall.process;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Limits;
import demitasse.posix.task.Process;
import demitasse.posix.task.Processes;
import demitasse.posix.task.Task;

/** getpriority(2). */
final class Getpriority {
    private static final int PRIO_PROCESS = 0;
    private static final int PRIO_PGRP = 1;
    private static final int PRIO_USER = 2;
    static final int NICE_MIN = -20;
    static final int NICE_MAX = 19;

    private Getpriority() {
    }

    @Syscall("getpriority")
    static long getpriority(Call call, int which, int who) {
        if (which < PRIO_PROCESS || which > PRIO_USER) {
            return -EINVAL;
        }
        // Biased by 20, so that a nice value is no errno.
        long best = -ESRCH;
        Processes processes = call.instance().processes();
        for (Process one = processes.first(); one != null; one = processes.after(one)) {
            if (isMeant(call, one, which, who)) {
                best = Math.max(best, NICE_MAX + 1 - one.settings().nice());
            }
        }
        return best;
    }

    @Syscall(value = "setpriority", note = "Of a process, as in POSIX, not of a thread.")
    static long setpriority(Call call, int which, int who, int nice) {
        if (which < PRIO_PROCESS || which > PRIO_USER) {
            return -EINVAL;
        }
        int value = Math.max(NICE_MIN, Math.min(NICE_MAX, nice));
        long result = -ESRCH;
        Processes processes = call.instance().processes();
        for (Process one = processes.first(); one != null; one = processes.after(one)) {
            if (isMeant(call, one, which, who)) {
                result = set(call, one, value);
            }
        }
        return result;
    }

    static long set(Call call, Process process, int nice) {
        Credentials own = call.credentials();
        int owner = process.credentials().uid;
        if (owner != own.euid && process.credentials().euid != own.euid && !own.may(Credentials.CAP_SYS_NICE)) {
            return -EPERM;
        }
        // The limit counts from 20 down, getrlimit(2).
        boolean limited = Long.compareUnsigned(NICE_MAX + 1 - nice, process.limits().soft(Limits.RLIMIT_NICE)) > 0;
        if (nice < process.settings().nice() && limited && !own.may(Credentials.CAP_SYS_NICE)) {
            return -EACCES;
        }
        process.settings().setNice(nice);
        for (Task task = process.firstTask(); task != null; task = process.taskAfter(task)) {
            task.scheduling().tellLoop();
        }
        return 0;
    }

    private static boolean isMeant(Call call, Process one, int which, int who) {
        Process own = call.process();
        return switch (which) {
            case PRIO_PROCESS -> who == 0 ? one == own : one.pid() == who;
            case PRIO_PGRP -> one.group() == (who == 0 ? own.group() : who);
            default -> one.credentials().uid == (who == 0 ? call.credentials().uid : who);
        };
    }
}

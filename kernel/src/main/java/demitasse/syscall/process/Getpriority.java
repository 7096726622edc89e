package demitasse.syscall.process;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Limits;
import demitasse.posix.task.Task;

/** getpriority(2). */
final class Getpriority {
    static final int NICE_MIN = -20;
    static final int NICE_MAX = 19;

    private Getpriority() {
    }

    @Syscall("getpriority")
    static long getpriority(Call call, int which, int who) {
        if (which < PriorityTargets.PROCESS || which > PriorityTargets.USER) {
            return -EINVAL;
        }
        // Biased by 20, so that a nice value is no errno.
        long best = -ESRCH;
        for (Task one = null; (one = PriorityTargets.next(call, one, which, who)) != null;) {
            best = Math.max(best, NICE_MAX + 1 - one.scheduling().nice());
        }
        return best;
    }

    @Syscall("setpriority")
    static long setpriority(Call call, int which, int who, int nice) {
        if (which < PriorityTargets.PROCESS || which > PriorityTargets.USER) {
            return -EINVAL;
        }
        int value = Math.max(NICE_MIN, Math.min(NICE_MAX, nice));
        long result = -ESRCH;
        for (Task one = null; (one = PriorityTargets.next(call, one, which, who)) != null;) {
            long done = set(call, one, value);
            result = done != 0 || result == -ESRCH ? done : result;
        }
        return result;
    }

    static long set(Call call, Task task, int nice) {
        Credentials own = call.credentials();
        Credentials other = task.credentials();
        if (other.uid != own.euid && other.euid != own.euid && !own.may(Credentials.CAP_SYS_NICE)) {
            return -EPERM;
        }
        // The limit counts from 20 down, getrlimit(2).
        long limit = task.process().limits().soft(Limits.RLIMIT_NICE);
        boolean limited = Long.compareUnsigned(NICE_MAX + 1 - nice, limit) > 0;
        if (nice < task.scheduling().nice() && limited && !own.may(Credentials.CAP_SYS_NICE)) {
            return -EACCES;
        }
        task.scheduling().setNice(nice);
        return 0;
    }
}

package demitasse.syscall.process;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Task;

/** ioprio_set(2). */
final class Ioprio {
    /** IOPRIO_WHO_PROCESS: these count from 1. */
    private static final int WHO_BASE = 1;
    private static final int CLASS_SHIFT = 13;
    private static final int CLASS_NONE = 0;
    private static final int CLASS_RT = 1;
    private static final int CLASS_BE = 2;
    private static final int CLASS_IDLE = 3;
    private static final int LEVELS = 8;
    private static final int LEVEL_MASK = LEVELS - 1;
    /** What a task has that never asked: best effort, level 4. */
    private static final int DEFAULT = CLASS_BE << CLASS_SHIFT | 4;

    private Ioprio() {
    }

    @Syscall("ioprio_get")
    static long ioprioGet(Call call, int which, int who) {
        int kind = which - WHO_BASE;
        if (kind < PriorityTargets.PROCESS || kind > PriorityTargets.USER) {
            return -EINVAL;
        }
        int best = Integer.MAX_VALUE;
        for (Task one = null; (one = PriorityTargets.next(call, one, kind, who)) != null;) {
            int own = one.scheduling().ioPriority();
            best = Math.min(best, own == 0 && kind != PriorityTargets.PROCESS ? DEFAULT : own);
        }
        return best == Integer.MAX_VALUE ? -ESRCH : best;
    }

    @Syscall(value = "ioprio_set",
            ignores = {"IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE"},
            note = "Kept and told: files are in memory, no request for a disk ever waits for another.")
    static long ioprioSet(Call call, int which, int who, int priority) {
        int kind = which - WHO_BASE;
        if (kind < PriorityTargets.PROCESS || kind > PriorityTargets.USER) {
            return -EINVAL;
        }
        long refusal = check(call.credentials(), priority);
        if (refusal != 0) {
            return refusal;
        }
        long result = -ESRCH;
        for (Task one = null; (one = PriorityTargets.next(call, one, kind, who)) != null;) {
            result = set(call, one, priority);
            if (result != 0) {
                return result;
            }
        }
        return result;
    }

    private static long check(Credentials own, int priority) {
        int level = priority & (1 << CLASS_SHIFT) - 1;
        return switch (priority >>> CLASS_SHIFT) {
            case CLASS_RT -> !own.may(Credentials.CAP_SYS_NICE) ? -EPERM : 0;
            case CLASS_BE, CLASS_IDLE -> 0;
            case CLASS_NONE -> (level & LEVEL_MASK) == 0 ? 0 : -EINVAL;
            default -> -EINVAL;
        };
    }

    private static long set(Call call, Task task, int priority) {
        Credentials own = call.credentials();
        int owner = task.credentials().uid;
        if (owner != own.euid && owner != own.uid && !own.may(Credentials.CAP_SYS_NICE)) {
            return -EPERM;
        }
        task.scheduling().setIoPriority(priority);
        return 0;
    }
}

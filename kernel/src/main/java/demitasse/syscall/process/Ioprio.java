package demitasse.syscall.process;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Process;
import demitasse.posix.task.Processes;

/** ioprio_set(2). */
final class Ioprio {
    private static final int WHO_PROCESS = 1;
    private static final int WHO_PGRP = 2;
    private static final int WHO_USER = 3;
    private static final int CLASS_SHIFT = 13;
    private static final int CLASS_NONE = 0;
    private static final int CLASS_RT = 1;
    private static final int CLASS_BE = 2;
    private static final int CLASS_IDLE = 3;
    private static final int LEVELS = 8;
    private static final int LEVEL_MASK = LEVELS - 1;
    /** What a process has that never asked: best effort, level 4. */
    private static final int DEFAULT = CLASS_BE << CLASS_SHIFT | 4;

    private Ioprio() {
    }

    @Syscall("ioprio_get")
    static long ioprioGet(Call call, int which, int who) {
        if (which < WHO_PROCESS || which > WHO_USER) {
            return -EINVAL;
        }
        int best = Integer.MAX_VALUE;
        Processes processes = call.instance().processes();
        for (Process one = processes.first(); one != null; one = processes.after(one)) {
            if (isMeant(call, one, which, who)) {
                int own = one.settings().ioPriority();
                best = Math.min(best, own == 0 && which != WHO_PROCESS ? DEFAULT : own);
            }
        }
        return best == Integer.MAX_VALUE ? -ESRCH : best;
    }

    @Syscall(value = "ioprio_set",
            ignores = {"IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE"},
            note = "Kept and told: files are in memory, no request for a disk ever waits for another.")
    static long ioprioSet(Call call, int which, int who, int priority) {
        if (which < WHO_PROCESS || which > WHO_USER) {
            return -EINVAL;
        }
        long refusal = check(call.process().credentials(), priority);
        if (refusal != 0) {
            return refusal;
        }
        long result = -ESRCH;
        Processes processes = call.instance().processes();
        for (Process one = processes.first(); one != null; one = processes.after(one)) {
            if (isMeant(call, one, which, who)) {
                result = set(call, one, priority);
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

    private static long set(Call call, Process process, int priority) {
        Credentials own = call.process().credentials();
        int owner = process.credentials().uid;
        if (owner != own.euid && owner != own.uid && !own.may(Credentials.CAP_SYS_NICE)) {
            return -EPERM;
        }
        process.settings().setIoPriority(priority);
        return 0;
    }

    private static boolean isMeant(Call call, Process one, int which, int who) {
        Process own = call.process();
        return switch (which) {
            case WHO_PROCESS -> who == 0 ? one == own : one.pid() == who;
            case WHO_PGRP -> one.group() == (who == 0 ? own.group() : who);
            default -> one.credentials().uid == (who == 0 ? own.credentials().uid : who);
        };
    }
}

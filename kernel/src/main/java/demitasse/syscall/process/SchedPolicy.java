package demitasse.syscall.process;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Settings;
import demitasse.posix.task.Task;
import demitasse.sched.loop.Loop;
import demitasse.syscall.abi.TimeLayout;
import demitasse.syscall.abi.UserWord;

/** sched_setscheduler(2), sched_setparam(2), sched_get_priority_max(2), sched_rr_get_interval(2). */
final class SchedPolicy {
    private static final int SCHED_OTHER = 0;
    private static final int SCHED_FIFO = 1;
    private static final int SCHED_RR = 2;
    private static final int SCHED_BATCH = 3;
    private static final int SCHED_IDLE = 5;
    private static final int SCHED_DEADLINE = 6;
    static final int SCHED_RESET_ON_FORK = Settings.SCHED_RESET_ON_FORK;
    private static final int REAL_TIME_PRIORITY_MAX = 99;
    private static final int SAME_POLICY = -1;

    private SchedPolicy() {
    }

    @Syscall("sched_getscheduler")
    static long schedGetscheduler(Call call, int tid) {
        if (tid < 0) {
            return -EINVAL;
        }
        Task task = task(call, tid);
        return task == null ? -ESRCH : task.process().settings().schedulingPolicy();
    }

    @Syscall(value = "sched_setscheduler", ignores = {"SCHED_BATCH", "SCHED_IDLE"},
            rejects = {"SCHED_FIFO", "SCHED_RR", "SCHED_DEADLINE"},
            note = "Tasks take turns; real-time policies answer EPERM.")
    static long schedSetscheduler(Call call, int tid, int policy, long parameters) {
        if (tid < 0 || policy < 0) {
            return -EINVAL;
        }
        return load(call, tid, policy, parameters);
    }

    @Syscall("sched_setparam")
    static long schedSetparam(Call call, int tid, long parameters) {
        return tid < 0 ? -EINVAL : load(call, tid, SAME_POLICY, parameters);
    }

    private static long load(Call call, int tid, int policy, long parameters) {
        long copy = parameters == 0 ? -EINVAL : UserWord.load(call, parameters, Integer.BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        Task task = task(call, tid);
        if (task == null) {
            return -ESRCH;
        }
        int wanted = policy == SAME_POLICY ? task.process().settings().schedulingPolicy() : policy;
        return set(call, task, wanted & ~SCHED_RESET_ON_FORK, (wanted & SCHED_RESET_ON_FORK) != 0,
                Memory.getInt(copy));
    }

    /** Checks and keeps a policy. Who resets on fork cannot stop it without CAP_SYS_NICE, sched(7). */
    static long set(Call call, Task task, int policy, boolean resets, int priority) {
        if (policy == SCHED_FIFO || policy == SCHED_RR) {
            return priority >= 1 && priority <= REAL_TIME_PRIORITY_MAX ? -EPERM : -EINVAL;
        }
        if (!isNice(policy) && policy != SCHED_IDLE || priority != 0) {
            return -EINVAL;
        }
        Settings settings = task.process().settings();
        Credentials own = call.credentials();
        Credentials other = task.credentials();
        boolean mine = own.euid == other.euid || own.euid == other.uid;
        boolean undoes = !resets && (settings.schedulingPolicy() & SCHED_RESET_ON_FORK) != 0;
        if ((!mine || undoes) && !own.may(Credentials.CAP_SYS_NICE)) {
            return -EPERM;
        }
        settings.setSchedulingPolicy(resets ? policy | SCHED_RESET_ON_FORK : policy);
        return 0;
    }

    /** Whether the policy goes by nice values. */
    static boolean isNice(int policy) {
        return policy == SCHED_OTHER || policy == SCHED_BATCH;
    }

    static Task task(Call call, int tid) {
        return tid == 0 ? call.task() : call.instance().processes().byTid(tid);
    }

    @Syscall("sched_getparam")
    static long schedGetparam(Call call, int tid, long parameters) {
        if (tid < 0 || parameters == 0) {
            return -EINVAL;
        }
        return task(call, tid) != null ? UserWord.storeInt(call, parameters, 0) : -ESRCH;
    }

    @Syscall("sched_get_priority_max")
    static long schedGetPriorityMax(Call call, int policy) {
        return ofRealTime(policy, REAL_TIME_PRIORITY_MAX);
    }

    @Syscall("sched_get_priority_min")
    static long schedGetPriorityMin(Call call, int policy) {
        return ofRealTime(policy, 1);
    }

    private static long ofRealTime(int policy, int priority) {
        return switch (policy) {
            case SCHED_FIFO, SCHED_RR -> priority;
            case SCHED_OTHER, SCHED_BATCH, SCHED_IDLE, SCHED_DEADLINE -> 0;
            default -> -EINVAL;
        };
    }

    @Syscall("sched_rr_get_interval")
    static long schedRrGetInterval(Call call, int tid, long interval) {
        if (tid < 0) {
            return -EINVAL;
        }
        return task(call, tid) != null ? TimeLayout.storeTimespec(call, interval, Loop.SLICE_NS) : -ESRCH;
    }
}
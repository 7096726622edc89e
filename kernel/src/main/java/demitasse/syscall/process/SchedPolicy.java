package demitasse.syscall.process;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Limits;
import demitasse.posix.task.Scheduling;
import demitasse.posix.task.Task;
import demitasse.sched.loop.Loop;
import demitasse.syscall.abi.TimeLayout;
import demitasse.syscall.abi.UserWord;

/** sched_setscheduler(2), sched_setparam(2), sched_get_priority_max(2), sched_rr_get_interval(2). */
final class SchedPolicy {
    private static final int SCHED_BATCH = 3;
    private static final int SCHED_RESET_ON_FORK = 0x4000_0000;
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
        if (task == null) {
            return -ESRCH;
        }
        Scheduling scheduling = task.scheduling();
        return scheduling.policy() | (scheduling.resetsOnFork() ? SCHED_RESET_ON_FORK : 0);
    }

    @Syscall(value = "sched_setscheduler", ignores = {"SCHED_BATCH"}, note = "SCHED_IDLE is as nice as can be.")
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
        boolean same = policy == SAME_POLICY;
        boolean resets = same ? task.scheduling().resetsOnFork() : (policy & SCHED_RESET_ON_FORK) != 0;
        return set(call, task, same ? task.scheduling().policy() : policy & ~SCHED_RESET_ON_FORK, resets,
                Memory.getInt(copy));
    }

    /** Whether one may change how the other is scheduled without CAP_SYS_NICE, sched_setscheduler(2) EPERM. */
    static boolean isOwn(Credentials own, Credentials other) {
        return own.euid == other.euid || own.euid == other.uid;
    }

    /** Checks and keeps a policy. Who resets on fork cannot stop it without CAP_SYS_NICE, sched(7). */
    static long set(Call call, Task task, int policy, boolean resets, int priority) {
        boolean realTime = isRealTime(policy);
        if (!realTime && !isNice(policy) && policy != Scheduling.SCHED_IDLE
                || (realTime ? priority < 1 || priority > REAL_TIME_PRIORITY_MAX : priority != 0)) {
            return -EINVAL;
        }
        Scheduling scheduling = task.scheduling();
        Credentials own = call.credentials();
        Credentials other = task.credentials();
        boolean mine = isOwn(own, other);
        boolean undoes = !resets && scheduling.resetsOnFork();
        if ((!mine || undoes || realTime && exceedsLimit(task, policy, priority))
                && !own.may(Credentials.CAP_SYS_NICE)) {
            return -EPERM;
        }
        scheduling.set(policy, priority, resets);
        return 0;
    }

    /** RLIMIT_RTPRIO: the highest priority that a process may give itself, getrlimit(2). */
    private static boolean exceedsLimit(Task task, int policy, int priority) {
        long limit = task.process().limits().soft(Limits.RLIMIT_RTPRIO);
        boolean raises = priority > task.scheduling().priority() && Long.compareUnsigned(priority, limit) > 0;
        return raises || limit == 0 && policy != task.scheduling().policy();
    }

    private static boolean isRealTime(int policy) {
        return policy == Scheduling.SCHED_FIFO || policy == Scheduling.SCHED_RR;
    }

    /** Whether the policy goes by nice values. */
    static boolean isNice(int policy) {
        return policy == Scheduling.SCHED_OTHER || policy == SCHED_BATCH;
    }

    static Task task(Call call, int tid) {
        return tid == 0 ? call.task() : call.instance().processes().byTidOrZombie(call.idOf(tid));
    }

    @Syscall("sched_getparam")
    static long schedGetparam(Call call, int tid, long parameters) {
        if (tid < 0 || parameters == 0) {
            return -EINVAL;
        }
        Task task = task(call, tid);
        return task != null ? UserWord.storeInt(call, parameters, task.scheduling().priority()) : -ESRCH;
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
            case Scheduling.SCHED_FIFO, Scheduling.SCHED_RR -> priority;
            case Scheduling.SCHED_OTHER, SCHED_BATCH, Scheduling.SCHED_IDLE,
                 Scheduling.SCHED_DEADLINE -> 0;
            default -> -EINVAL;
        };
    }

    @Syscall("sched_rr_get_interval")
    static long schedRrGetInterval(Call call, int tid, long interval) {
        if (tid < 0) {
            return -EINVAL;
        }
        Task task = task(call, tid);
        if (task == null) {
            return -ESRCH;
        }
        int policy = task.scheduling().policy();
        boolean endless = policy == Scheduling.SCHED_FIFO || policy == Scheduling.SCHED_DEADLINE;
        return TimeLayout.storeTimespec(call, interval, endless ? 0
                : policy == Scheduling.SCHED_RR ? Scheduling.RR_SLICE_NS : Loop.SLICE_NS);
    }
}
package demitasse.syscall.process;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;
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
    private static final int SCHED_RESET_ON_FORK = 0x4000_0000;
    private static final int REAL_TIME_PRIORITY_MAX = 99;

    private SchedPolicy() {
    }

    @Syscall("sched_getscheduler")
    static long schedGetscheduler(Call call, int tid) {
        return tid < 0 ? -EINVAL : exists(call, tid) ? SCHED_OTHER : -ESRCH;
    }

    @Syscall(value = "sched_setscheduler", ignores = {"SCHED_BATCH", "SCHED_IDLE"},
            rejects = {"SCHED_FIFO", "SCHED_RR", "SCHED_DEADLINE"},
            note = "Tasks take turns; real-time policies answer EPERM.")
    static long schedSetscheduler(Call call, int tid, int policy, long parameters) {
        if (tid < 0 || policy < 0) {
            return -EINVAL;
        }
        return set(call, tid, policy & ~SCHED_RESET_ON_FORK, parameters);
    }

    @Syscall("sched_setparam")
    static long schedSetparam(Call call, int tid, long parameters) {
        return tid < 0 ? -EINVAL : set(call, tid, SCHED_OTHER, parameters);
    }

    private static long set(Call call, int tid, int policy, long parameters) {
        long copy = parameters == 0 ? -EINVAL : UserWord.load(call, parameters, Integer.BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        if (!exists(call, tid)) {
            return -ESRCH;
        }
        int priority = Memory.getInt(copy);
        return switch (policy) {
            case SCHED_OTHER, SCHED_BATCH, SCHED_IDLE -> priority == 0 ? 0 : -EINVAL;
            case SCHED_FIFO, SCHED_RR -> priority >= 1 && priority <= REAL_TIME_PRIORITY_MAX ? -EPERM : -EINVAL;
            default -> -EINVAL;
        };
    }

    @Syscall("sched_getparam")
    static long schedGetparam(Call call, int tid, long parameters) {
        if (tid < 0 || parameters == 0) {
            return -EINVAL;
        }
        return exists(call, tid) ? UserWord.storeInt(call, parameters, 0) : -ESRCH;
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
        return exists(call, tid) ? TimeLayout.storeTimespec(call, interval, Loop.SLICE_NS) : -ESRCH;
    }

    private static boolean exists(Call call, int tid) {
        return tid == 0 || call.instance().processes().byTid(tid) != null;
    }
}

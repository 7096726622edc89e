package demitasse.syscall.process;

import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Process;
import demitasse.posix.task.Scheduling;
import demitasse.posix.task.Task;

/** SCHED_DEADLINE of sched_setattr(2): the checks of sched(7), and who is let in. */
final class SchedDeadline {
    /** DL_SCALE of Linux: shorter runtimes are lost in its arithmetic. */
    private static final long RUNTIME_NS_MIN = 1 << 10;
    /** sched_deadline_period_min_us and sched_deadline_period_max_us of Linux. */
    private static final long PERIOD_NS_MIN = 100_000;
    private static final long PERIOD_NS_MAX = (1L << 22) * 1000;
    /** The whole CPU, as a share of it is written. */
    private static final long WHOLE = 1 << 20;
    /** sched_rt_runtime_us of sched_rt_period_us. */
    private static final long SHARE_MAX = WHOLE * 95 / 100;

    private SchedDeadline() {
    }

    static long set(Call call, Task task, boolean resets, long runtimeNs, long deadlineNs, long periodNs) {
        long wholeNs = periodNs == 0 ? deadlineNs : periodNs;
        if (runtimeNs < RUNTIME_NS_MIN || deadlineNs < runtimeNs || wholeNs < deadlineNs || wholeNs < PERIOD_NS_MIN
                || wholeNs > PERIOD_NS_MAX) {
            return -EINVAL;
        }
        if (!call.credentials().may(Credentials.CAP_SYS_NICE)) {
            return -EPERM;
        }
        if (granted(call, task) + runtimeNs * WHOLE / wholeNs > SHARE_MAX) {
            return -EBUSY;
        }
        task.scheduling().setDeadline(runtimeNs, deadlineNs, wholeNs, resets);
        return 0;
    }

    /** What others have been promised of the CPU. */
    private static long granted(Call call, Task but) {
        long share = 0;
        Process process = call.instance().processes().first();
        for (; process != null; process = call.instance().processes().after(process)) {
            for (Task task = process.firstTask(); task != null; task = process.taskAfter(task)) {
                Scheduling one = task.scheduling();
                boolean counts = task != but && one.policy() == Scheduling.SCHED_DEADLINE;
                share += counts ? one.runtimeNs() * WHOLE / one.periodNs() : 0;
            }
        }
        return share;
    }
}

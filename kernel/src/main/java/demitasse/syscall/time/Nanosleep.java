package demitasse.syscall.time;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.ERESTARTNOHAND;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.task.Call;
import demitasse.posix.task.ClockReading;
import demitasse.syscall.abi.Deadlines;
import demitasse.syscall.abi.TimeLayout;

/** nanosleep(2), clock_nanosleep(2). */
final class Nanosleep {
    private static final int TIMER_ABSTIME = 1;

    private Nanosleep() {
    }

    @WarmPath("per system call")
    @Syscall("nanosleep")
    static long nanosleep(Call call, long duration, long remaining) {
        if (call.attempt == 0) {
            long durationNs = TimeLayout.loadTimespec(call, duration);
            if (durationNs < 0) {
                return durationNs;
            }
            call.deadlineNs = Deadlines.after(call.instance().nowNs(), durationNs);
        }
        return sleep(call, remaining);
    }

    @WarmPath("per system call")
    @Syscall("clock_nanosleep")
    static long clockNanosleep(Call call, int clockId, int flags, long duration, long remaining) {
        boolean absolute = (flags & TIMER_ABSTIME) != 0;
        if (call.attempt > 0 && !ClockReading.countsCpu(clockId)) {
            return sleep(call, absolute ? 0 : remaining);
        }
        if (clockId == ClockReading.CLOCK_THREAD_CPUTIME_ID || !ClockReading.drivesTimers(call.task(), clockId)) {
            return ClockReading.read(call.task(), clockId) < 0 ? -EINVAL : -EOPNOTSUPP;
        }
        long timeNs = TimeLayout.loadTimespec(call, duration);
        if (timeNs < 0) {
            return timeNs;
        }
        long clockNs = ClockReading.read(call.task(), clockId);
        if (ClockReading.countsCpu(clockId)) {
            return sleepByCpu(call, clockId, clockNs, absolute ? timeNs : Deadlines.after(clockNs, timeNs),
                    absolute ? 0 : remaining);
        }
        if (absolute && ClockReading.isTimeOfDay(clockId)) {
            call.waitUntilRealtime(timeNs);
        } else {
            long restNs = absolute ? Math.max(0, timeNs - clockNs) : timeNs;
            call.deadlineNs = Deadlines.after(call.instance().nowNs(), restNs);
        }
        return sleep(call, absolute ? 0 : remaining);
    }

    private static long sleep(Call call, long remaining) {
        long restNs = call.deadlineNs - call.instance().nowNs();
        if (restNs <= 0) {
            return 0;
        }
        if (call.task().hasDeliverableSignal()) {
            return interrupted(call, restNs, remaining);
        }
        return call.park();
    }

    /** The process's CPU clock passes no faster than time: sleep as long as it may take, then look again. */
    private static long sleepByCpu(Call call, int clockId, long clockNs, long dueNs, long remaining) {
        if (call.attempt == 0) {
            call.progress = dueNs;
        }
        long restNs = call.progress - clockNs;
        if (restNs <= 0) {
            call.progress = 0;
            return 0;
        }
        if (call.task().hasDeliverableSignal()) {
            return interrupted(call, restNs, remaining);
        }
        call.deadlineNs = Deadlines.after(call.instance().nowNs(), ClockReading.untilLookNs(clockId, restNs));
        return call.park();
    }

    private static long interrupted(Call call, long restNs, long remaining) {
        boolean failed = remaining != 0 && TimeLayout.storeTimespec(call, remaining, restNs) < 0;
        return failed ? -EFAULT : -ERESTARTNOHAND;
    }
}

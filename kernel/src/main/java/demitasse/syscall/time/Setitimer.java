package demitasse.syscall.time;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.posix.signal.IntervalTimer;
import demitasse.posix.signal.ProcessTimers;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.Deadlines;
import demitasse.syscall.abi.TimeLayout;
import demitasse.syscall.abi.UserWord;

/** getitimer(2), alarm(2). */
final class Setitimer {
    /** struct itimerval: interval, value. */
    private static final int BYTES = 2 * TimeLayout.BYTES;

    private Setitimer() {
    }

    @Syscall("getitimer")
    static long getitimer(Call call, int which, long value) {
        if (which < 0 || which >= ProcessTimers.ITIMERS) {
            return -EINVAL;
        }
        return store(call, call.process().timers().interval(which, call.task()), value);
    }

    @Syscall(value = "setitimer", note = "ITIMER_VIRTUAL counts time in the kernel as well.")
    static long setitimer(Call call, int which, long newValue, long oldValue) {
        if (which < 0 || which >= ProcessTimers.ITIMERS) {
            return -EINVAL;
        }
        long intervalNs = 0;
        long valueNs = 0;
        if (newValue != 0) {
            long copy = UserWord.load(call, newValue, BYTES);
            if (UserWord.isErrno(copy)) {
                return copy;
            }
            intervalNs = TimeLayout.timeval(copy);
            valueNs = TimeLayout.timeval(copy + TimeLayout.BYTES);
        }
        if (intervalNs < 0 || valueNs < 0) {
            return -EINVAL;
        }
        IntervalTimer timer = call.process().timers().interval(which, call.task());
        if (oldValue != 0 && store(call, timer, oldValue) < 0) {
            return -EFAULT;
        }
        set(timer, valueNs, intervalNs);
        return 0;
    }

    @Syscall("alarm")
    static long alarm(Call call, int seconds) {
        IntervalTimer timer = call.process().timers().interval(ProcessTimers.ITIMER_REAL, call.task());
        long remainingNs = timer.remainingNs();
        set(timer, (seconds & 0xffff_ffffL) * TimeLayout.NS_PER_S, 0);
        // Rounded to the nearest second, but never to 0: that says that none was set.
        long rounded = (remainingNs + TimeLayout.NS_PER_S / 2) / TimeLayout.NS_PER_S;
        return remainingNs > 0 ? Math.max(1, rounded) : 0;
    }

    private static void set(IntervalTimer timer, long valueNs, long intervalNs) {
        if (valueNs == 0) {
            timer.stop();
        } else {
            timer.start(Deadlines.after(timer.clockNs(), valueNs), intervalNs);
        }
    }

    private static long store(Call call, IntervalTimer timer, long address) {
        long copy = call.scratch(BYTES);
        long remainingNs = timer.remainingNs();
        TimeLayout.putTimeval(copy, timer.intervalNs());
        // A running timer never shows as none.
        TimeLayout.putTimeval(copy + TimeLayout.BYTES,
                remainingNs == 0 ? 0 : Math.max(TimeLayout.NS_PER_US, remainingNs));
        return call.process().memory().copyOut(copy, address, BYTES);
    }
}

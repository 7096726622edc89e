package demitasse.syscall.time;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EOPNOTSUPP;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.signal.PosixTimer;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.task.Call;
import demitasse.posix.task.ClockReading;
import demitasse.posix.task.Task;
import demitasse.syscall.abi.Deadlines;
import demitasse.syscall.abi.TimeLayout;
import demitasse.syscall.abi.UserWord;

/** timer_create(2), timer_settime(2), timer_gettime(2), timer_getoverrun(2), timer_delete(2). */
final class TimerCreate {
    /** struct sigevent: value, signo, notify, tid. */
    private static final int EVENT_BYTES = 64;
    private static final int EVENT_SIGNAL = 8;
    private static final int EVENT_NOTIFY = 12;
    private static final int EVENT_TID = 16;
    /** struct itimerspec: interval, value. */
    private static final int SPEC_BYTES = 2 * TimeLayout.BYTES;
    private static final int TIMER_ABSTIME = 1;

    /** The C library's business; to the kernel the same as SIGEV_SIGNAL. */
    private static final int SIGEV_THREAD = 2;

    private TimerCreate() {
    }

    @Syscall("timer_create")
    static long timerCreate(Call call, int clockId, long event, long timerId) {
        if (!ClockReading.drivesTimers(call.task(), clockId)) {
            return ClockReading.read(call.task(), clockId) < 0 ? -EINVAL : -EOPNOTSUPP;
        }
        PosixTimer timer;
        if (event == 0) {
            timer = PosixTimer.withOwnNumber(call.task(), clockId);
        } else {
            long copy = UserWord.load(call, event, EVENT_BYTES);
            if (UserWord.isErrno(copy)) {
                return copy;
            }
            int notify = Memory.getInt(copy + EVENT_NOTIFY);
            int signal = Memory.getInt(copy + EVENT_SIGNAL);
            int tid = Memory.getInt(copy + EVENT_TID);
            if (!isValid(call, notify, signal, tid)) {
                return -EINVAL;
            }
            timer = new PosixTimer(call.task(), clockId, notify, signal, tid, Memory.getLong(copy));
        }
        int id = call.process().timers().add(timer);
        if (id >= 0 && UserWord.storeInt(call, timerId, id) < 0) {
            call.process().timers().delete(id);
            return -EFAULT;
        }
        return Math.min(id, 0);
    }

    private static boolean isValid(Call call, int notify, int signal, int tid) {
        if (notify == PosixTimer.SIGEV_NONE) {
            return true;
        }
        if (notify == PosixTimer.SIGEV_THREAD_ID) {
            Task task = call.taskOf(tid);
            return task != null && task.process() == call.process() && SignalNumber.isValid(signal);
        }
        return (notify == PosixTimer.SIGEV_SIGNAL || notify == SIGEV_THREAD) && SignalNumber.isValid(signal);
    }

    @Syscall("timer_settime")
    static long timerSettime(Call call, int id, int flags, long newValue, long oldValue) {
        if (newValue == 0) {
            return -EINVAL;
        }
        long copy = UserWord.load(call, newValue, SPEC_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        long intervalNs = TimeLayout.timespec(copy);
        long valueNs = TimeLayout.timespec(copy + TimeLayout.BYTES);
        PosixTimer timer = call.process().timers().at(id);
        if (intervalNs < 0 || valueNs < 0 || timer == null) {
            return -EINVAL;
        }
        if (oldValue != 0 && store(call, timer, oldValue) < 0) {
            return -EFAULT;
        }
        if (valueNs == 0) {
            timer.stop();
        } else {
            boolean absolute = (flags & TIMER_ABSTIME) != 0;
            timer.start(absolute ? valueNs : Deadlines.after(timer.clockNs(), valueNs), intervalNs, absolute);
        }
        return 0;
    }

    @Syscall("timer_gettime")
    static long timerGettime(Call call, int id, long value) {
        PosixTimer timer = call.process().timers().at(id);
        return timer == null ? -EINVAL : store(call, timer, value);
    }

    @Syscall("timer_getoverrun")
    static long timerGetoverrun(Call call, int id) {
        PosixTimer timer = call.process().timers().at(id);
        return timer == null ? -EINVAL : timer.lastOverrun();
    }

    @Syscall("timer_delete")
    static long timerDelete(Call call, int id) {
        if (call.process().timers().at(id) == null) {
            return -EINVAL;
        }
        call.process().timers().delete(id);
        return 0;
    }

    private static long store(Call call, PosixTimer timer, long address) {
        long copy = call.scratch(SPEC_BYTES);
        TimeLayout.putTimespec(copy, timer.intervalNs());
        TimeLayout.putTimespec(copy + TimeLayout.BYTES, timer.remainingNs());
        return call.process().memory().copyOut(copy, address, SPEC_BYTES);
    }
}

package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.file.TimerFile;
import demitasse.posix.task.Call;
import demitasse.vfs.FileHandle;
import demitasse.vfs.OpenFlags;

/** timerfd_create(2), timerfd_settime(2), timerfd_gettime(2). */
final class Timerfd {
    private static final int CLOCK_REALTIME = 0;
    private static final int CLOCK_MONOTONIC = 1;
    private static final int CLOCK_BOOTTIME = 7;
    private static final int CLOCK_REALTIME_ALARM = 8;
    private static final int CLOCK_BOOTTIME_ALARM = 9;
    private static final int TFD_TIMER_ABSTIME = 1;
    private static final int TFD_TIMER_CANCEL_ON_SET = 2;
    private static final int CREATE_FLAGS = OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK;
    private static final long NS_PER_S = 1_000_000_000L;
    /** struct itimerspec: interval, then value, each seconds and nanoseconds. */
    private static final int BYTES = 32;
    private static final int VALUE = 16;

    private Timerfd() {
    }

    @Syscall("timerfd_create")
    static long timerfdCreate(Call call, int clock, int flags) {
        boolean realtime = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM;
        boolean known = realtime || clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME
                || clock == CLOCK_BOOTTIME_ALARM;
        if (!known || (flags & ~CREATE_FLAGS) != 0) {
            return -EINVAL;
        }
        TimerFile file = new TimerFile(call.instance().files(), clock, realtime, flags & OpenFlags.O_NONBLOCK);
        return call.process().files().installNew(file, (flags & OpenFlags.O_CLOEXEC) != 0);
    }

    @Syscall("timerfd_settime")
    static long timerfdSettime(Call call, int fd, int flags, long newValue, long oldValue) {
        long copy = call.scratch(BYTES);
        if (call.process().memory().copyIn(newValue, copy, BYTES) < 0) {
            return -EFAULT;
        }
        if ((flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) != 0 || !isTime(copy)
                || !isTime(copy + VALUE)) {
            return -EINVAL;
        }
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        if (!(file instanceof TimerFile timer)) {
            return -EINVAL;
        }
        long oldLeftNs = timer.remainingNs();
        long oldIntervalNs = timer.intervalNs();
        timer.set(nanoseconds(copy + VALUE), nanoseconds(copy), (flags & TFD_TIMER_ABSTIME) != 0,
                (flags & TFD_TIMER_CANCEL_ON_SET) != 0);
        return oldValue == 0 ? 0 : store(call, oldValue, oldLeftNs, oldIntervalNs);
    }

    @Syscall("timerfd_gettime")
    static long timerfdGettime(Call call, int fd, long value) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        if (!(file instanceof TimerFile timer)) {
            return -EINVAL;
        }
        return store(call, value, timer.remainingNs(), timer.intervalNs());
    }

    private static long store(Call call, long address, long leftNs, long intervalNs) {
        long copy = call.scratch(BYTES);
        Memory.putLong(copy, intervalNs / NS_PER_S);
        Memory.putLong(copy + 8, intervalNs % NS_PER_S);
        Memory.putLong(copy + VALUE, leftNs / NS_PER_S);
        Memory.putLong(copy + VALUE + 8, leftNs % NS_PER_S);
        return call.process().memory().copyOut(copy, address, BYTES);
    }

    private static boolean isTime(long timespec) {
        long fraction = Memory.getLong(timespec + 8);
        return Memory.getLong(timespec) >= 0 && fraction >= 0 && fraction < NS_PER_S;
    }

    private static long nanoseconds(long timespec) {
        long seconds = Memory.getLong(timespec);
        return seconds >= Long.MAX_VALUE / NS_PER_S ? Long.MAX_VALUE / 2
                : seconds * NS_PER_S + Memory.getLong(timespec + 8);
    }
}

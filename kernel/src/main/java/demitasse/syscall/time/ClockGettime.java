package demitasse.syscall.time;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.task.Call;
import demitasse.posix.task.ClockReading;
import demitasse.posix.task.Credentials;
import demitasse.syscall.abi.TimeLayout;

/** clock_getres(2): clock_gettime, clock_getres, clock_settime. */
final class ClockGettime {
    /** The tick of Linux at CONFIG_HZ=250. */
    private static final long COARSE_NS = 4_000_000;

    /** Time must not run out while the instance does: thirty years are left, TIME_SETTOD_SEC_MAX of Linux. */
    private static final long TIME_MAX_NS = Long.MAX_VALUE - 30L * 365 * 24 * 3600 * 1_000_000_000L;

    private ClockGettime() {
    }

    @WarmPath("per system call")
    @Syscall("clock_gettime")
    static long clockGettime(Call call, int clockId, long time) {
        long nowNs = ClockReading.read(call.task(), clockId);
        return nowNs < 0 ? nowNs : TimeLayout.storeTimespec(call, time, nowNs);
    }

    @Syscall("clock_getres")
    static long clockGetres(Call call, int clockId, long resolution) {
        if (ClockReading.read(call.task(), clockId) < 0) {
            return -EINVAL;
        }
        boolean coarse = clockId == ClockReading.CLOCK_REALTIME_COARSE
                || clockId == ClockReading.CLOCK_MONOTONIC_COARSE;
        return resolution == 0 ? 0 : TimeLayout.storeTimespec(call, resolution, coarse ? COARSE_NS : 1);
    }

    @Syscall(value = "clock_settime", note = "Sets the clock of the instance, not that of the host.")
    static long clockSettime(Call call, int clockId, long time) {
        if (clockId != ClockReading.CLOCK_REALTIME) {
            boolean known = clockId < 0 && ClockReading.read(call.task(), clockId) >= 0;
            return known ? -EPERM : -EINVAL;
        }
        long timeNs = TimeLayout.loadTimespec(call, time);
        return timeNs < 0 ? timeNs : set(call, timeNs);
    }

    /** With CAP_SYS_TIME; no time is before that of booting, do_settimeofday64() of Linux. */
    static long set(Call call, long timeNs) {
        if (timeNs > TIME_MAX_NS) {
            return -EINVAL;
        }
        if (!call.credentials().may(Credentials.CAP_SYS_TIME)) {
            return -EPERM;
        }
        if (timeNs < call.instance().nowNs()) {
            return -EINVAL;
        }
        call.instance().setRealtime(timeNs);
        return 0;
    }
}

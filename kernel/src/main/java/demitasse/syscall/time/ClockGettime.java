package demitasse.syscall.time;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.task.Call;
import demitasse.posix.task.ClockReading;
import demitasse.syscall.abi.TimeLayout;

/** clock_getres(2): clock_gettime, clock_getres, clock_settime. */
final class ClockGettime {
    /** The tick of Linux at CONFIG_HZ=250. */
    private static final long COARSE_NS = 4_000_000;

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

    @Syscall(value = "clock_settime", rejects = "CLOCK_REALTIME",
            note = "The clock belongs to the host: EPERM, as without CAP_SYS_TIME.")
    static long clockSettime(Call call, int clockId, long time) {
        long timeNs = TimeLayout.loadTimespec(call, time);
        if (timeNs < 0) {
            return timeNs;
        }
        return clockId == ClockReading.CLOCK_REALTIME ? -EPERM : -EINVAL;
    }
}

package demitasse.syscall.time;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.TimeLayout;
import demitasse.syscall.abi.UserWord;

/** gettimeofday(2), settimeofday(2), time(2). */
final class Gettimeofday {
    private static final int TIMEZONE_BYTES = 8;

    private Gettimeofday() {
    }

    @Syscall(value = "gettimeofday", note = "The time zone is UTC.")
    static long gettimeofday(Call call, long time, long zone) {
        long nowNs = call.instance().platform().clock().realtimeNs();
        if (time != 0 && TimeLayout.storeTimeval(call, time, nowNs) < 0) {
            return -EFAULT;
        }
        if (zone != 0 && UserWord.storeLong(call, zone, 0) < 0) {
            return -EFAULT;
        }
        return 0;
    }

    @Syscall(value = "settimeofday", rejects = "a time zone",
            note = "Sets the clock of the instance, not that of the host.")
    static long settimeofday(Call call, long time, long zone) {
        if (zone != 0) {
            return UserWord.isErrno(UserWord.load(call, zone, TIMEZONE_BYTES)) ? -EFAULT : -EPERM;
        }
        if (time == 0) {
            return 0;
        }
        long copy = UserWord.load(call, time, TimeLayout.BYTES);
        if (UserWord.isErrno(copy)) {
            return -EFAULT;
        }
        long timeNs = TimeLayout.timeval(copy);
        return timeNs < 0 ? timeNs : ClockGettime.set(call, timeNs);
    }

    @Syscall("time")
    static long time(Call call, long address) {
        long seconds = call.instance().platform().clock().realtimeNs() / TimeLayout.NS_PER_S;
        return address != 0 && UserWord.storeLong(call, address, seconds) < 0 ? -EFAULT : seconds;
    }
}

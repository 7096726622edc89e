package demitasse.syscall.time;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;
import demitasse.posix.task.ClockReading;
import demitasse.posix.task.Credentials;
import demitasse.syscall.abi.TimeLayout;
import demitasse.syscall.abi.UserWord;

/** adjtimex(2): tells that nobody in the instance steers the clock, and steps it. */
final class Adjtimex {
    /** struct timex. */
    private static final int BYTES = 208;
    private static final int MODES = 0;
    private static final int MAXERROR = 24;
    private static final int ESTERROR = 32;
    private static final int STATUS = 40;
    private static final int CONSTANT = 48;
    private static final int PRECISION = 56;
    private static final int TOLERANCE = 64;
    private static final int TIME = 72;
    private static final int TICK = 88;
    private static final int ADJ_OFFSET_SS_READ = 0xa001;
    private static final int ADJ_OFFSET = 1;
    private static final int ADJ_SETOFFSET = 0x100;
    private static final int ADJ_NANO = 0x2000;
    private static final int ADJ_TICK = 0x4000;
    private static final int ADJ_ADJTIME = 0x8000;
    /** A century: what is farther away would overflow. */
    private static final long SECONDS_MAX = 100L * 366 * 24 * 3600;
    private static final int STA_UNSYNC = 0x40;
    /** NTP_PHASE_LIMIT of Linux: so far off a clock may be that nobody looks after, µs. */
    private static final long ERROR_MAX_US = 16_000_000;
    /** MAXFREQ_SCALED of Linux: 500 parts in a million, with a fraction of 16 bits. */
    private static final long TOLERANCE_MAX = 500L << 16;
    /** The length of a tick of USER_HZ, µs. */
    private static final long TICK_US = 10_000;
    private static final long CONSTANT_DEFAULT = 2;
    /** The state of a clock that is not synchronised. */
    private static final long TIME_ERROR = 5;

    private Adjtimex() {
    }

    @Syscall(value = "adjtimex", rejects = {"ADJ_OFFSET", "ADJ_FREQUENCY", "ADJ_TICK", "ADJ_STATUS"},
            note = "ADJ_SETOFFSET moves the clock of the instance. Its pace is the host's: changes of it answer EPERM.")
    static long adjtimex(Call call, long timex) {
        long copy = UserWord.load(call, timex, BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        int modes = Memory.getInt(copy + MODES);
        long refusal = modes == 0 || modes == ADJ_OFFSET_SS_READ ? 0 : change(call, modes, copy);
        if (refusal < 0) {
            return refusal;
        }
        Memory.fill(copy, BYTES, (byte) 0);
        Memory.putInt(copy + MODES, modes);
        Memory.putLong(copy + MAXERROR, ERROR_MAX_US);
        Memory.putLong(copy + ESTERROR, ERROR_MAX_US);
        Memory.putInt(copy + STATUS, STA_UNSYNC);
        Memory.putLong(copy + CONSTANT, CONSTANT_DEFAULT);
        Memory.putLong(copy + PRECISION, 1);
        Memory.putLong(copy + TOLERANCE, TOLERANCE_MAX);
        Memory.putLong(copy + TICK, TICK_US);
        TimeLayout.putTimeval(copy + TIME, call.instance().platform().clock().realtimeNs());
        return call.process().memory().copyOut(copy, timex, BYTES) < 0 ? -EFAULT : TIME_ERROR;
    }

    /** Checks as timekeeping_validate_timex() of Linux does. */
    private static long change(Call call, int modes, long timex) {
        if ((modes & ADJ_ADJTIME) != 0 && (modes & ADJ_OFFSET) == 0) {
            return -EINVAL;
        }
        if (!call.credentials().may(Credentials.CAP_SYS_TIME)) {
            return -EPERM;
        }
        long tickUs = Memory.getLong(timex + TICK);
        if ((modes & ADJ_TICK) != 0 && Math.abs(tickUs - TICK_US) > TICK_US / 10) {
            return -EINVAL;
        }
        if (modes != ADJ_SETOFFSET && modes != (ADJ_SETOFFSET | ADJ_NANO)) {
            return -EPERM;
        }
        long perFraction = (modes & ADJ_NANO) != 0 ? 1 : TimeLayout.NS_PER_US;
        long fraction = Memory.getLong(timex + TIME + Long.BYTES);
        long seconds = Memory.getLong(timex + TIME);
        if (fraction < 0 || fraction >= TimeLayout.NS_PER_S / perFraction || Math.abs(seconds) > SECONDS_MAX) {
            return -EINVAL;
        }
        long forwardNs = seconds * TimeLayout.NS_PER_S + fraction * perFraction;
        return ClockGettime.set(call, call.instance().platform().clock().realtimeNs() + forwardNs);
    }

    @Syscall(value = "clock_adjtime", rejects = {"ADJ_OFFSET", "ADJ_FREQUENCY", "ADJ_TICK", "ADJ_STATUS"},
            note = "As adjtimex; CLOCK_REALTIME only, as on Linux.")
    static long clockAdjtime(Call call, int clockId, long timex) {
        if (clockId == ClockReading.CLOCK_REALTIME) {
            return adjtimex(call, timex);
        }
        return ClockReading.read(call.task(), clockId) < 0 ? -EINVAL : -EOPNOTSUPP;
    }
}

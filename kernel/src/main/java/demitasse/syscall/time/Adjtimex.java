package demitasse.syscall.time;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;
import demitasse.posix.task.ClockReading;
import demitasse.posix.task.ClockStatus;
import demitasse.posix.task.Credentials;
import demitasse.syscall.abi.TimeLayout;
import demitasse.syscall.abi.UserWord;

/** adjtimex(2): how good the clock of the instance is said to be, and small steps of it. Its pace is the host's. */
final class Adjtimex {
    /** struct timex. */
    private static final int BYTES = 208;
    private static final int MODES = 0;
    private static final int OFFSET = 8;
    private static final int FREQUENCY = 16;
    private static final int MAXERROR = 24;
    private static final int ESTERROR = 32;
    private static final int STATUS = 40;
    private static final int CONSTANT = 48;
    private static final int PRECISION = 56;
    private static final int TOLERANCE = 64;
    private static final int TIME = 72;
    private static final int TICK = 88;
    private static final int TAI = 160;
    private static final int ADJ_OFFSET_SS_READ = 0xa001;
    private static final int ADJ_OFFSET = 1;
    private static final int ADJ_FREQUENCY = 2;
    private static final int ADJ_MAXERROR = 4;
    private static final int ADJ_ESTERROR = 8;
    private static final int ADJ_STATUS = 0x10;
    private static final int ADJ_TIMECONST = 0x20;
    private static final int ADJ_TAI = 0x80;
    private static final int ADJ_SETOFFSET = 0x100;
    private static final int ADJ_MICRO = 0x1000;
    private static final int ADJ_NANO = 0x2000;
    private static final int ADJ_TICK = 0x4000;
    private static final int ADJ_ADJTIME = 0x8000;
    /** MAXPHASE of Linux: by so much the clock is set gradually there. */
    private static final long OFFSET_MAX_NS = TimeLayout.NS_PER_S / 2;
    /** A century: what is farther away would overflow. */
    private static final long SECONDS_MAX = 100L * 366 * 24 * 3600;
    private static final long OFFSET_MAX_US = SECONDS_MAX * 1_000_000;
    /** MAX_TAI_OFFSET of Linux. */
    private static final int TAI_MAX_S = 100_000;
    /** MAXFREQ_SCALED of Linux: 500 parts in a million, with a fraction of 16 bits. */
    private static final long TOLERANCE_MAX = 500L << 16;
    /** The length of a tick of USER_HZ, µs. */
    private static final long TICK_US = 10_000;
    /** The state of a clock that is not synchronised. */
    private static final long TIME_ERROR = 5;

    private Adjtimex() {
    }

    @Syscall(value = "adjtimex", rejects = {"ADJ_FREQUENCY and ADJ_TICK but for what is"},
            note = "Moves the clock of the instance, at once where Linux does it by and by. Its pace is the host's: "
                    + "changes of it answer EPERM. CLOCK_TAI does not follow ADJ_TAI, which is kept and told.")
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
        ClockStatus status = call.instance().clockStatus();
        Memory.fill(copy, BYTES, (byte) 0);
        Memory.putInt(copy + MODES, modes);
        Memory.putLong(copy + MAXERROR, status.maxErrorUs());
        Memory.putLong(copy + ESTERROR, status.estimatedErrorUs());
        Memory.putInt(copy + STATUS, status.status());
        Memory.putLong(copy + CONSTANT, status.constant());
        Memory.putLong(copy + PRECISION, 1);
        Memory.putLong(copy + TOLERANCE, TOLERANCE_MAX);
        Memory.putLong(copy + TICK, TICK_US);
        Memory.putInt(copy + TAI, status.tai());
        long nowNs = call.instance().platform().clock().realtimeNs();
        if (status.has(ClockStatus.STA_NANO)) {
            TimeLayout.putTimespec(copy + TIME, nowNs);
        } else {
            TimeLayout.putTimeval(copy + TIME, nowNs);
        }
        long state = status.has(ClockStatus.STA_UNSYNC | ClockStatus.STA_CLOCKERR) ? TIME_ERROR : 0;
        return call.process().memory().copyOut(copy, timex, BYTES) < 0 ? -EFAULT : state;
    }

    /** Checks as timekeeping_validate_timex() of Linux does. */
    private static long change(Call call, int modes, long timex) {
        boolean once = (modes & ADJ_ADJTIME) != 0;
        if (once && (modes & ADJ_OFFSET) == 0) {
            return -EINVAL;
        }
        if (!call.credentials().may(Credentials.CAP_SYS_TIME)) {
            return -EPERM;
        }
        if (once) {
            long offsetUs = Math.clamp(Memory.getLong(timex + OFFSET), -OFFSET_MAX_US, OFFSET_MAX_US);
            return move(call, offsetUs * TimeLayout.NS_PER_US);
        }
        long tickUs = Memory.getLong(timex + TICK);
        if ((modes & ADJ_TICK) != 0 && Math.abs(tickUs - TICK_US) > TICK_US / 10) {
            return -EINVAL;
        }
        boolean paces = (modes & ADJ_TICK) != 0 && tickUs != TICK_US
                || (modes & ADJ_FREQUENCY) != 0 && Memory.getLong(timex + FREQUENCY) != 0;
        if (paces) {
            return -EPERM;
        }
        long result = (modes & ADJ_SETOFFSET) != 0 ? step(call, modes, timex) : 0;
        return result < 0 ? result : keep(call, modes, timex);
    }

    private static long step(Call call, int modes, long timex) {
        long perFraction = (modes & ADJ_NANO) != 0 ? 1 : TimeLayout.NS_PER_US;
        long fraction = Memory.getLong(timex + TIME + Long.BYTES);
        long seconds = Memory.getLong(timex + TIME);
        if (fraction < 0 || fraction >= TimeLayout.NS_PER_S / perFraction || seconds > SECONDS_MAX
                || seconds < -SECONDS_MAX) {
            return -EINVAL;
        }
        return move(call, seconds * TimeLayout.NS_PER_S + fraction * perFraction);
    }

    private static long move(Call call, long forwardNs) {
        return forwardNs == 0 ? 0
                : ClockGettime.set(call, call.instance().platform().clock().realtimeNs() + forwardNs);
    }

    /** In the order of process_adjtimex_modes() of Linux. */
    private static long keep(Call call, int modes, long timex) {
        ClockStatus status = call.instance().clockStatus();
        if ((modes & ADJ_STATUS) != 0) {
            status.setStatus(Memory.getInt(timex + STATUS));
        }
        if ((modes & (ADJ_NANO | ADJ_MICRO)) != 0) {
            status.countNanoseconds((modes & ADJ_MICRO) == 0);
        }
        if ((modes & ADJ_MAXERROR) != 0) {
            status.setMaxErrorUs(Memory.getLong(timex + MAXERROR));
        }
        if ((modes & ADJ_ESTERROR) != 0) {
            status.setEstimatedErrorUs(Memory.getLong(timex + ESTERROR));
        }
        if ((modes & ADJ_TIMECONST) != 0) {
            status.setConstant(Memory.getLong(timex + CONSTANT));
        }
        long taiS = Memory.getLong(timex + CONSTANT);
        if ((modes & ADJ_TAI) != 0 && taiS >= 0 && taiS <= TAI_MAX_S) {
            status.setTai((int) taiS);
        }
        if ((modes & ADJ_OFFSET) == 0 || !status.has(ClockStatus.STA_PLL)) {
            return 0;
        }
        long offset = Memory.getLong(timex + OFFSET);
        long offsetNs = status.has(ClockStatus.STA_NANO) ? offset
                : Math.clamp(offset, -TimeLayout.NS_PER_S, TimeLayout.NS_PER_S) * TimeLayout.NS_PER_US;
        return move(call, Math.clamp(offsetNs, -OFFSET_MAX_NS, OFFSET_MAX_NS));
    }

    @Syscall(value = "clock_adjtime", rejects = {"ADJ_FREQUENCY and ADJ_TICK but for what is"},
            note = "As adjtimex; CLOCK_REALTIME only, as on Linux.")
    static long clockAdjtime(Call call, int clockId, long timex) {
        if (clockId == ClockReading.CLOCK_REALTIME) {
            return adjtimex(call, timex);
        }
        return ClockReading.read(call.task(), clockId) < 0 ? -EINVAL : -EOPNOTSUPP;
    }
}

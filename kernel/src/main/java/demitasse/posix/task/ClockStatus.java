package demitasse.posix.task;

/** What adjtimex(2) keeps beside the time of day: how good it is, as whoever looks after the clock says. */
public final class ClockStatus {
    public static final int STA_PLL = 0x1;
    public static final int STA_UNSYNC = 0x40;
    public static final int STA_CLOCKERR = 0x1000;
    public static final int STA_NANO = 0x2000;
    /** What is told only. */
    private static final int READ_ONLY = 0xff00;
    /** NTP_PHASE_LIMIT of Linux: so far off a clock may be that nobody looks after, µs. */
    private static final long ERROR_MAX_US = 16_000_000;
    private static final long CONSTANT_MAX = 10;
    /** By so much a constant of one who counts in microseconds is smaller, process_adjtimex_modes() of Linux. */
    private static final long CONSTANT_OF_MICRO = 4;

    private int status = STA_UNSYNC;
    private long maxErrorUs = ERROR_MAX_US;
    private long estimatedErrorUs = ERROR_MAX_US;
    private long constant = 2;
    private int tai;

    public int status() {
        return status;
    }

    public boolean has(int flag) {
        return (status & flag) != 0;
    }

    public void setStatus(int value) {
        status = status & READ_ONLY | value & ~READ_ONLY;
    }

    public void countNanoseconds(boolean nano) {
        status = nano ? status | STA_NANO : status & ~STA_NANO;
    }

    public long maxErrorUs() {
        return maxErrorUs;
    }

    public void setMaxErrorUs(long value) {
        maxErrorUs = Math.clamp(value, 0, ERROR_MAX_US);
    }

    public long estimatedErrorUs() {
        return estimatedErrorUs;
    }

    public void setEstimatedErrorUs(long value) {
        estimatedErrorUs = Math.clamp(value, 0, ERROR_MAX_US);
    }

    public long constant() {
        return constant;
    }

    public void setConstant(long value) {
        long more = has(STA_NANO) ? 0 : CONSTANT_OF_MICRO;
        constant = Math.clamp(Math.clamp(value, 0, CONSTANT_MAX) + more, 0, CONSTANT_MAX);
    }

    /** Seconds between TAI and UTC. */
    public int tai() {
        return tai;
    }

    public void setTai(int seconds) {
        tai = seconds;
    }
}

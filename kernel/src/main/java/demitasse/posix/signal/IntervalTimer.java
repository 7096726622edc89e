package demitasse.posix.signal;

import demitasse.posix.task.ClockReading;
import demitasse.posix.task.Instance;
import demitasse.posix.task.Task;
import demitasse.sched.timer.Timer;

/**
 * A timer by any clock that may repeat: setitimer(2), timer_create(2). It sleeps by the monotonic clock and then asks
 * its own: CPU time cannot pass faster than time itself, so the sleep is never too long, at worst too short.
 */
public abstract class IntervalTimer extends Timer {
    private final Instance instance;
    private final Task owner;
    private final int clockId;
    private long dueNs;
    private long intervalNs;
    /** Set to a time of its clock, not to so much later than now. */
    private boolean absolute;

    /** @param owner whose process the clock is about; must live as long as the timer */
    protected IntervalTimer(Task owner, int clockId) {
        this.owner = owner;
        this.clockId = clockId;
        instance = owner.process().instance();
    }

    /** The time has come; {@code times} in all since the last call. */
    protected abstract void fire(long times);

    /** Starts it. @param newDueNs by its own clock */
    public final void start(long newDueNs, long newIntervalNs) {
        start(newDueNs, newIntervalNs, false);
    }

    /** @param isAbsolute whether it stays at that time when its clock is set */
    public final void start(long newDueNs, long newIntervalNs, boolean isAbsolute) {
        dueNs = newDueNs;
        intervalNs = newIntervalNs;
        absolute = isAbsolute;
        rearm();
    }

    /** CLOCK_REALTIME has been set forward by so much, or back. */
    final void clockSet(long forwardNs) {
        if (isArmed() && ClockReading.isTimeOfDay(clockId)) {
            dueNs += absolute ? 0 : forwardNs;
            rearm();
        }
    }

    /** Disarms it; getitimer(2) and timer_gettime(2) then report no interval either. */
    public final void stop() {
        intervalNs = 0;
        instance.timers().cancel(this);
    }

    /** Until it fires next; 0 when it is not running, at least 1 when it is. */
    public final long remainingNs() {
        return isArmed() ? Math.max(1, dueNs - clockNs()) : 0;
    }

    public final long intervalNs() {
        return intervalNs;
    }

    public final long clockNs() {
        return ClockReading.read(owner, clockId);
    }

    private void rearm() {
        long restNs = ClockReading.untilLookNs(clockId, Math.max(0, dueNs - clockNs()));
        long nowNs = instance.nowNs();
        instance.timers().arm(this, restNs > Long.MAX_VALUE - nowNs ? Long.MAX_VALUE : nowNs + restNs);
    }

    @Override
    protected final void expired(long nowNs) {
        long lateNs = clockNs() - dueNs;
        if (lateNs < 0) {
            rearm();
            return;
        }
        long times = 1;
        if (intervalNs > 0) {
            times += lateNs / intervalNs;
            dueNs += times * intervalNs;
            rearm();
        }
        fire(times);
    }
}

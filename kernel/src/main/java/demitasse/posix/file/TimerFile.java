package demitasse.posix.file;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.ECANCELED;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ESPIPE;

import demitasse.base.memory.Buffer;
import demitasse.base.memory.Text;
import demitasse.machine.Clock;
import demitasse.sched.timer.Timer;
import demitasse.sched.wait.Events;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Transfer;

/** timerfd_create(2): a timer whose expirations are counted and read. */
public final class TimerFile extends AnonymousHandle {
    private static final long NS_PER_S = 1_000_000_000L;

    private final Files files;
    private final int clockId;
    private final boolean realtime;
    private final Alarm alarm = new Alarm();
    private boolean armed;
    private long deadlineNs;
    private long intervalNs;
    private long expirations;
    /** Armed for a time of day: moves when the clock is set. */
    private boolean followsClock;
    /** TFD_TIMER_CANCEL_ON_SET, and that it has happened. */
    private boolean cancels;
    private boolean cancelled;
    /** The next of those that may follow the clock, {@link Files#clockSet}. */
    TimerFile next;

    /** @param realtime whether absolute times are those of CLOCK_REALTIME */
    public TimerFile(Files files, int clockId, boolean realtime, int flags) {
        super(files, OpenFlags.O_RDWR | flags);
        this.files = files;
        this.clockId = clockId;
        this.realtime = realtime;
        if (realtime) {
            files.addTimer(this);
        }
    }

    @Override
    public void describe(Text out) {
        out.add("anon_inode:[timerfd]");
    }

    /** timerfd_settime(2) with valid times; a value of 0 disarms. */
    public void set(long valueNs, long newIntervalNs, boolean absolute, boolean cancelOnSet) {
        files.timers().cancel(alarm);
        expirations = 0;
        followsClock = absolute && realtime;
        cancels = followsClock && cancelOnSet;
        cancelled = false;
        intervalNs = newIntervalNs;
        armed = valueNs != 0;
        if (armed) {
            Clock clock = files.clock();
            long base = !absolute ? clock.monotonicNs()
                    : realtime ? clock.monotonicNs() - clock.realtimeNs() : 0;
            deadlineNs = later(base, valueNs);
            files.timers().arm(alarm, deadlineNs);
        }
    }

    /** CLOCK_REALTIME has been set forward by so much, or back. */
    void clockSet(long forwardNs) {
        cancelled |= cancels;
        if (followsClock && armed) {
            deadlineNs -= forwardNs;
            files.timers().arm(alarm, deadlineNs);
        }
        if (cancelled) {
            waiters().wakeAll(Events.IN);
        }
    }

    /** timerfd_gettime(2): until the next expiration; 0 when disarmed. */
    public long remainingNs() {
        long now = files.clock().monotonicNs();
        if (armed && deadlineNs <= now) {
            count(now);
            if (armed) {
                files.timers().arm(alarm, deadlineNs);
            }
        }
        return armed ? deadlineNs - now : 0;
    }

    public long intervalNs() {
        return intervalNs;
    }

    @Override
    public boolean takesBytes() {
        return false;
    }

    @Override
    public long read(Transfer target, long offset) {
        if (offset != CURRENT) {
            return -ESPIPE;
        }
        if (target.remaining() < Long.BYTES) {
            return -EINVAL;
        }
        if (cancelled) {
            cancelled = false;
            expirations = 0;
            return -ECANCELED;
        }
        long now = files.clock().monotonicNs();
        if (armed && deadlineNs <= now) {
            count(now);
            if (armed) {
                files.timers().arm(alarm, deadlineNs);
            }
        }
        if (expirations == 0) {
            return -EAGAIN;
        }
        Buffer word = files.word();
        if (word == null) {
            return -ENOMEM;
        }
        word.putLong(0, expirations);
        expirations = 0;
        return target.put(word.address(), Long.BYTES);
    }

    @Override
    public int readiness() {
        return cancelled || expirations > 0 || armed && deadlineNs <= files.clock().monotonicNs() ? Events.IN : 0;
    }

    @Override
    public void details(Text out) {
        long left = remainingNs();
        out.add("clockid: ").number(clockId).add("\nticks: ").number(expirations).add("\nsettime flags: 00");
        out.add("\nit_value: (").number(left / NS_PER_S).add(", ").number(left % NS_PER_S);
        out.add(")\nit_interval: (").number(intervalNs / NS_PER_S).add(", ").number(intervalNs % NS_PER_S).add(")\n");
    }

    @Override
    protected void released() {
        files.timers().cancel(alarm);
        files.removeTimer(this);
    }

    /** Adds the expirations up to now and moves on to the next one. */
    private void count(long nowNs) {
        if (intervalNs == 0) {
            expirations++;
            armed = false;
            return;
        }
        long passed = 1 + (nowNs - deadlineNs) / intervalNs;
        expirations += passed;
        deadlineNs = later(deadlineNs, passed * intervalNs);
    }

    private static long later(long base, long durationNs) {
        long sum = base + durationNs;
        return base > 0 && sum < 0 ? Long.MAX_VALUE - 1 : sum;
    }

    /** Rings once; the next ring is armed when the program has read, so a tiny interval floods nobody. */
    private final class Alarm extends Timer {
        @Override
        protected void expired(long nowNs) {
            waiters().wakeAll(Events.IN);
        }
    }
}

package demitasse.posix.ring;

import static demitasse.base.error.Errno.ETIME;

import demitasse.posix.task.Task;
import demitasse.sched.timer.Timer;
import demitasse.sched.timer.Timers;

/** IORING_OP_TIMEOUT: completes at a time, or earlier after a number of completions. */
public final class TimeoutRequest extends RingRequest {
    private final Expiry expiry = new Expiry();
    private final int count;
    private final boolean elapsingIsSuccess;
    private final long periodNs;
    private int shots;
    private long deadlineNs;
    private int target;
    private boolean reached;
    private boolean elapsed;

    /**
     * @param deadlineNs monotonic
     * @param count completions to wait for; 0 for the time alone
     * @param periodNs of a timeout that repeats, IORING_TIMEOUT_MULTISHOT; 0 for once
     * @param shots how often it repeats; 0 for ever
     */
    public TimeoutRequest(Ring ring, Task task, long userData, int flags, long deadlineNs, int count,
            boolean elapsingIsSuccess, long periodNs, int shots) {
        super(ring, task, userData, flags);
        this.deadlineNs = deadlineNs;
        this.count = count;
        this.elapsingIsSuccess = elapsingIsSuccess;
        this.periodNs = periodNs;
        this.shots = shots;
    }

    /** IORING_TIMEOUT_UPDATE. */
    public void update(long newDeadlineNs) {
        deadlineNs = newDeadlineNs;
        timers().arm(expiry, deadlineNs);
    }

    @Override
    public int kind() {
        return KIND_TIMEOUT;
    }

    @Override
    protected boolean outlivesTask() {
        return true;
    }

    @Override
    void start() {
        target = ring().completedCount() + count;
        ring().countFor(count != 0 ? 1 : 0);
        timers().arm(expiry, deadlineNs);
    }

    @Override
    void noticeCompletions(int completed) {
        if (count != 0 && completed - target >= 0 && !reached) {
            reached = true;
            wake();
        }
    }

    @Override
    protected void run() {
        if (reached) {
            end(0);
        } else if (elapsed) {
            elapsed = false;
            if (periodNs == 0 || shots == 1) {
                end(-ETIME);
                return;
            }
            shots -= shots > 0 ? 1 : 0;
            ring().postTimeout(userData(), -ETIME, MORE);
            update(deadlineNs + periodNs);
        }
    }

    private void end(int result) {
        withdraw();
        complete(result, 0);
    }

    @Override
    void tell(int result, int completionFlags) {
        ring().postTimeout(userData(), result, completionFlags);
    }

    @Override
    void withdraw() {
        ring().countFor(count != 0 ? -1 : 0);
        timers().cancel(expiry);
    }

    @Override
    boolean isFailure(int result) {
        return result < 0 && !(elapsingIsSuccess && result == -ETIME);
    }

    private Timers timers() {
        return task().process().instance().timers();
    }

    private final class Expiry extends Timer {
        @Override
        protected void expired(long nowNs) {
            elapsed = true;
            wake();
        }
    }
}

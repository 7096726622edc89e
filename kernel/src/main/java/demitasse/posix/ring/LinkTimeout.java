package demitasse.posix.ring;

import static demitasse.base.error.Errno.ECANCELED;
import static demitasse.base.error.Errno.ETIME;

import demitasse.posix.task.Task;
import demitasse.sched.timer.Timer;
import demitasse.sched.timer.Timers;

/** IORING_OP_LINK_TIMEOUT: ends the request before it in the chain when that takes too long. */
public final class LinkTimeout extends RingRequest {
    private final Expiry expiry = new Expiry();
    private final long durationNs;
    private final boolean absolute;
    private long deadlineNs;
    private RingRequest guarded;
    private boolean fired;

    /** @param timeNs how long, from when the guarded request begins; or until when, on the monotonic clock */
    public LinkTimeout(Ring ring, Task task, long userData, int flags, long timeNs, boolean absolute) {
        super(ring, task, userData, flags);
        durationNs = timeNs;
        this.absolute = absolute;
        // That time was up, or not needed, is never a failure: IOSQE_CQE_SKIP_SUCCESS leaves both out.
        silent = (flags & SKIP_SUCCESS) != 0;
    }

    void guards(RingRequest request) {
        guarded = request;
    }

    /** IORING_LINK_TIMEOUT_UPDATE. */
    public void update(long newDeadlineNs) {
        deadlineNs = newDeadlineNs;
        timers().arm(expiry, deadlineNs);
    }

    @Override
    public int kind() {
        return KIND_LINK_TIMEOUT;
    }

    @Override
    void start() {
        long nowNs = task().process().instance().nowNs();
        update(absolute ? durationNs : nowNs + Math.min(durationNs, Long.MAX_VALUE - 1 - nowNs));
    }

    @Override
    protected void run() {
        RingRequest request = guarded;
        if (fired && request != null) {
            // Its end ends this one too.
            ring().cancel(request);
        }
    }

    /** The request that it guards has ended, before its time or because of it. */
    void guardedEnded() {
        guarded = null;
        if (isAttached()) {
            withdraw();
        }
        complete(fired ? -ETIME : -ECANCELED, 0);
    }

    /** What it guards is orphaned as well, and tells its end. */
    @Override
    protected void orphaned() {
        abandon();
    }

    @Override
    void withdraw() {
        timers().cancel(expiry);
    }

    private Timers timers() {
        return task().process().instance().timers();
    }

    private final class Expiry extends Timer {
        @Override
        protected void expired(long nowNs) {
            fired = true;
            wake();
        }
    }
}

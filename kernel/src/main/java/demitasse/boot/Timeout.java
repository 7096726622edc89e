package demitasse.boot;

import demitasse.posix.task.Instance;
import demitasse.sched.timer.Timer;

/** The end of an instance that takes too long, with the status of timeout(1). */
final class Timeout extends Timer {
    private static final int STATUS_EXPIRED = 124;
    private static final long NS_PER_S = 1_000_000_000L;

    private final Instance instance;

    private Timeout(Instance instance) {
        this.instance = instance;
    }

    /** @param seconds from now; 0 for never */
    static void arm(Instance instance, long seconds) {
        if (seconds > 0 && seconds < (Long.MAX_VALUE - instance.nowNs()) / NS_PER_S) {
            instance.timers().arm(new Timeout(instance), instance.nowNs() + seconds * NS_PER_S);
        }
    }

    @Override
    protected void expired(long nowNs) {
        instance.end(STATUS_EXPIRED);
    }
}

package demitasse.posix.signal;

import demitasse.sched.wait.WaitQueue;

/** The signal state that the tasks of a process share. */
public final class ProcessSignals {
    private final Dispositions dispositions = new Dispositions();
    private final PendingSignals pending = new PendingSignals();
    private final WaitQueue waiters = new WaitQueue();

    public Dispositions dispositions() {
        return dispositions;
    }

    /** Signals sent to the process as a whole. */
    public PendingSignals pending() {
        return pending;
    }

    /** Woken with IN whenever a signal comes to wait, for signalfd(2) and sigtimedwait(2). */
    public WaitQueue waiters() {
        return waiters;
    }
}

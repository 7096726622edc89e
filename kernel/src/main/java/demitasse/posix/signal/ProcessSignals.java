package demitasse.posix.signal;

import demitasse.sched.wait.WaitQueue;

/** The signal state that the tasks of a process share. */
public final class ProcessSignals {
    private Dispositions dispositions = new Dispositions();
    private final PendingSignals pending = new PendingSignals();
    private final WaitQueue waiters = new WaitQueue();

    public Dispositions dispositions() {
        return dispositions;
    }

    /** clone(2) CLONE_SIGHAND: what one of the processes sets is true for both. */
    public void shareDispositions(ProcessSignals other) {
        dispositions = other.dispositions;
    }

    /** execve(2): dispositions of its own, without the handlers of the program that is gone. */
    public void resetForExec() {
        Dispositions old = dispositions;
        dispositions = new Dispositions();
        dispositions.copyFrom(old);
        dispositions.resetForExec();
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

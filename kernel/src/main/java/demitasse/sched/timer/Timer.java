package demitasse.sched.timer;

/** Something that happens at a time; the node is the registration. */
public abstract class Timer {
    /** Place in the {@link Timers}, or -1; theirs to keep. */
    int slot = -1;
    long deadlineNs;

    /** Runs from the event loop, already disarmed: mark something runnable and return. */
    protected abstract void expired(long nowNs);

    public final boolean isArmed() {
        return slot >= 0;
    }

    /** When it is due; meaningless unless armed. */
    public final long deadlineNs() {
        return deadlineNs;
    }
}

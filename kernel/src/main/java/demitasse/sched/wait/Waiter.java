package demitasse.sched.wait;

/** A registration on a {@link WaitQueue}; the node is the registration, so waiting allocates nothing. */
public abstract class Waiter {
    Waiter next;
    Waiter previous;
    WaitQueue queue;
    int interest;

    /**
     * Runs inside {@link WaitQueue#wake}, already removed from the queue: mark something runnable and return.
     *
     * @param events the bits of interest that came true
     */
    protected abstract void ready(int events);

    public final boolean isQueued() {
        return queue != null;
    }

    /** Leaves the queue it is on, if any. */
    public final void withdraw() {
        if (queue != null) {
            queue.remove(this);
        }
    }
}

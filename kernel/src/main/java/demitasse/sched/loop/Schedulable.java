package demitasse.sched.loop;

/** Something that runs in turns; the node is its place on the {@link RunQueue}. */
public abstract class Schedulable {
    Schedulable next;
    boolean queued;
    /** Which queue it stands in, or stood in last. */
    boolean spent;
    /** See {@link Loop#setPriority}. */
    int priority;
    boolean keepsTurn;
    long sliceNs = Loop.SLICE_NS;

    /**
     * Runs until it waits, ends, or should make room.
     *
     * @return true when it wants another turn; false when it waits and something will {@linkplain Loop#enqueue enqueue}
     *         it, or never
     */
    protected abstract boolean step();

    public final boolean isQueued() {
        return queued;
    }
}

package demitasse.posix.ring;

import demitasse.posix.task.Task;

/** A request that is done when its turn comes: about the ring itself, or one that could not be understood. */
public final class DoneRequest extends RingRequest {
    private final Action action;
    /** Not 0 for one that could not be understood. */
    private final int refusal;

    public DoneRequest(Ring ring, Task task, long userData, int flags, Action action) {
        super(ring, task, userData, flags);
        this.action = action;
        refusal = 0;
    }

    /** A request that could not be understood. */
    public DoneRequest(Ring ring, Task task, long userData, int flags, int refusal) {
        super(ring, task, userData, flags);
        action = null;
        this.refusal = refusal;
    }

    /** What a chain is told that it is in: each other request of it is cancelled. */
    int refusal() {
        return refusal;
    }

    @Override
    public int kind() {
        return KIND_DONE;
    }

    @Override
    void start() {
        complete(action == null ? refusal : action.act(), 0);
    }

    @Override
    protected void run() {
        assert false : "it never waits";
    }

    @Override
    void withdraw() {
        // It holds nothing, and ends as it begins.
    }

    /** What it does; the result, or -errno. */
    public interface Action {
        int act();
    }
}

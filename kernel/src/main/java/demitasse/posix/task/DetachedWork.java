package demitasse.posix.task;

import demitasse.sched.loop.Schedulable;

/**
 * Work in the name of a task that the task does not wait for: a request of io_uring(7) or io_submit(2). It has turns of
 * its own, in the memory of its process, and ends with its task unless it {@linkplain #outlivesTask outlives} it, or
 * when the task executes another program.
 */
public abstract class DetachedWork extends Schedulable {
    private final Task task;
    private boolean attached;
    /** On the list of the task. */
    private boolean listed;
    /** Links of {@link WorkList}; its to keep. */
    DetachedWork next;
    DetachedWork previous;

    protected DetachedWork(Task task) {
        this.task = task;
    }

    public final Task task() {
        return task;
    }

    /** It begins; until {@link #detach} it may be {@linkplain #orphaned orphaned}. */
    protected final void attach() {
        assert !attached : "work begins once";
        attached = true;
        listed = true;
        task.work.add(this);
    }

    /** It has ended: there will be no turn any more. */
    protected final void detach() {
        attached = false;
        leaveTask();
    }

    /** The task ends, but this goes on. */
    final void leaveTask() {
        if (listed) {
            listed = false;
            task.work.remove(this);
        }
    }

    /** Whether it goes on when its task ends, since it needs neither that nor the memory. */
    protected boolean outlivesTask() {
        return false;
    }

    protected final boolean isAttached() {
        return attached;
    }

    /** Asks for a turn; may be called while a queue is woken. */
    protected final void wake() {
        if (attached) {
            task.process().instance().loop().enqueue(this);
        }
    }

    @Override
    protected final boolean step() {
        if (attached) {
            Instance instance = task.process().instance();
            instance.workFor(task);
            run();
            instance.workFor(null);
        }
        return false;
    }

    /** A turn, after {@link #wake}. */
    protected abstract void run();

    /** The task ends: so does this, and it detaches itself. */
    protected abstract void orphaned();
}

package demitasse.posix.task;

/** The work that goes on in the name of a task; the work is the node. */
final class WorkList {
    private DetachedWork first;

    void add(DetachedWork work) {
        work.next = first;
        if (first != null) {
            first.previous = work;
        }
        first = work;
    }

    void remove(DetachedWork work) {
        if (work.previous == null) {
            first = work.next;
        } else {
            work.previous.next = work.next;
        }
        if (work.next != null) {
            work.next.previous = work.previous;
        }
        work.next = null;
        work.previous = null;
    }

    /** The task ends, or executes another program, and then nothing at all goes on in its name. */
    void end(boolean all) {
        DetachedWork work = first;
        while (work != null) {
            DetachedWork following = work.next;
            if (!all && work.outlivesTask()) {
                work.leaveTask();
            }
            work = following;
        }
        while (first != null) {
            first.orphaned();
        }
    }
}

package demitasse.sched.loop;

/** Who may run, first come first served: fair because a turn ends with the time slice. */
final class RunQueue {
    private Schedulable first;
    private Schedulable last;

    boolean isEmpty() {
        return first == null;
    }

    /** Queues at the end; nothing happens when it is queued already. */
    void add(Schedulable one) {
        if (one.queued) {
            return;
        }
        one.queued = true;
        one.next = null;
        if (last == null) {
            first = one;
        } else {
            last.next = one;
        }
        last = one;
    }

    /** Takes the first; null when nobody waits. */
    Schedulable take() {
        Schedulable one = first;
        if (one == null) {
            return null;
        }
        first = one.next;
        if (first == null) {
            last = null;
        }
        one.next = null;
        one.queued = false;
        return one;
    }
}

package demitasse.sched.loop;

/**
 * Who may run: those of a higher priority first, and among equals first come first served, which is fair because a turn
 * ends with the time slice.
 */
final class RunQueue {
    private Schedulable first;
    private Schedulable last;

    boolean isEmpty() {
        return first == null;
    }

    /** Whether somebody with a priority above the given one waits. */
    boolean hasAbove(int priority) {
        return first != null && first.priority > priority;
    }

    /** Queues behind its equals; nothing happens when it is queued already. */
    void add(Schedulable one) {
        if (one.queued) {
            return;
        }
        one.queued = true;
        one.next = null;
        if (last == null) {
            first = one;
            last = one;
        } else if (last.priority >= one.priority) {
            last.next = one;
            last = one;
        } else {
            insert(one, one.priority);
        }
    }

    /** Queues before its equals; nothing happens when it is queued already. */
    void addBack(Schedulable one) {
        if (!one.queued) {
            one.queued = true;
            insert(one, one.priority + 1);
        }
    }

    /** Behind those that have at least a priority: few have any. */
    private void insert(Schedulable one, int floor) {
        Schedulable before = null;
        Schedulable after = first;
        while (after != null && after.priority >= floor) {
            before = after;
            after = after.next;
        }
        one.next = after;
        last = after == null ? one : last;
        if (before == null) {
            first = one;
        } else {
            before.next = one;
        }
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

    /** Takes the first of those without any priority; null when there is none. */
    Schedulable takeOrdinary() {
        Schedulable one = first;
        while (one != null && one.priority > 0) {
            one = one.next;
        }
        if (one != null) {
            remove(one);
        }
        return one;
    }

    /** Takes one out that is queued. */
    void remove(Schedulable one) {
        Schedulable before = null;
        for (Schedulable other = first; other != one; other = other.next) {
            before = other;
        }
        if (before == null) {
            first = one.next;
        } else {
            before.next = one.next;
        }
        last = last == one ? before : last;
        one.next = null;
        one.queued = false;
    }
}

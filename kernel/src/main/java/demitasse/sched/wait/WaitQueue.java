package demitasse.sched.wait;

/** Who waits for an object, first come first served. */
public final class WaitQueue {
    private Waiter first;
    private Waiter last;
    /** While waking: who is looked at next, and the last one to look at; {@link #remove} keeps them right. */
    private Waiter cursor;
    private Waiter stop;

    public boolean isEmpty() {
        return first == null;
    }

    /** Queues a waiter that is on no queue, for the given {@link Events} bits. */
    public void add(Waiter waiter, int interest) {
        assert waiter.queue == null : "a waiter is on one queue at a time";
        waiter.queue = this;
        waiter.interest = interest;
        waiter.previous = last;
        waiter.next = null;
        if (last == null) {
            first = waiter;
        } else {
            last.next = waiter;
        }
        last = waiter;
    }

    /** Takes a waiter off; nothing happens when it is not on this queue. */
    public void remove(Waiter waiter) {
        if (waiter.queue != this) {
            return;
        }
        if (waiter == cursor) {
            cursor = after(waiter);
        }
        if (waiter == stop) {
            stop = waiter.previous;
        }
        if (waiter.previous == null) {
            first = waiter.next;
        } else {
            waiter.previous.next = waiter.next;
        }
        if (waiter.next == null) {
            last = waiter.previous;
        } else {
            waiter.next.previous = waiter.previous;
        }
        waiter.queue = null;
        waiter.next = null;
        waiter.previous = null;
    }

    /**
     * Removes and calls waiters that are interested in any of the events, in the order they came.
     *
     * <p>A {@link Waiter#ready} may take waiters off this queue, and may add some: those come after the last one that
     * stands there now and are not called, so the loop is bounded. It may not wake this queue again.
     *
     * @return how many were called, at most {@code limit}
     */
    public int wake(int events, int limit) {
        assert cursor == null : "a queue is not woken from within its own wake-up";
        int woken = 0;
        stop = last;
        cursor = first;
        while (cursor != null && woken < limit) {
            Waiter waiter = cursor;
            cursor = after(waiter);
            int matching = waiter.interest & events;
            if (matching != 0) {
                remove(waiter);
                woken++;
                waiter.ready(matching);
            }
        }
        cursor = null;
        stop = null;
        return woken;
    }

    /** {@link #wake} without a limit. */
    public int wakeAll(int events) {
        return wake(events, Integer.MAX_VALUE);
    }

    private Waiter after(Waiter waiter) {
        return waiter == stop ? null : waiter.next;
    }
}

package demitasse.sched.wait;

/** Who waits for an object, first come first served. */
public final class WaitQueue {
    private Waiter first;
    private Waiter last;

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
     * <p>A {@link Waiter#ready} may add waiters to this queue: they come after the last one that stands there now and
     * are not called, so the loop is bounded.
     *
     * @return how many were called, at most {@code limit}
     */
    public int wake(int events, int limit) {
        int woken = 0;
        Waiter stop = last;
        Waiter waiter = first;
        while (waiter != null && woken < limit) {
            Waiter next = waiter == stop ? null : waiter.next;
            int matching = waiter.interest & events;
            if (matching != 0) {
                remove(waiter);
                woken++;
                waiter.ready(matching);
            }
            waiter = next;
        }
        return woken;
    }

    /** {@link #wake} without a limit. */
    public int wakeAll(int events) {
        return wake(events, Integer.MAX_VALUE);
    }
}

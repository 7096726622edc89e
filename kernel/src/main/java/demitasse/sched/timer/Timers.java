package demitasse.sched.timer;

import demitasse.base.annotation.ColdPath;

/** All armed timers, the earliest first: a binary heap, so arming and cancelling cost O(log n) and allocate rarely. */
public final class Timers {
    private static final int INITIAL_CAPACITY = 64;

    private Timer[] heap = new Timer[INITIAL_CAPACITY];
    private int count;
    /** The deadline of the first, asked for at every return to user code. */
    private long earliestNs = Long.MAX_VALUE;

    /** Arms, or moves when it is armed already. */
    public void arm(Timer timer, long deadlineNs) {
        cancel(timer);
        if (count == heap.length) {
            grow();
        }
        timer.deadlineNs = deadlineNs;
        place(timer, count++);
        siftUp(timer.slot);
    }

    /** Disarms; nothing happens when it is not armed. */
    public void cancel(Timer timer) {
        int slot = timer.slot;
        if (slot < 0) {
            return;
        }
        assert heap[slot] == timer : "a timer belongs to one set";
        timer.slot = -1;
        Timer moved = heap[--count];
        heap[count] = null;
        if (moved != timer) {
            place(moved, slot);
            siftUp(slot);
            siftDown(moved.slot);
        }
        if (count == 0) {
            earliestNs = Long.MAX_VALUE;
        }
    }

    /**
     * Calls timers that are due, at most {@code limit}. One that is armed again meanwhile waits for its time.
     *
     * @return how many expired
     */
    public int expire(long nowNs, int limit) {
        int expired = 0;
        while (expired < limit && count > 0 && heap[0].deadlineNs <= nowNs) {
            Timer timer = heap[0];
            cancel(timer);
            timer.expired(nowNs);
            expired++;
        }
        return expired;
    }

    /** Long.MAX_VALUE when nothing is armed. */
    public long nextDeadlineNs() {
        return earliestNs;
    }

    private void siftUp(int start) {
        int slot = start;
        Timer timer = heap[slot];
        while (slot > 0) {
            int parent = (slot - 1) >>> 1;
            if (heap[parent].deadlineNs <= timer.deadlineNs) {
                break;
            }
            place(heap[parent], slot);
            slot = parent;
        }
        place(timer, slot);
    }

    private void siftDown(int start) {
        int slot = start;
        Timer timer = heap[slot];
        while (2 * slot + 1 < count) {
            int child = 2 * slot + 1;
            if (child + 1 < count && heap[child + 1].deadlineNs < heap[child].deadlineNs) {
                child++;
            }
            if (timer.deadlineNs <= heap[child].deadlineNs) {
                break;
            }
            place(heap[child], slot);
            slot = child;
        }
        place(timer, slot);
    }

    private void place(Timer timer, int slot) {
        heap[slot] = timer;
        timer.slot = slot;
        if (slot == 0) {
            earliestNs = timer.deadlineNs;
        }
    }

    @ColdPath("the heap doubles")
    private void grow() {
        Timer[] larger = new Timer[heap.length * 2];
        System.arraycopy(heap, 0, larger, 0, count);
        heap = larger;
    }
}

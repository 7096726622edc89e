package demitasse.net.ip;

import demitasse.base.annotation.HotPath;

/** Who waits for a device, first come first served. Nobody has to leave: who wants nothing any more sends nothing. */
public final class RoomQueue {
    private RoomWaiter first;
    private RoomWaiter last;

    public boolean isEmpty() {
        return first == null;
    }

    /** Queues at the end; nothing happens when it is queued already. */
    @HotPath("per packet")
    public void add(RoomWaiter waiter) {
        if (waiter.waiting) {
            return;
        }
        waiter.waiting = true;
        waiter.next = null;
        if (last == null) {
            first = waiter;
        } else {
            last.next = waiter;
        }
        last = waiter;
    }

    /** The first, no longer queued; null when nobody waits. */
    @HotPath("per packet")
    public RoomWaiter take() {
        RoomWaiter waiter = first;
        if (waiter != null) {
            first = waiter.next;
            last = first == null ? null : last;
            waiter.next = null;
            waiter.waiting = false;
        }
        return waiter;
    }
}

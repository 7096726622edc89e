package demitasse.posix.ipc;

import demitasse.posix.task.Credentials;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;

/** A System V message queue, msgget(2): first in, first out. */
public final class MessageQueue extends IpcObject {
    public static final int MSG_EXCEPT = 020000;

    public long capacityBytes;
    public long sentS;
    public long receivedS;
    public long changedS;
    public int lastSender;
    public int lastReceiver;
    private final WaitQueue waiters = new WaitQueue();
    private Message first;
    private Message last;
    private long usedBytes;
    private int count;

    public MessageQueue(Ipc ipc, int key, int mode, Credentials creator) {
        super(key, mode, creator);
        capacityBytes = ipc.limits().of(IpcLimits.MSGMNB);
        changedS = ipc.nowS();
    }

    /** Woken with IN for a message, OUT for room, and with both when the queue is gone. */
    public WaitQueue waiters() {
        return waiters;
    }

    public long usedBytes() {
        return usedBytes;
    }

    public int count() {
        return count;
    }

    public boolean hasRoomFor(int lengthBytes) {
        return usedBytes + lengthBytes <= capacityBytes && count + 1 <= capacityBytes;
    }

    public void append(Message message) {
        if (last == null) {
            first = message;
        } else {
            last.next = message;
        }
        last = message;
        count++;
        usedBytes += message.lengthBytes;
        waiters.wakeAll(Events.IN);
    }

    /** The message that msgrcv(2) wants; null when there is none. */
    public Message find(long type, boolean except) {
        Message best = null;
        for (Message one = first; one != null; one = one.next) {
            if (type == 0 || type > 0 && (one.type == type) != except) {
                return one;
            }
            if (type < 0 && one.type <= lowest(type) && (best == null || one.type < best.type)) {
                best = one;
            }
        }
        return best;
    }

    /** The message at a position, MSG_COPY. */
    public Message at(long position) {
        Message one = first;
        for (long i = 0; i < position && one != null; i++) {
            one = one.next;
        }
        return position < 0 ? null : one;
    }

    /** Takes a message out; the caller frees it. */
    public void take(Message message) {
        Message before = null;
        for (Message one = first; one != message; one = one.next) {
            before = one;
        }
        if (before == null) {
            first = message.next;
        } else {
            before.next = message.next;
        }
        if (last == message) {
            last = before;
        }
        count--;
        usedBytes -= message.lengthBytes;
        waiters.wakeAll(Events.OUT);
    }

    /** The queue is gone, and what was in it. */
    void discard() {
        while (first != null) {
            Message message = first;
            first = message.next;
            message.free();
        }
        last = null;
        waiters.wakeAll(Events.IN | Events.OUT);
    }

    /** Its limit has grown, IPC_SET. */
    public void widened() {
        waiters.wakeAll(Events.OUT);
    }

    private static long lowest(long type) {
        return type == Long.MIN_VALUE ? Long.MAX_VALUE : -type;
    }
}

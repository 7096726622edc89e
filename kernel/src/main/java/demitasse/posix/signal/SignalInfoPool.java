package demitasse.posix.signal;

import demitasse.base.memory.JavaHeap;

/** Spare {@link SignalInfo}s, so that a stream of signals makes no garbage, and how many are in use by whom. */
public final class SignalInfoPool {
    /** What one takes of the kernel's heap. */
    static final int ENTRY_BYTES = 96;
    private static final int SPARE_MAX = 64;

    private SignalInfo spare;
    private int spareCount;
    private Receiver receivers;

    /** How many signals wait for the processes of a user, which RLIMIT_SIGPENDING bounds. */
    public int waitingFor(int uid) {
        Receiver receiver = find(uid);
        return receiver == null ? 0 : receiver.count;
    }

    /** @param uid the real user of the receiver */
    SignalInfo take(int uid) {
        SignalInfo info = spare;
        if (info == null) {
            info = new SignalInfo();
        } else {
            spare = info.next;
            spareCount--;
        }
        Receiver receiver = find(uid);
        if (receiver == null) {
            receiver = new Receiver(uid, receivers);
            receivers = receiver;
        }
        receiver.count++;
        JavaHeap.take(ENTRY_BYTES);
        info.receiver = receiver;
        return info;
    }

    void give(SignalInfo info) {
        JavaHeap.give(ENTRY_BYTES);
        if (--info.receiver.count == 0 && info.receiver.uid != 0) {
            remove(info.receiver);
        }
        info.receiver = null;
        if (spareCount < SPARE_MAX) {
            info.next = spare;
            spare = info;
            spareCount++;
        }
    }

    private Receiver find(int uid) {
        Receiver one = receivers;
        while (one != null && one.uid != uid) {
            one = one.next;
        }
        return one;
    }

    private void remove(Receiver receiver) {
        Receiver before = null;
        for (Receiver at = receivers; at != receiver; at = at.next) {
            before = at;
        }
        if (before == null) {
            receivers = receiver.next;
        } else {
            before.next = receiver.next;
        }
    }

    /** A user whom signals wait for. Root's stays, so that a stream of signals makes no garbage. */
    static final class Receiver {
        private final int uid;
        private int count;
        private Receiver next;

        Receiver(int uid, Receiver next) {
            this.uid = uid;
            this.next = next;
        }
    }
}

package demitasse.posix.signal;

/**
 * Signals that wait to be delivered to a task or a process, with what is told about them. A standard signal waits
 * once; a real-time signal as often as it was sent, first come first served, signal(7).
 */
public final class PendingSignals {
    private long set;
    private SignalInfo first;
    private SignalInfo last;
    /** The signals that wait. */
    public long set() {
        return set;
    }

    public boolean has(int signal) {
        return (set & SignalNumber.bit(signal)) != 0;
    }

    /** Adds a copy, to the account of a user. */
    public void add(SignalInfo info, SignalInfoPool pool, int uid) {
        SignalInfo entry = pool.take(uid);
        entry.copyFrom(info);
        entry.next = null;
        if (last == null) {
            first = entry;
        } else {
            last.next = entry;
        }
        last = entry;
        set |= SignalNumber.bit(info.number);
    }

    /** Counts a timer's expiry on its signal if that still waits, timer_getoverrun(2); false when it does not. */
    boolean countOverrun(SignalInfo info) {
        for (SignalInfo one = has(info.number) ? first : null; one != null; one = one.next) {
            boolean same = one.number == info.number && one.code == SignalInfo.SI_TIMER
                    && (int) one.field0 == (int) info.field0;
            if (same) {
                long overrun = (one.field0 >>> 32) + (info.field0 >>> 32) + 1;
                one.from((int) one.field0, (int) Math.min(overrun, Integer.MAX_VALUE));
                return true;
            }
        }
        return false;
    }

    /** Notes a signal about which nothing can be told for want of room. */
    public void addBare(int signal) {
        set |= SignalNumber.bit(signal);
    }

    /**
     * Takes the signal that is due first among {@code wanted}: synchronous ones, then the lowest number.
     *
     * @return false when none of them waits
     */
    public boolean take(long wanted, SignalInfo out, SignalInfoPool pool) {
        long candidates = set & wanted;
        if (candidates == 0) {
            return false;
        }
        if ((candidates & SignalNumber.SYNCHRONOUS) != 0) {
            candidates &= SignalNumber.SYNCHRONOUS;
        }
        takeNumber(Long.numberOfTrailingZeros(candidates) + 1, out, pool);
        return true;
    }

    private void takeNumber(int signal, SignalInfo out, SignalInfoPool pool) {
        SignalInfo previous = null;
        SignalInfo entry = first;
        while (entry != null && entry.number != signal) {
            previous = entry;
            entry = entry.next;
        }
        if (entry == null) {
            out.set(signal, SignalInfo.SI_USER);
            set &= ~SignalNumber.bit(signal);
            return;
        }
        out.copyFrom(entry);
        SignalInfo following = entry.next;
        unlink(previous, entry, pool);
        while (following != null && following.number != signal) {
            following = following.next;
        }
        if (following == null) {
            set &= ~SignalNumber.bit(signal);
        }
    }

    /** Copies the entry at a place in the queue, ptrace(2) PTRACE_PEEKSIGINFO; false when the queue is shorter. */
    public boolean peek(long index, SignalInfo out) {
        SignalInfo entry = first;
        for (long i = 0; i < index && entry != null; i++) {
            entry = entry.next;
        }
        if (entry == null || index < 0) {
            return false;
        }
        out.copyFrom(entry);
        return true;
    }

    /** Forgets all signals of a set. */
    public void discard(long unwanted, SignalInfoPool pool) {
        if ((set & unwanted) == 0) {
            return;
        }
        set &= ~unwanted;
        SignalInfo previous = null;
        SignalInfo entry = first;
        while (entry != null) {
            SignalInfo following = entry.next;
            if ((SignalNumber.bit(entry.number) & unwanted) != 0) {
                unlink(previous, entry, pool);
            } else {
                previous = entry;
            }
            entry = following;
        }
    }

    private void unlink(SignalInfo previous, SignalInfo entry, SignalInfoPool pool) {
        if (previous == null) {
            first = entry.next;
        } else {
            previous.next = entry.next;
        }
        if (last == entry) {
            last = previous;
        }
        pool.give(entry);
    }
}

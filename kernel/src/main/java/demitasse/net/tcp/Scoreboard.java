package demitasse.net.tcp;

import demitasse.base.annotation.ColdPath;

/**
 * What is in flight: one record for each segment that was sent and is not acknowledged yet, in the order of the stream,
 * with the time it was sent last (RFC 8985 §5.2 wants that) and what became of it. A ring of parallel arrays: no object
 * for a segment. Positions are those of {@link TcpConnection}.
 */
final class Scoreboard {
    static final int SACKED = 1;
    static final int LOST = 2;
    /** Sent again since it was lost. */
    static final int RESENT = 4;
    /** Sent more than once: its round trip says nothing (Karn, RFC 6298 §3). */
    static final int RESENT_EVER = 8;
    /** The congestion window was full when it was sent. */
    static final int LIMITED = 16;

    private static final int INITIAL = 8;
    private static final int RECORDS_MAX = 2048;

    private long[] ends = new long[INITIAL];
    private long[] sentNs = new long[INITIAL];
    private byte[] flags = new byte[INITIAL];
    private int head;
    private int count;
    /** Where the first record begins. */
    private long start;
    private long sackedBytes;
    /** Lost and not sent again. */
    private long lostBytes;
    private int sackedCount;

    void begin(long position) {
        start = position;
    }

    int count() {
        return count;
    }

    boolean isFull() {
        // A loss probe may have made it one more.
        return count >= RECORDS_MAX;
    }

    long start(int index) {
        return index == 0 ? start : ends[slot(index - 1)];
    }

    long end(int index) {
        return ends[slot(index)];
    }

    long sentNs(int index) {
        return sentNs[slot(index)];
    }

    boolean has(int index, int flag) {
        return (flags[slot(index)] & flag) != 0;
    }

    /** Records with a flag. */
    int count(int flag) {
        int found = 0;
        for (int i = 0; i < count; i++) {
            found += has(i, flag) ? 1 : 0;
        }
        return found;
    }

    long sackedBytes() {
        return sackedBytes;
    }

    int sackedCount() {
        return sackedCount;
    }

    long lostBytes() {
        return lostBytes;
    }

    /** What the network is thought to hold, RFC 6675 "pipe". */
    long inFlightBytes() {
        return count == 0 ? 0 : end(count - 1) - start - sackedBytes - lostBytes;
    }

    /** A segment was sent for the first time. */
    void add(long end, long nowNs, boolean limited) {
        if (count == ends.length) {
            grow();
        }
        int slot = slot(count);
        ends[slot] = end;
        sentNs[slot] = nowNs;
        flags[slot] = (byte) (limited ? LIMITED : 0);
        count++;
    }

    /** Everything before a position was acknowledged; records that lie behind it only partly are cut. */
    void dropTo(long position) {
        while (count > 0 && end(0) <= position) {
            uncount(0);
            start = end(0);
            head = head + 1 & ends.length - 1;
            count--;
        }
        if (count > 0 && position > start) {
            uncount(0);
            start = position;
            recount(0);
        }
    }

    /** Marks a record as arrived out of order. */
    void sack(int index) {
        uncount(index);
        int slot = slot(index);
        flags[slot] = (byte) (flags[slot] & ~(LOST | RESENT) | SACKED);
        recount(index);
    }

    /** Marks a record as lost, to be sent again. */
    void lose(int index) {
        uncount(index);
        int slot = slot(index);
        flags[slot] = (byte) (flags[slot] & ~(RESENT | SACKED) | LOST);
        recount(index);
    }

    /** What was thought to be lost is only late. */
    void findAll() {
        for (int i = 0; i < count; i++) {
            uncount(i);
            flags[slot(i)] &= ~LOST;
            recount(i);
        }
    }

    /** A lost record was sent again. */
    void resent(int index, long nowNs) {
        uncount(index);
        int slot = slot(index);
        sentNs[slot] = nowNs;
        flags[slot] |= RESENT | RESENT_EVER;
        recount(index);
    }

    /** Cuts a record in two at a position inside it; false when there are too many. */
    boolean split(int index, long position) {
        if (isFull()) {
            return false;
        }
        if (count == ends.length) {
            grow();
        }
        for (int i = count; i > index; i--) {
            int to = slot(i);
            int from = slot(i - 1);
            ends[to] = ends[from];
            sentNs[to] = sentNs[from];
            flags[to] = flags[from];
        }
        count++;
        ends[slot(index)] = position;
        if (has(index, SACKED)) {
            sackedCount++;
        }
        return true;
    }

    /** The first record that ends behind a position; {@link #count} without one. */
    int find(long position) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = low + high >>> 1;
            if (end(middle) > position) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** Nothing is sent any more; who waits in TIME_WAIT is not to hold what a fast connection took. */
    @ColdPath("once per connection")
    void clear() {
        if (ends.length > INITIAL) {
            ends = new long[INITIAL];
            sentNs = new long[INITIAL];
            flags = new byte[INITIAL];
            head = 0;
        }
        count = 0;
        sackedBytes = 0;
        lostBytes = 0;
        sackedCount = 0;
    }

    private void uncount(int index) {
        count(index, -1);
    }

    private void recount(int index) {
        count(index, 1);
    }

    private void count(int index, int sign) {
        long bytes = sign * (end(index) - start(index));
        int state = flags[slot(index)];
        if ((state & SACKED) != 0) {
            sackedBytes += bytes;
            sackedCount += sign;
        } else if ((state & (LOST | RESENT)) == LOST) {
            lostBytes += bytes;
        }
    }

    private int slot(int index) {
        return head + index & ends.length - 1;
    }

    @ColdPath("the ring doubles while a connection gathers speed")
    private void grow() {
        int length = ends.length * 2;
        long[] newEnds = new long[length];
        long[] newSentNs = new long[length];
        byte[] newFlags = new byte[length];
        for (int i = 0; i < count; i++) {
            newEnds[i] = ends[slot(i)];
            newSentNs[i] = sentNs[slot(i)];
            newFlags[i] = flags[slot(i)];
        }
        ends = newEnds;
        sentNs = newSentNs;
        flags = newFlags;
        head = 0;
    }
}

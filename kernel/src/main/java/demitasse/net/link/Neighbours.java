package demitasse.net.link;

import demitasse.base.annotation.ColdPath;
import demitasse.base.annotation.HotPath;
import demitasse.device.net.PacketQueue;

/**
 * The hardware addresses of neighbours, in the states of RFC 4861 §7.3.2, for ARP as well. Their number is bounded. Who
 * makes us create entries, by asking us or by making us ask (RFC 6583), displaces others of the kind before one that
 * has ever answered.
 */
public final class Neighbours {
    public static final int ENTRIES = 128;
    public static final int FREE = 0;
    public static final int INCOMPLETE = 1;
    public static final int REACHABLE = 2;
    public static final int STALE = 3;
    public static final int DELAY = 4;
    public static final int PROBE = 5;
    /** Of those that somebody has set and nothing changes: netlink's NUD_NOARP and NUD_PERMANENT. */
    public static final int NO_ARP = 7;
    public static final int PERMANENT = 8;
    static final int FIXED_MAX = ENTRIES / 2;
    static final int INCOMPLETE_MAX = 32;
    /** Packets that wait for one answer: a large datagram in fragments. For all answers together. */
    static final int WAITING_EACH_MAX = 64;
    static final int WAITING_MAX = 256;
    private static final int HINTS = 64;

    private final long[] highs = new long[ENTRIES];
    private final long[] lows = new long[ENTRIES];
    private final long[] macs = new long[ENTRIES];
    private final byte[] states = new byte[ENTRIES];
    private final byte[] tries = new byte[ENTRIES];
    /** It has answered us once. */
    private final boolean[] proven = new boolean[ENTRIES];
    /** When the state ends, where it ends by itself. */
    private final long[] dueNs = new long[ENTRIES];
    private final long[] usedNs = new long[ENTRIES];
    private final PacketQueue[] waiting = new PacketQueue[ENTRIES];
    private final byte[] hints = new byte[HINTS];

    /** The index of an entry; -1 without one. */
    @HotPath("per packet")
    public int find(long high, long low) {
        int hint = (int) (low ^ low >>> 8) & HINTS - 1;
        int index = hints[hint];
        if (is(index, high, low)) {
            return index;
        }
        for (int i = 0; i < ENTRIES; i++) {
            if (is(i, high, low)) {
                hints[hint] = (byte) i;
                return i;
            }
        }
        return -1;
    }

    private boolean is(int index, long high, long low) {
        return lows[index] == low && highs[index] == high && states[index] != FREE;
    }

    public long high(int index) {
        return highs[index];
    }

    public long low(int index) {
        return lows[index];
    }

    public long mac(int index) {
        return macs[index];
    }

    public int state(int index) {
        return states[index];
    }

    long dueNs(int index) {
        return dueNs[index];
    }

    int tries(int index) {
        return tries[index];
    }

    void used(int index, long nowNs) {
        usedNs[index] = nowNs;
    }

    PacketQueue waiting(int index) {
        return waiting[index];
    }

    /** Enters a state, which ends at a time unless something happens. */
    void enter(int index, int state, long newDueNs) {
        tries[index] = (byte) (states[index] == state ? tries[index] + 1 : 1);
        states[index] = (byte) state;
        dueNs[index] = newDueNs;
        proven[index] |= state == REACHABLE;
    }

    void setMac(int index, long mac) {
        macs[index] = mac;
    }

    boolean isFixed(int index) {
        return states[index] >= NO_ARP;
    }

    int fixedCount() {
        int count = 0;
        for (int i = 0; i < ENTRIES; i++) {
            count += isFixed(i) ? 1 : 0;
        }
        return count;
    }

    /** How many packets wait. */
    int waitingCount() {
        int count = 0;
        for (int i = 0; i < ENTRIES; i++) {
            count += states[i] == INCOMPLETE ? waiting[i].count() : 0;
        }
        return count;
    }

    /** A new entry, in place of the one that will be missed least; {@link #victim} was released before. */
    @ColdPath("once per neighbour")
    void create(int index, long high, long low, int state, long nowNs) {
        waiting[index] = waiting[index] == null ? new PacketQueue() : waiting[index];
        highs[index] = high;
        lows[index] = low;
        macs[index] = 0;
        states[index] = FREE;
        proven[index] = false;
        usedNs[index] = nowNs;
        enter(index, state, nowNs);
    }

    /** The entry to use for another neighbour: a free one, else the oldest of the least proven. */
    int victim(boolean forIncomplete) {
        int incomplete = 0;
        for (int i = 0; i < ENTRIES; i++) {
            incomplete += states[i] == INCOMPLETE ? 1 : 0;
        }
        boolean onlyIncomplete = forIncomplete && incomplete >= INCOMPLETE_MAX;
        int best = -1;
        int bestRank = Integer.MAX_VALUE;
        for (int i = 0; i < ENTRIES; i++) {
            int rank = states[i] == FREE ? 0 : states[i] == INCOMPLETE ? 1 : !proven[i] ? 2
                    : states[i] == STALE ? 3 : 4;
            if (onlyIncomplete && rank != 1 || isFixed(i)) {
                continue;
            }
            if (rank < bestRank || rank == bestRank && usedNs[i] < usedNs[best]) {
                best = i;
                bestRank = rank;
            }
        }
        return best;
    }

    void free(int index) {
        states[index] = FREE;
        if (waiting[index] != null) {
            waiting[index].releaseAll();
        }
    }
}

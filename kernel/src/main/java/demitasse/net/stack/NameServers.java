package demitasse.net.stack;

/** Servers of names that routers tell of, RFC 8106 §5.1: as many as a C library asks, resolv.conf(5) MAXNS. */
public final class NameServers {
    static final int SERVERS_MAX = 3;

    private final long[] highs = new long[SERVERS_MAX];
    private final long[] lows = new long[SERVERS_MAX];
    private final long[] untilNs = new long[SERVERS_MAX];
    private int count;
    /** Runs after servers have come or gone; null for nothing. */
    private Runnable listener;

    public int count() {
        return count;
    }

    public long high(int i) {
        return highs[i];
    }

    public long low(int i) {
        return lows[i];
    }

    public void setListener(Runnable newListener) {
        listener = newListener;
    }

    /** A router, or DHCPv6, says that a server may be asked until a time; one beyond the bound is not kept. */
    public void heard(long high, long low, long newUntilNs, long nowNs) {
        int i = 0;
        while (i < count && (highs[i] != high || lows[i] != low)) {
            i++;
        }
        if (i == SERVERS_MAX || i == count && newUntilNs <= nowNs) {
            return;
        }
        boolean isNew = i == count;
        highs[i] = high;
        lows[i] = low;
        untilNs[i] = newUntilNs;
        count += isNew ? 1 : 0;
        if (isNew) {
            changed();
        } else {
            expire(nowNs);
        }
    }

    void expire(long nowNs) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (untilNs[i] > nowNs) {
                highs[kept] = highs[i];
                lows[kept] = lows[i];
                untilNs[kept++] = untilNs[i];
            }
        }
        if (kept < count) {
            count = kept;
            changed();
        }
    }

    /** Whoever writes them down is to do so anew: another source of them has changed. */
    public void changed() {
        if (listener != null) {
            listener.run();
        }
    }

    long nextExpiryNs() {
        long nextNs = Long.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            nextNs = Math.min(nextNs, untilNs[i]);
        }
        return nextNs;
    }
}

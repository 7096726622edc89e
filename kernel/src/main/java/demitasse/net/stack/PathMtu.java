package demitasse.net.stack;

import demitasse.net.wire.Ip;
import demitasse.net.wire.Ipv6Header;
import demitasse.sched.timer.Timer;
import demitasse.sched.timer.Timers;

/**
 * What links on the way carry, learned from ICMP: a few targets, the oldest is forgotten, and each after ten minutes,
 * so that a better way is found (RFC 1191 §6.3, RFC 8201 §4).
 */
final class PathMtu extends Timer {
    private static final int ENTRIES = 32;
    /** As Linux's min_pmtu: nobody may make us send crumbs. */
    private static final int IPV4_MIN_BYTES = 552;
    private static final long LIFETIME_NS = 600_000_000_000L;

    private final Routes routes;
    private final Timers timers;
    private final long[] highs = new long[ENTRIES];
    private final long[] lows = new long[ENTRIES];
    /** 0 for an entry that says nothing. */
    private final int[] mtus = new int[ENTRIES];
    private final long[] notedNs = new long[ENTRIES];
    private int next;

    PathMtu(Routes routes, Timers timers) {
        this.routes = routes;
        this.timers = timers;
    }

    /** True when that is news. */
    boolean note(long high, long low, int mtuBytes, long nowNs) {
        int smallest = Ip.isMapped(high, low) ? IPV4_MIN_BYTES : Ipv6Header.MTU_MIN_BYTES;
        int mtu = Math.max(smallest, mtuBytes);
        int entry = find(high, low);
        if (entry >= 0) {
            boolean smaller = mtu < mtus[entry];
            mtus[entry] = Math.min(mtus[entry], mtu);
            notedNs[entry] = smaller ? nowNs : notedNs[entry];
            return smaller;
        }
        highs[next] = high;
        lows[next] = low;
        mtus[next] = mtu;
        notedNs[next] = nowNs;
        next = next + 1 & ENTRIES - 1;
        if (!isArmed()) {
            timers.arm(this, nowNs + LIFETIME_NS);
        }
        return true;
    }

    private int find(long high, long low) {
        for (int i = 0; i < ENTRIES; i++) {
            if (mtus[i] != 0 && lows[i] == low && highs[i] == high) {
                return i;
            }
        }
        return -1;
    }

    int of(long high, long low) {
        int entry = find(high, low);
        return entry < 0 ? Integer.MAX_VALUE : mtus[entry];
    }

    @Override
    protected void expired(long nowNs) {
        long oldestNs = Long.MAX_VALUE;
        for (int i = 0; i < ENTRIES; i++) {
            mtus[i] = nowNs - notedNs[i] >= LIFETIME_NS ? 0 : mtus[i];
            oldestNs = mtus[i] == 0 ? oldestNs : Math.min(oldestNs, notedNs[i]);
        }
        routes.changed();
        if (oldestNs != Long.MAX_VALUE) {
            timers.arm(this, oldestNs + LIFETIME_NS);
        }
    }
}

package demitasse.net.stack;

import demitasse.net.wire.Ip;
import demitasse.net.wire.Ipv6Header;

/** What links on the way carry, learned from ICMP: a few targets, the oldest is forgotten. */
final class PathMtu {
    private static final int ENTRIES = 32;
    /** As Linux's min_pmtu: nobody may make us send crumbs. */
    private static final int IPV4_MIN_BYTES = 552;

    private final long[] highs = new long[ENTRIES];
    private final long[] lows = new long[ENTRIES];
    private final int[] mtus = new int[ENTRIES];
    private int used;
    private int next;

    /** True when that is news. */
    boolean note(long high, long low, int mtuBytes) {
        int smallest = Ip.isMapped(high, low) ? IPV4_MIN_BYTES : Ipv6Header.MTU_MIN_BYTES;
        int mtu = Math.max(smallest, mtuBytes);
        for (int i = 0; i < used; i++) {
            if (highs[i] == high && lows[i] == low) {
                boolean smaller = mtu < mtus[i];
                mtus[i] = Math.min(mtus[i], mtu);
                return smaller;
            }
        }
        highs[next] = high;
        lows[next] = low;
        mtus[next] = mtu;
        next = next + 1 & ENTRIES - 1;
        used = Math.max(used, next == 0 ? ENTRIES : next);
        return true;
    }

    int of(long high, long low) {
        for (int i = 0; i < used; i++) {
            if (highs[i] == high && lows[i] == low) {
                return mtus[i];
            }
        }
        return Integer.MAX_VALUE;
    }
}

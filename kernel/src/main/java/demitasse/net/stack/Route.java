package demitasse.net.stack;

import demitasse.net.wire.Ip;

/** One line of the routing table: a prefix and where it leads. */
public final class Route {
    /** IPv6 routes have a metric always: IP6_RT_PRIO_KERN and IP6_RT_PRIO_USER of Linux. */
    private static final int METRIC_KERNEL6 = 256;
    private static final int METRIC_USER6 = 1024;

    public final long high;
    public final long low;
    /** An IPv4 prefix counts 96 more. */
    public final int bits;
    /** 0, 0 when the target is a neighbour. */
    public final long gatewayHigh;
    public final long gatewayLow;
    public final NetInterface through;
    /** When a router's word of it ends; Long.MAX_VALUE for never. */
    long untilNs = Long.MAX_VALUE;
    boolean learned;
    /** As it was set; {@link #metric()} counts. */
    public int metric;
    /** RTAX_MTU, what packets are cut to; 0 for what the interface takes. */
    public int mtuBytes;
    /** Who made it, rtnetlink(7) rtm_protocol; 0 for the kernel itself, with an address or at the start. */
    public int protocol;

    public Route(long high, long low, int bits, long gatewayHigh, long gatewayLow, NetInterface through) {
        this.high = high;
        this.low = low;
        this.bits = bits;
        this.gatewayHigh = gatewayHigh;
        this.gatewayLow = gatewayLow;
        this.through = through;
    }

    /** The network without the bits of the host, which the address that brought the route has. */
    public long networkHigh() {
        return bits >= 64 ? high : bits == 0 ? 0 : high & -1L << 64 - bits;
    }

    public long networkLow() {
        return bits <= 64 ? 0 : low & -1L << 128 - bits;
    }

    /** Of routes with the same prefix the one with the lowest is taken. */
    public int metric() {
        return metric != 0 || Ip.isMapped(high, low) ? metric : hasGateway() ? METRIC_USER6 : METRIC_KERNEL6;
    }

    public boolean hasGateway() {
        return gatewayHigh != 0 || gatewayLow != 0;
    }

    /** Whether a router has told of it, RFC 4861 §6.3.4. */
    public boolean isLearned() {
        return learned;
    }

    boolean is(long otherHigh, long otherLow, int otherBits, NetInterface other) {
        return bits == otherBits && through == other && Ip.isMapped(high, low) == Ip.isMapped(otherHigh, otherLow)
                && Ip.hasPrefix(otherHigh, otherLow, high, low, bits);
    }
}

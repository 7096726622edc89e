package demitasse.net.stack;

/** One line of the routing table: an immutable prefix and where it leads. */
public final class Route {
    public final long high;
    public final long low;
    /** An IPv4 prefix counts 96 more. */
    public final int bits;
    /** 0, 0 when the target is a neighbour. */
    public final long gatewayHigh;
    public final long gatewayLow;
    public final NetInterface through;

    Route(long high, long low, int bits, long gatewayHigh, long gatewayLow, NetInterface through) {
        this.high = high;
        this.low = low;
        this.bits = bits;
        this.gatewayHigh = gatewayHigh;
        this.gatewayLow = gatewayLow;
        this.through = through;
    }

    public boolean hasGateway() {
        return gatewayHigh != 0 || gatewayLow != 0;
    }
}

package demitasse.net.ip;

import demitasse.net.wire.Ip;

/** An address and a port, filled and read by whoever owns it. */
public class SocketAddress {
    public long high;
    public long low;
    public int port;
    /** The interface that a link-local address belongs to (sin6_scope_id); 0 for none. */
    public int scope;

    public final void set(long newHigh, long newLow, int newPort) {
        high = newHigh;
        low = newLow;
        port = newPort;
        scope = 0;
    }

    public final boolean isIpv4() {
        return Ip.isMapped(high, low);
    }

    public final boolean isAny() {
        return Ip.isAny(high, low);
    }
}

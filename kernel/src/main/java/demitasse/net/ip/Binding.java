package demitasse.net.ip;

import demitasse.net.wire.Ip;
import demitasse.net.wire.PacketFilter;

/** A local address and port that an endpoint holds, bind(2). */
public final class Binding {
    public long high;
    public long low;
    public int port;
    /** An IPv6 endpoint that takes IPv4 as well, or an IPv4 endpoint, ipv6(7) IPV6_V6ONLY. */
    public boolean takesIpv4;
    public boolean takesIpv6;
    /** SO_REUSEADDR, SO_REUSEPORT, socket(7). */
    public boolean reuseAddress;
    public boolean reusePort;
    public boolean listening;
    /** IP_LOCAL_PORT_RANGE; 0 for no bound of its own. */
    public int portFirst;
    public int portLast;
    /** SO_ATTACH_REUSEPORT_CBPF: of all that share the port, it says whose a packet is; null for none. */
    public PacketFilter chooser;
    /** The user id, for SO_REUSEPORT. */
    public int owner;
    /** Who is bound, if the protocol looks for it here. */
    public Object endpoint;

    Binding next;
    private boolean bound;

    public boolean isBound() {
        return bound;
    }

    void setBound(boolean now) {
        bound = now;
    }

    public boolean isAny() {
        return Ip.isAny(high, low);
    }

    /** How well it fits a target: 0 not at all, 1 as "any", 3 exactly; for IPv4 alone one more where it is IPv4. */
    public int match(long targetHigh, long targetLow) {
        boolean ipv4 = Ip.isMapped(targetHigh, targetLow);
        int alone = ipv4 && !takesIpv6 ? 1 : 0;
        if (isAny()) {
            return (ipv4 ? takesIpv4 : takesIpv6) ? 1 + alone : 0;
        }
        return high == targetHigh && low == targetLow ? 3 + alone : 0;
    }

    boolean overlaps(Binding other) {
        if (isAny() || other.isAny()) {
            boolean ipv4 = takesIpv4 && other.takesIpv4;
            boolean ipv6 = takesIpv6 && other.takesIpv6;
            return ipv4 || ipv6;
        }
        return high == other.high && low == other.low;
    }
}

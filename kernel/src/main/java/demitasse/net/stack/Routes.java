package demitasse.net.stack;

import static demitasse.base.error.Errno.ENETUNREACH;

import demitasse.base.annotation.HotPath;
import demitasse.net.ip.Hop;
import demitasse.net.wire.Ip;

/** The interfaces and the routing table: the longest prefix wins. A connection keeps the answer until they change. */
public final class Routes {
    public static final int ROUTES_MAX = 64;
    public static final int INTERFACES_MAX = 8;

    private final NetInterface[] interfaces = new NetInterface[INTERFACES_MAX];
    private final Route[] routes = new Route[ROUTES_MAX];
    private final PathMtu pathMtu = new PathMtu();
    private int interfaceCount;
    private int routeCount;
    private int generation = 1;

    public int interfaceCount() {
        return interfaceCount;
    }

    public NetInterface at(int i) {
        return interfaces[i];
    }

    /** Null without one of this index. */
    public NetInterface byIndex(int index) {
        return index >= 1 && index <= interfaceCount ? interfaces[index - 1] : null;
    }

    public int routeCount() {
        return routeCount;
    }

    public Route route(int i) {
        return routes[i];
    }

    public int generation() {
        return generation;
    }

    void add(NetInterface one) {
        interfaces[interfaceCount++] = one;
        generation++;
    }

    /** Gives an interface an address, and with it the way to its network. */
    public boolean addAddress(NetInterface to, long high, long low, int bits) {
        generation++;
        return to.addAddress(high, low, bits) && addRoute(high, low, bits, 0, 0, to);
    }

    /** False when there are too many. */
    public boolean addRoute(long high, long low, int bits, long gatewayHigh, long gatewayLow, NetInterface through) {
        if (routeCount == ROUTES_MAX) {
            return false;
        }
        routes[routeCount++] = new Route(high, low, bits, gatewayHigh, gatewayLow, through);
        generation++;
        return true;
    }

    /** Takes all IPv4 addresses of an interface, and the ways through it. */
    public void removeIpv4(NetInterface from) {
        from.removeIpv4();
        int kept = 0;
        for (int i = 0; i < routeCount; i++) {
            Route one = routes[i];
            if (one.through != from || !Ip.isMapped(one.high, one.low)) {
                routes[kept++] = one;
            }
        }
        while (routeCount > kept) {
            routes[--routeCount] = null;
        }
        generation++;
    }

    /** A link on the way carries no more than this, RFC 1191 §6.3, RFC 8201 §4. */
    void tooBig(long high, long low, int mtuBytes) {
        if (pathMtu.note(high, low, mtuBytes)) {
            generation++;
        }
    }

    @HotPath("per packet")
    boolean isLocal(long high, long low) {
        if (Ip.isLoopback(high, low)) {
            return true;
        }
        for (int i = 0; i < interfaceCount; i++) {
            if (interfaces[i].has(high, low)) {
                return true;
            }
        }
        return false;
    }

    @HotPath("per packet")
    int find(Hop out, long high, long low, int interfaceIndex) {
        out.generation = generation;
        if (isLocal(high, low)) {
            // What we send ourselves goes by lo, whatever address it has.
            fill(out, interfaces[0], high, low, high, low);
            out.sourceHigh = high;
            out.sourceLow = low;
            return 0;
        }
        Route best = null;
        for (int i = 0; i < routeCount; i++) {
            Route one = routes[i];
            boolean fits = Ip.hasPrefix(high, low, one.high, one.low, one.bits)
                    && Ip.isMapped(high, low) == Ip.isMapped(one.high, one.low)
                    && (interfaceIndex == 0 || one.through.index == interfaceIndex);
            if (fits && (best == null || one.bits > best.bits)) {
                best = one;
            }
        }
        NetInterface through = best != null ? best.through : manyThrough(high, low, interfaceIndex);
        if (through == null) {
            return -ENETUNREACH;
        }
        // No router passes on what is for everybody here.
        boolean gateway = best != null && best.hasGateway() && !Ip.isBroadcast(high, low);
        return fill(out, through, high, low, gateway ? best.gatewayHigh : high, gateway ? best.gatewayLow : low);
    }

    /** Broadcast and multicast need no route: the first real interface, or the one that was asked for. */
    private NetInterface manyThrough(long high, long low, int interfaceIndex) {
        if (!Ip.isMulticast(high, low) && !Ip.isBroadcast(high, low)) {
            return null;
        }
        NetInterface asked = byIndex(interfaceIndex);
        return asked != null ? asked : byIndex(2);
    }

    private int fill(Hop out, NetInterface through, long high, long low, long nextHigh, long nextLow) {
        int source = through.sourceFor(high, low);
        boolean ipv4 = Ip.isMapped(high, low);
        if (source < 0 && !through.isLoopback && !Ip.isBroadcast(high, low)) {
            return -ENETUNREACH;
        }
        out.interfaceIndex = through.index;
        out.nextHigh = nextHigh;
        out.nextLow = nextLow;
        out.sourceHigh = source < 0 ? 0 : through.high(source);
        out.sourceLow = source < 0 ? ipv4 ? Ip.MAPPED : 0 : through.low(source);
        out.mtuBytes = Math.min(through.mtuBytes(), pathMtu.of(high, low));
        out.offloads = through.device.offloads();
        return 0;
    }
}

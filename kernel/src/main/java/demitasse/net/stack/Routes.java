package demitasse.net.stack;

import static demitasse.base.error.Errno.ENETUNREACH;

import demitasse.base.annotation.ColdPath;
import demitasse.base.annotation.HotPath;
import demitasse.net.ip.Hop;
import demitasse.net.wire.Bytes;
import demitasse.net.wire.Ip;
import demitasse.sched.timer.Timers;

/** The interfaces and the routing table: the longest prefix wins. A connection keeps the answer until they change. */
public final class Routes {
    public static final int ROUTES_MAX = 64;
    public static final int INTERFACES_MAX = 8;

    private final NetInterface[] interfaces = new NetInterface[INTERFACES_MAX];
    private final Route[] routes = new Route[ROUTES_MAX];
    private final PathMtu pathMtu;
    private int interfaceCount;
    private int routeCount;
    private int generation = 1;

    Routes(Timers timers) {
        pathMtu = new PathMtu(this, timers);
    }

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

    /** Null without one of the name that stands in memory. */
    public NetInterface named(long name, int lengthBytes) {
        for (int i = 0; i < interfaceCount; i++) {
            String known = interfaces[i].name;
            int same = 0;
            while (same < lengthBytes && same < known.length() && Bytes.byteAt(name + same) == known.charAt(same)) {
                same++;
            }
            if (same == lengthBytes && same == known.length()) {
                return interfaces[i];
            }
        }
        return null;
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

    /** Answers of {@link #find} may differ from now on. */
    void changed() {
        generation++;
    }

    /** Gives an interface an address, and with it the way to its network; false when there are too many. */
    public boolean addAddress(NetInterface to, long high, long low, int bits) {
        changed();
        if (routeCount == ROUTES_MAX || !to.addAddress(high, low, bits)) {
            return false;
        }
        to.begin(to.addresses() - 1);
        return addRoute(high, low, bits, 0, 0, to);
    }

    /** Takes an address away, and the way to its network unless another address leads there. */
    @ColdPath("addresses change rarely")
    public void removeAddress(NetInterface of, int index) {
        long high = of.high(index);
        long low = of.low(index);
        int bits = of.prefixBits(index);
        of.removeAddress(index);
        changed();
        boolean needed = false;
        for (int i = 0; i < of.addresses(); i++) {
            needed |= of.prefixBits(i) == bits && Ip.hasPrefix(high, low, of.high(i), of.low(i), bits);
        }
        for (int i = routeCount - 1; i >= 0 && !needed; i--) {
            if (!routes[i].hasGateway() && !routes[i].learned && routes[i].is(high, low, bits, of)) {
                removeRoute(i);
            }
        }
    }

    public void removeRoute(int index) {
        routeCount--;
        System.arraycopy(routes, index + 1, routes, index, routeCount - index);
        routes[routeCount] = null;
        changed();
    }

    /** What a router says, RFC 4861 §6.3.4; {@code untilNs} of 0 ends it, and more than {@code max} are not kept. */
    void learn(NetInterface through, long high, long low, int bits, long gatewayHigh, long gatewayLow, long untilNs,
            int max) {
        int alike = 0;
        for (int i = routeCount - 1; i >= 0; i--) {
            Route one = routes[i];
            alike += one.learned && one.through == through && one.hasGateway() == (gatewayLow != 0) ? 1 : 0;
            if (one.is(high, low, bits, through) && one.gatewayHigh == gatewayHigh && one.gatewayLow == gatewayLow) {
                if (one.learned && untilNs == 0) {
                    removeRoute(i);
                } else if (one.learned) {
                    one.untilNs = untilNs;
                }
                return;
            }
        }
        if (untilNs != 0 && alike < max && addRoute(high, low, bits, gatewayHigh, gatewayLow, through)) {
            routes[routeCount - 1].learned = true;
            routes[routeCount - 1].untilNs = untilNs;
        }
    }

    void expire(NetInterface through, long nowNs) {
        for (int i = routeCount - 1; i >= 0; i--) {
            if (routes[i].through == through && routes[i].untilNs <= nowNs) {
                removeRoute(i);
            }
        }
    }

    long nextExpiryNs(NetInterface through) {
        long nextNs = Long.MAX_VALUE;
        for (int i = 0; i < routeCount; i++) {
            nextNs = routes[i].through == through ? Math.min(nextNs, routes[i].untilNs) : nextNs;
        }
        return nextNs;
    }

    /** A gateway does not answer: others of the same worth go first, RFC 4861 §6.3.6. */
    void demote(NetInterface through, long gatewayHigh, long gatewayLow) {
        for (int i = 0, left = routeCount; left > 0; left--) {
            Route one = routes[i];
            if (one.through == through && one.gatewayHigh == gatewayHigh && one.gatewayLow == gatewayLow) {
                System.arraycopy(routes, i + 1, routes, i, routeCount - i - 1);
                routes[routeCount - 1] = one;
                changed();
            } else {
                i++;
            }
        }
    }

    /** False when there are too many. */
    @ColdPath("routes change rarely")
    public boolean addRoute(long high, long low, int bits, long gatewayHigh, long gatewayLow, NetInterface through) {
        return insertRoute(routeCount, new Route(high, low, bits, gatewayHigh, gatewayLow, through));
    }

    /** In front of the one at the index; false when there are too many. */
    public boolean insertRoute(int index, Route route) {
        if (routeCount == ROUTES_MAX) {
            return false;
        }
        System.arraycopy(routes, index, routes, index + 1, routeCount - index);
        routes[index] = route;
        routeCount++;
        changed();
        return true;
    }

    public void replaceRoute(int index, Route route) {
        routes[index] = route;
        changed();
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

    /** False for what the device cannot carry. */
    public boolean setMtu(NetInterface one, int bytes) {
        generation++;
        return one.setMtu(bytes);
    }

    /** lo has its addresses from the first time that it comes up. */
    public void setUp(NetInterface one, boolean up) {
        one.setUp(up);
        if (up && one.isLoopback && one.addresses() == 0) {
            addAddress(one, 0, Ip.LOOPBACK_IPV4, 96 + 8);
            addAddress(one, 0, 1, 128);
        }
        generation++;
    }

    /** A link on the way carries no more than this, RFC 1191 §6.3, RFC 8201 §4. */
    void tooBig(long high, long low, int mtuBytes, long nowNs) {
        if (pathMtu.note(high, low, mtuBytes, nowNs)) {
            generation++;
        }
    }

    /** 255.255.255.255, or the last address of a network of the interface. */
    @HotPath("per packet")
    public boolean isBroadcast(long high, long low, NetInterface of) {
        return Ip.isBroadcast(high, low) || of.isNetworkBroadcast(high, low);
    }

    /** Whether a group is listened to at an interface; at lo, at any. */
    @HotPath("per packet")
    boolean isMember(NetInterface of, long high, long low) {
        boolean member = of.groups.isMember(high, low);
        for (int i = 1; i < interfaceCount && of.isLoopback && !member; i++) {
            member = interfaces[i].groups.isMember(high, low);
        }
        return member;
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
            if (!interfaces[0].isUp()) {
                return -ENETUNREACH;
            }
            // What we send ourselves goes by lo, whatever address it has.
            fill(out, interfaces[0], high, low, high, low);
            // All of 127/8 is ours, but what we are called there is 127.0.0.1.
            boolean named = !Ip.isMapped(high, low) || !Ip.isLoopback(high, low) || interfaces[0].has(high, low);
            out.sourceHigh = high;
            out.sourceLow = named ? low : Ip.LOOPBACK_IPV4;
            return 0;
        }
        Route best = null;
        for (int i = 0; i < routeCount; i++) {
            Route one = routes[i];
            boolean fits = Ip.hasPrefix(high, low, one.high, one.low, one.bits)
                    && Ip.isMapped(high, low) == Ip.isMapped(one.high, one.low)
                    && (interfaceIndex == 0 || one.through.index == interfaceIndex) && one.through.isUp();
            if (fits && (best == null || one.bits > best.bits
                    || one.bits == best.bits && one.metric() < best.metric())) {
                best = one;
            }
        }
        NetInterface through = best != null ? best.through : manyThrough(high, low, interfaceIndex);
        if (through == null) {
            return -ENETUNREACH;
        }
        // What is for everybody here, or for a group, does not go to a router.
        boolean gateway = best != null && best.hasGateway() && !Ip.isBroadcast(high, low)
                && !Ip.isMulticast(high, low);
        int error = fill(out, through, high, low, gateway ? best.gatewayHigh : high, gateway ? best.gatewayLow : low);
        if (best != null && best.mtuBytes != 0) {
            out.mtuBytes = Math.min(out.mtuBytes, best.mtuBytes);
        }
        return error;
    }

    /** Where a group is listened to when no interface is named: where its packets would go. */
    NetInterface forGroup(long high, long low, int interfaceIndex) {
        for (int i = 0; i < routeCount && interfaceIndex == 0; i++) {
            Route one = routes[i];
            if (one.bits > (Ip.isMapped(high, low) ? 96 : 0) && Ip.hasPrefix(high, low, one.high, one.low, one.bits)) {
                return one.through;
            }
        }
        return interfaceIndex != 0 ? byIndex(interfaceIndex) : manyThrough(high, low, 0);
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
        boolean ipv4 = Ip.isMapped(high, low);
        int source = through.sourceFor(ipv4 ? nextHigh : high, ipv4 ? nextLow : low);
        if (source < 0 && !through.isLoopback && !Ip.isBroadcast(high, low)) {
            return -ENETUNREACH;
        }
        out.interfaceIndex = through.index;
        boolean many = through.isNetworkBroadcast(high, low);
        out.nextHigh = nextHigh;
        out.nextLow = many ? Ip.BROADCAST_IPV4 : nextLow;
        out.sourceHigh = source < 0 ? 0 : through.high(source);
        out.sourceLow = source < 0 ? ipv4 ? Ip.MAPPED : 0 : through.low(source);
        out.mtuBytes = Math.min(ipv4 ? through.mtuBytes() : through.mtu6Bytes, pathMtu.of(high, low));
        out.offloads = through.device.offloads();
        return 0;
    }
}

package demitasse.posix.netlink;

import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EHOSTUNREACH;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENETUNREACH;
import static demitasse.base.error.Errno.ENOBUFS;
import static demitasse.base.error.Errno.ENODEV;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.memory.Memory;
import demitasse.device.net.Packet;
import demitasse.net.ip.Hop;
import demitasse.net.stack.NetInterface;
import demitasse.net.stack.NetStack;
import demitasse.net.stack.Route;
import demitasse.net.wire.Ip;
import demitasse.net.wire.Ipv6Header;
import demitasse.posix.socket.NetSocket;

/** struct rtmsg: 0 family, 1 target bits, 2 source bits, 3 service, 4 table, 5 protocol, 6 scope, 7 type, 8 flags. */
final class RouteMessages {
    static final int BODY_BYTES = 12;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_PRIORITY = 6;
    private static final int RTA_PREFSRC = 7;
    private static final int RTA_METRICS = 8;
    private static final int RTA_MULTIPATH = 9;
    private static final int RTA_TABLE = 15;
    private static final int RTA_PREF = 20;
    /** Of RTA_METRICS. */
    private static final int RTAX_MTU = 2;
    private static final int MTU_MIN_BYTES = 68;
    private static final int TABLE_MAIN = 254;
    private static final int TABLE_LOCAL = 255;
    private static final int PROTOCOL_KERNEL = 2;
    private static final int PROTOCOL_BOOT = 3;
    private static final int UNICAST = 1;
    /** RTN_MAX. */
    private static final int TYPE_MAX = 11;
    private static final int LOCAL = 2;
    private static final int CLONED = 0x200;
    /** The metric of an IPv6 route that is given none. */
    private static final int METRIC_USER6 = 1024;

    private RouteMessages() {
    }

    static final class All extends Dump {
        private final NetStack net;
        private final int family;
        private final int table;

        All(NetlinkRequest request, int port, NetStack net) {
            super(request, port);
            this.net = net;
            family = request.byteAt(0);
            table = request.intAttribute(BODY_BYTES, RTA_TABLE, request.byteAt(4));
        }

        private boolean wants(int of, int inTable) {
            return (family == 0 || family == of) && (table == 0 || table == inTable);
        }

        @Override
        boolean write(NetlinkWriter out) {
            for (int i = 0; i < net.routes.routeCount(); i++) {
                Route route = net.routes.route(i);
                boolean wanted = wants(AddressMessages.familyOf(route.high, route.low),
                        isLocal(route) ? TABLE_LOCAL : TABLE_MAIN);
                if (wanted && isDue()) {
                    begin(out, RouteFamily.NEW_ROUTE);
                    body(out, route);
                    if (!finish(out)) {
                        return false;
                    }
                }
            }
            for (int i = 0; i < net.routes.interfaceCount(); i++) {
                if (!writeLocal(out, net.routes.at(i))) {
                    return false;
                }
            }
            return true;
        }

        /** Each address is a route of the table "local" as well. */
        private boolean writeLocal(NetlinkWriter out, NetInterface one) {
            for (int j = 0; j < one.addresses(); j++) {
                long high = one.high(j);
                long low = one.low(j);
                int of = AddressMessages.familyOf(high, low);
                if (wants(of, TABLE_LOCAL) && one.prefixBits(j) < 128 && isDue()) {
                    begin(out, RouteFamily.NEW_ROUTE);
                    head(out, of, of == NetSocket.AF_INET ? 32 : 128, true, PROTOCOL_KERNEL, false, 0);
                    out.address(RTA_DST, high, low);
                    out.address(RTA_PREFSRC, high, low);
                    out.attribute4(RTA_OIF, one.index);
                    if (!finish(out)) {
                        return false;
                    }
                }
            }
            return true;
        }
    }

    /** What leads to our own addresses. */
    private static boolean isLocal(Route route) {
        return route.through.isLoopback && route.protocol == 0;
    }

    private static void head(NetlinkWriter out, int family, int bits, boolean local, int protocol, boolean gateway,
            int flags) {
        out.bytes4(family, bits, 0, 0);
        out.bytes4(local ? TABLE_LOCAL : TABLE_MAIN, protocol,
                family == NetSocket.AF_INET6 || gateway || flags != 0 ? 0 : local ? AddressMessages.SCOPE_HOST
                        : AddressMessages.SCOPE_LINK, local ? LOCAL : UNICAST);
        out.put4(flags);
        out.attribute4(RTA_TABLE, local ? TABLE_LOCAL : TABLE_MAIN);
    }

    private static void body(NetlinkWriter out, Route route) {
        int family = AddressMessages.familyOf(route.high, route.low);
        boolean ipv6 = family == NetSocket.AF_INET6;
        boolean local = isLocal(route);
        head(out, family, ipv6 ? route.bits : route.bits - AddressMessages.MAPPED_BITS, local, protocolOf(route),
                route.hasGateway(), 0);
        if (route.bits > (ipv6 ? 0 : AddressMessages.MAPPED_BITS)) {
            out.address(RTA_DST, route.networkHigh(), route.networkLow());
        }
        int metric = local ? route.metric : route.metric();
        if (metric != 0) {
            out.attribute4(RTA_PRIORITY, metric);
        }
        // The way that came with an address has the bits of the host too.
        if (!ipv6 && route.protocol == 0 && route.through.has(route.high, route.low)) {
            out.address(RTA_PREFSRC, route.high, route.low);
        }
        if (route.hasGateway()) {
            out.address(RTA_GATEWAY, route.gatewayHigh, route.gatewayLow);
        }
        out.attribute4(RTA_OIF, route.through.index);
        long metrics = route.mtuBytes == 0 ? 0 : out.attribute(RTA_METRICS, 2 * Integer.BYTES);
        if (metrics != 0) {
            Memory.putInt(metrics, RTAX_MTU << 16 | 2 * Integer.BYTES);
            Memory.putInt(metrics + Integer.BYTES, route.mtuBytes);
        }
        if (ipv6) {
            // Medium, RFC 4191: none is preferred.
            out.attribute(RTA_PREF, 1);
        }
    }

    /** RTM_GETROUTE of one target: how it is reached. */
    static int get(NetlinkSocket socket, NetlinkRequest request, NetStack net) {
        boolean ipv6 = request.byteAt(0) == NetSocket.AF_INET6;
        long data = request.attribute(BODY_BYTES, RTA_DST, ipv6 ? 16 : 4);
        long high = NetlinkRequest.high(data, ipv6);
        long low = NetlinkRequest.low(data, ipv6);
        Hop hop = new Hop();
        int through = request.intAttribute(BODY_BYTES, RTA_OIF, 0);
        int error = through != 0 && net.routes.byIndex(through) == null ? -ENODEV : net.find(hop, high, low, through);
        Packet packet = error < 0 ? null : socket.answer();
        if (packet == null) {
            return error < 0 ? error : -ENOMEM;
        }
        boolean local = net.isLocal(high, low);
        boolean gateway = hop.nextHigh != high || hop.nextLow != low;
        NetlinkWriter out = NetlinkSocket.writer(packet);
        out.begin(RouteFamily.NEW_ROUTE, 0, request.sequence(), socket.port());
        head(out, ipv6 ? NetSocket.AF_INET6 : NetSocket.AF_INET, ipv6 ? 128 : 32, local, 0, true, CLONED);
        out.address(RTA_DST, high, low);
        out.attribute4(RTA_OIF, hop.interfaceIndex);
        out.address(RTA_PREFSRC, hop.sourceHigh, hop.sourceLow);
        if (gateway) {
            out.address(RTA_GATEWAY, hop.nextHigh, hop.nextLow);
        }
        out.finish();
        socket.deliver(packet, out.bytes(), 0);
        return 0;
    }

    /** Of IPv6 a target may have as many bytes as its bits need. */
    static boolean isCut(NetlinkRequest request, int addressBytes) {
        return request.isCut(BODY_BYTES, RTA_GATEWAY, addressBytes) || request.isCut(BODY_BYTES, RTA_DST, 4)
                || request.isCut(BODY_BYTES, RTA_OIF, 4) || request.isCut(BODY_BYTES, RTA_PRIORITY, 4)
                || request.isCut(BODY_BYTES, RTA_TABLE, 4);
    }

    /** RTM_NEWROUTE and RTM_DELROUTE, of the main table and to neighbours or through a gateway. */
    static int change(RouteFamily family, NetlinkRequest request, NetStack net) {
        boolean ipv6 = request.byteAt(0) == NetSocket.AF_INET6;
        int bits = request.byteAt(1);
        int table = request.intAttribute(BODY_BYTES, RTA_TABLE, request.byteAt(4));
        if (bits > (ipv6 ? 128 : 32) || request.byteAt(7) > TYPE_MAX) {
            return -EINVAL;
        }
        boolean adds = request.type() == RouteFamily.NEW_ROUTE;
        boolean plain = (request.byteAt(7) == UNICAST || !adds) && (table == TABLE_MAIN || table == 0)
                && request.attribute(BODY_BYTES, RTA_MULTIPATH, 0) == 0;
        if (!plain) {
            request.complaint = "Only unicast routes of the main table with one next hop";
            return -EOPNOTSUPP;
        }
        long target = request.attribute(BODY_BYTES, RTA_DST, ipv6 ? 16 : 4);
        if (target == 0 && bits > 0) {
            return -EINVAL;
        }
        long high = NetlinkRequest.high(target, ipv6);
        long low = NetlinkRequest.low(target, ipv6);
        if (!ipv6 && bits < 32 && (int) low << bits != 0) {
            request.complaint = "Invalid prefix for given prefix length";
            return -EINVAL;
        }
        int prefixBits = ipv6 ? bits : bits + AddressMessages.MAPPED_BITS;
        int metric = request.intAttribute(BODY_BYTES, RTA_PRIORITY, 0);
        long gateway = request.attribute(BODY_BYTES, RTA_GATEWAY, ipv6 ? 16 : 4);
        int index = request.intAttribute(BODY_BYTES, RTA_OIF, 0);
        if (!adds) {
            int found = find(net, high, low, prefixBits, metric != 0 ? metric : -1, index, gateway, request.byteAt(5));
            return found < 0 ? -ESRCH : remove(family, net, found);
        }
        long gatewayHigh = gateway == 0 ? 0 : NetlinkRequest.high(gateway, ipv6);
        long gatewayLow = gateway == 0 ? 0 : NetlinkRequest.low(gateway, ipv6);
        NetInterface through = through(request, net, index, gatewayHigh, gatewayLow);
        if (through == null) {
            return index != 0 || gateway == 0 ? -ENODEV : ipv6 ? -EHOSTUNREACH : -ENETUNREACH;
        }
        Route added = new Route(high, low, prefixBits, gatewayHigh, gatewayLow, through);
        added.metric = metric == 0 && ipv6 ? METRIC_USER6 : metric;
        int mtu = request.intWithin(BODY_BYTES, RTA_METRICS, RTAX_MTU, 0);
        added.mtuBytes = mtu == 0 ? 0
                : Math.max(mtu & Integer.MAX_VALUE, ipv6 ? Ipv6Header.MTU_MIN_BYTES : MTU_MIN_BYTES);
        added.protocol = request.byteAt(5) == 0 ? PROTOCOL_BOOT : request.byteAt(5);
        return add(family, request, net, added);
    }

    /** What the flags ask for, netlink(7); what that does with routes of the same target is each family's own. */
    private static int add(RouteFamily family, NetlinkRequest request, NetStack net, Route added) {
        boolean ipv6 = !Ip.isMapped(added.high, added.low);
        int first = next(net, added, 0);
        boolean replaces = first >= 0 && request.has(NetlinkRequest.F_REPLACE);
        if (first >= 0 && request.has(NetlinkRequest.F_EXCL)) {
            return -EEXIST;
        }
        int same = first;
        while (same >= 0 && !isSame(net.routes.route(same), added)) {
            same = next(net, added, same + 1);
        }
        if (replaces && !ipv6 && same >= 0) {
            return same == first ? 0 : -EEXIST;
        }
        if (replaces) {
            replace(net, first, added);
            tell(family, RouteFamily.NEW_ROUTE, NetlinkRequest.F_CREATE | NetlinkRequest.F_REPLACE, added);
            return 0;
        }
        if (same >= 0) {
            return -EEXIST;
        }
        // A route of IPv6 was made without NLM_F_CREATE before there was the flag, and is unless it is to replace.
        if (!request.has(NetlinkRequest.F_CREATE) && (!ipv6 || request.has(NetlinkRequest.F_REPLACE))) {
            return -ENOENT;
        }
        boolean inFront = first >= 0 && !ipv6 && !request.has(NetlinkRequest.F_APPEND);
        if (!net.routes.insertRoute(inFront ? first : behind(net, added), added)) {
            return -ENOBUFS;
        }
        tell(family, RouteFamily.NEW_ROUTE, NetlinkRequest.F_CREATE | (first >= 0 ? 0 : NetlinkRequest.F_EXCL)
                | (request.has(NetlinkRequest.F_APPEND) ? NetlinkRequest.F_APPEND : 0), added);
        return 0;
    }

    /** Of IPv6 one of its own kind, with or without a gateway, if there is such a one; gateways beside it go too. */
    private static void replace(NetStack net, int first, Route added) {
        boolean ipv6 = !Ip.isMapped(added.high, added.low);
        int place = first;
        while (ipv6 && place >= 0 && net.routes.route(place).hasGateway() != added.hasGateway()) {
            place = next(net, added, place + 1);
        }
        int replaced = place < 0 ? first : place;
        net.routes.replaceRoute(replaced, added);
        int other = replaced + 1;
        while (ipv6 && added.hasGateway() && (other = next(net, added, other)) >= 0) {
            if (net.routes.route(other).hasGateway()) {
                net.routes.removeRoute(other);
            } else {
                other++;
            }
        }
    }

    /** Where a route goes that is the last of its target and metric: in front of those with a greater one. */
    private static int behind(NetStack net, Route added) {
        for (int i = 0; i < net.routes.routeCount(); i++) {
            Route one = net.routes.route(i);
            if (hasTarget(one, added.high, added.low, added.bits) && one.metric() > added.metric()) {
                return i;
            }
        }
        return net.routes.routeCount();
    }

    /** The first route from an index on with the same target and metric; -1 for none. */
    private static int next(NetStack net, Route like, int from) {
        for (int i = from; i < net.routes.routeCount(); i++) {
            Route one = net.routes.route(i);
            if (hasTarget(one, like.high, like.low, like.bits) && one.metric() == like.metric()) {
                return i;
            }
        }
        return -1;
    }

    private static boolean hasTarget(Route one, long high, long low, int bits) {
        return one.bits == bits && Ip.isMapped(one.high, one.low) == Ip.isMapped(high, low)
                && Ip.hasPrefix(high, low, one.high, one.low, bits) && !isLocal(one);
    }

    /** Of the same target and metric: the same way, for IPv4 by the same maker and with the same MTU. */
    private static boolean isSame(Route one, Route other) {
        return one.through == other.through && one.gatewayHigh == other.gatewayHigh
                && one.gatewayLow == other.gatewayLow
                && (!Ip.isMapped(one.high, one.low) || protocolOf(one) == protocolOf(other)
                        && one.mtuBytes == other.mtuBytes);
    }

    private static int protocolOf(Route route) {
        return route.protocol != 0 ? route.protocol : route.hasGateway() ? PROTOCOL_BOOT : PROTOCOL_KERNEL;
    }

    private static NetInterface through(NetlinkRequest request, NetStack net, int index, long gatewayHigh,
            long gatewayLow) {
        if (index != 0 || gatewayHigh == 0 && gatewayLow == 0) {
            return net.routes.byIndex(index);
        }
        Hop hop = new Hop();
        boolean neighbour = net.find(hop, gatewayHigh, gatewayLow, 0) == 0 && hop.nextHigh == gatewayHigh
                && hop.nextLow == gatewayLow && !net.isLocal(gatewayHigh, gatewayLow);
        if (!neighbour) {
            request.complaint = "Nexthop has invalid gateway";
        }
        return neighbour ? net.routes.byIndex(hop.interfaceIndex) : null;
    }

    private static int remove(RouteFamily family, NetStack net, int found) {
        Route removed = net.routes.route(found);
        net.routes.removeRoute(found);
        tell(family, RouteFamily.DELETE_ROUTE, 0, removed);
        return 0;
    }

    private static void tell(RouteFamily family, int type, int flags, Route route) {
        boolean ipv4 = Ip.isMapped(route.high, route.low);
        family.tell(ipv4 ? RouteFamily.GROUP_ROUTE : RouteFamily.GROUP_ROUTE6, out -> {
            out.begin(type, flags, 0, 0);
            body(out, route);
        });
    }

    /** The index of a route of this prefix; -1 for none. A metric of -1, 0 for the rest and no gateway fit all. */
    private static int find(NetStack net, long high, long low, int bits, int metric, int index, long gateway,
            int protocol) {
        for (int i = 0; i < net.routes.routeCount(); i++) {
            Route one = net.routes.route(i);
            boolean ipv6 = !Ip.isMapped(high, low);
            boolean fits = (metric < 0 || metric == one.metric()) && (index == 0 || index == one.through.index)
                    && (protocol == 0 || protocol == protocolOf(one))
                    && (gateway == 0 || one.gatewayHigh == NetlinkRequest.high(gateway, ipv6)
                            && one.gatewayLow == NetlinkRequest.low(gateway, ipv6));
            if (hasTarget(one, high, low, bits) && fits) {
                return i;
            }
        }
        return -1;
    }
}

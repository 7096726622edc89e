package demitasse.posix.netlink;

import static demitasse.base.error.Errno.EADDRNOTAVAIL;
import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOBUFS;
import static demitasse.base.error.Errno.ENODEV;

import demitasse.base.memory.Memory;
import demitasse.net.stack.NetInterface;
import demitasse.net.stack.NetStack;
import demitasse.net.wire.Ip;
import demitasse.posix.socket.NetSocket;

/** struct ifaddrmsg: 0 family, 1 prefix length, 2 flags, 3 scope, 4 index. */
final class AddressMessages {
    static final int BODY_BYTES = 8;
    static final int MAPPED_BITS = 96;
    static final int SCOPE_LINK = 253;
    static final int SCOPE_HOST = 254;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_LABEL = 3;
    private static final int IFA_BROADCAST = 4;
    private static final int IFA_CACHEINFO = 6;
    private static final int IFA_FLAGS = 8;

    private AddressMessages() {
    }

    static int familyOf(long high, long low) {
        return Ip.isMapped(high, low) ? NetSocket.AF_INET : NetSocket.AF_INET6;
    }

    static final class All extends Dump {
        private final NetStack net;
        private final int family;
        private final int index;

        All(NetlinkRequest request, int port, NetStack net) {
            super(request, port);
            this.net = net;
            family = request.byteAt(0);
            index = request.intAt(4);
        }

        @Override
        boolean write(NetlinkWriter out) {
            for (int i = 0; i < net.routes.interfaceCount(); i++) {
                NetInterface one = net.routes.at(i);
                for (int j = 0; j < one.addresses(); j++) {
                    boolean wanted = (family == 0 || family == familyOf(one.high(j), one.low(j)))
                            && (index == 0 || index == one.index);
                    if (wanted && isDue()) {
                        begin(out, RouteFamily.NEW_ADDRESS);
                        body(out, one, j, net.nowNs());
                        if (!finish(out)) {
                            return false;
                        }
                    }
                }
            }
            return true;
        }
    }

    private static void body(NetlinkWriter out, NetInterface one, int i, long nowNs) {
        long high = one.high(i);
        long low = one.low(i);
        boolean ipv4 = Ip.isMapped(high, low);
        int bits = ipv4 ? one.prefixBits(i) - MAPPED_BITS : one.prefixBits(i);
        int scope = Ip.isLoopback(high, low) ? SCOPE_HOST : Ip.isLinkLocal(high, low) ? SCOPE_LINK : 0;
        int flags = one.addressFlags(i);
        out.bytes4(familyOf(high, low), bits, flags, scope);
        out.put4(one.index);
        out.address(IFA_ADDRESS, high, low);
        if (ipv4) {
            out.address(IFA_LOCAL, high, low);
            if (!one.isLoopback && bits < 31) {
                out.address(IFA_BROADCAST, 0, low | 0xffff_ffffL >>> bits);
            }
            out.text(IFA_LABEL, one.name);
        }
        out.attribute4(IFA_FLAGS, flags);
        long life = out.attribute(IFA_CACHEINFO, 16);
        if (life != 0) {
            Memory.putInt(life, seconds(one.preferredUntilNs(i), nowNs));
            Memory.putInt(life + 4, seconds(one.validUntilNs(i), nowNs));
        }
    }

    /** Until a time; all ones for never. */
    private static int seconds(long untilNs, long nowNs) {
        return untilNs == Long.MAX_VALUE ? -1 : (int) (Math.max(0, untilNs - nowNs) / 1_000_000_000L);
    }

    static boolean isCut(NetlinkRequest request, int addressBytes) {
        return request.isCut(BODY_BYTES, IFA_LOCAL, addressBytes)
                || request.isCut(BODY_BYTES, IFA_ADDRESS, addressBytes);
    }

    /** RTM_NEWADDR and RTM_DELADDR. */
    static int change(RouteFamily family, NetlinkRequest request, NetStack net) {
        boolean ipv6 = request.byteAt(0) == NetSocket.AF_INET6;
        int bits = request.byteAt(1);
        long data = request.attribute(BODY_BYTES, IFA_LOCAL, ipv6 ? 16 : 4);
        data = data == 0 ? request.attribute(BODY_BYTES, IFA_ADDRESS, ipv6 ? 16 : 4) : data;
        NetInterface one = net.routes.byIndex(request.intAt(4));
        if (bits > (ipv6 ? 128 : 32)) {
            return -EINVAL;
        }
        if (one == null) {
            return -ENODEV;
        }
        boolean adds = request.type() == RouteFamily.NEW_ADDRESS;
        if (data == 0) {
            return adds ? -EINVAL : -EADDRNOTAVAIL;
        }
        long high = NetlinkRequest.high(data, ipv6);
        long low = NetlinkRequest.low(data, ipv6);
        int prefixBits = ipv6 ? bits : bits + MAPPED_BITS;
        // One IPv4 address with two masks is two. NLM_F_CREATE was never needed, rtnetlink(7).
        int found = ipv6 ? one.find(high, low) : one.find(high, low, prefixBits);
        if (adds && found >= 0) {
            boolean keeps = request.has(NetlinkRequest.F_REPLACE) && !request.has(NetlinkRequest.F_EXCL);
            request.complaint = keeps ? null
                    : ipv6 ? "ipv6: address already assigned" : "ipv4: Address already assigned";
            return keeps ? 0 : -EEXIST;
        }
        if (!adds && (found < 0 || one.prefixBits(found) != prefixBits)) {
            request.complaint = ipv6 ? "ipv6: address not found" : "ipv4: Address not found";
            return -EADDRNOTAVAIL;
        }
        if (adds && !net.routes.addAddress(one, high, low, prefixBits)) {
            return -ENOBUFS;
        }
        int index = adds ? one.addresses() - 1 : found;
        family.tell(ipv6 ? RouteFamily.GROUP_ADDRESS6 : RouteFamily.GROUP_ADDRESS, out -> {
            out.begin(request.type(), 0, 0, 0);
            body(out, one, index, net.nowNs());
        });
        if (!adds) {
            net.routes.removeAddress(one, found);
        }
        return 0;
    }
}

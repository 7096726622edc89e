package demitasse.posix.netlink;

import static demitasse.base.error.Errno.EAFNOSUPPORT;
import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOBUFS;
import static demitasse.base.error.Errno.ENODEV;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.EOPNOTSUPP;

import demitasse.net.link.Neighbours;
import demitasse.net.stack.NetInterface;
import demitasse.net.stack.NetStack;
import demitasse.posix.socket.NetSocket;

/** RTM_GETNEIGH, RTM_NEWNEIGH, RTM_DELNEIGH. struct ndmsg: 0 family, 4 index, 8 state (16), 10 flags, 11 type. */
final class NeighbourMessages extends Dump {
    private static final int BODY_BYTES = 12;
    private static final int NDA_DST = 1;
    private static final int NDA_LLADDR = 2;
    private static final int NDA_IFINDEX = 8;
    private static final int UNICAST = 1;
    private static final int MAC_BYTES = 6;
    /** NTF_PROXY, and NUD_FAILED, which stands for none. */
    private static final int PROXY = 8;
    private static final int FAILED = 0x20;

    private final NetStack net;
    private final int family;
    private final int index;

    NeighbourMessages(NetlinkRequest request, int port, NetStack net) {
        super(request, port);
        this.net = net;
        family = request.byteAt(0);
        index = request.intAttribute(BODY_BYTES, NDA_IFINDEX, request.intAt(4));
    }

    @Override
    boolean write(NetlinkWriter out) {
        for (int i = 0; i < net.routes.interfaceCount(); i++) {
            NetInterface one = net.routes.at(i);
            Neighbours neighbours = one.neighbours();
            boolean wanted = neighbours != null && (index == 0 || index == one.index);
            for (int j = 0; wanted && j < Neighbours.ENTRIES; j++) {
                if (neighbours.state(j) != Neighbours.FREE && !writeOne(out, one, neighbours, j)) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean writeOne(NetlinkWriter out, NetInterface one, Neighbours neighbours, int slot) {
        long high = neighbours.high(slot);
        long low = neighbours.low(slot);
        int of = AddressMessages.familyOf(high, low);
        if (family != 0 && family != of || !isDue()) {
            return true;
        }
        begin(out, RouteFamily.NEW_NEIGHBOUR);
        body(out, one, neighbours, slot);
        return finish(out);
    }

    private static void body(NetlinkWriter out, NetInterface one, Neighbours neighbours, int slot) {
        long high = neighbours.high(slot);
        long low = neighbours.low(slot);
        out.put4(AddressMessages.familyOf(high, low));
        out.put4(one.index);
        // NUD_INCOMPLETE 1, REACHABLE 2, STALE 4, DELAY 8, PROBE 16, NOARP 64, PERMANENT 128.
        out.put4(1 << neighbours.state(slot) - 1 | UNICAST << 24);
        out.address(NDA_DST, high, low);
        if (neighbours.state(slot) != Neighbours.INCOMPLETE) {
            out.mac(NDA_LLADDR, neighbours.mac(slot));
        }
    }

    /** RTM_NEWNEIGH and RTM_DELNEIGH, as {@code ip neighbour} sends them. */
    static int change(RouteFamily family, NetlinkRequest request, NetStack net) {
        boolean ipv6 = request.byteAt(0) == NetSocket.AF_INET6;
        boolean adds = request.type() == RouteFamily.NEW_NEIGHBOUR;
        long target = request.attribute(BODY_BYTES, NDA_DST, 0);
        int index = request.intAt(4);
        NetInterface on = net.routes.byIndex(index);
        if (target == 0) {
            request.complaint = "Network address not specified";
            return -EINVAL;
        }
        if (on == null && index != 0) {
            return -ENODEV;
        }
        if (!ipv6 && request.byteAt(0) != NetSocket.AF_INET) {
            return -EAFNOSUPPORT;
        }
        if (request.attribute(BODY_BYTES, NDA_DST, ipv6 ? 16 : 4) == 0 || on == null) {
            return -EINVAL;
        }
        if ((request.byteAt(10) & PROXY) != 0) {
            request.complaint = "Nobody is answered for";
            return -EOPNOTSUPP;
        }
        int slot = on.neighbours() == null ? -1
                : on.neighbours().find(NetlinkRequest.high(target, ipv6), NetlinkRequest.low(target, ipv6));
        if (slot < 0 && (!adds || !request.has(NetlinkRequest.F_CREATE))) {
            return -ENOENT;
        }
        return adds ? add(family, request, on, slot) : remove(family, on, slot);
    }

    private static int add(RouteFamily family, NetlinkRequest request, NetInterface on, int slot) {
        boolean ipv6 = request.byteAt(0) == NetSocket.AF_INET6;
        long target = request.attribute(BODY_BYTES, NDA_DST, ipv6 ? 16 : 4);
        long link = request.attribute(BODY_BYTES, NDA_LLADDR, MAC_BYTES);
        int states = request.byteAt(8);
        if (on.neighbours() == null) {
            request.complaint = "There are no neighbours behind lo";
            return -EOPNOTSUPP;
        }
        if (slot >= 0 && request.has(NetlinkRequest.F_EXCL)) {
            return -EEXIST;
        }
        if (states == FAILED) {
            return slot < 0 ? -EINVAL : remove(family, on, slot);
        }
        int state = Integer.numberOfTrailingZeros(states) + 1;
        boolean known = slot >= 0 && on.neighbours().state(slot) != Neighbours.INCOMPLETE;
        if (Integer.bitCount(states) != 1 || state < Neighbours.REACHABLE || link == 0 && !known) {
            request.complaint = link == 0 && !known ? "No link layer address given" : "Invalid state";
            return -EINVAL;
        }
        long mac = link == 0 ? -1 : NetlinkRequest.mac(link);
        if (known && mac >= 0 && mac != on.neighbours().mac(slot) && !request.has(NetlinkRequest.F_REPLACE)) {
            // What is known wins without NLM_F_REPLACE, as in __neigh_update() of Linux.
            return 0;
        }
        long high = NetlinkRequest.high(target, ipv6);
        long low = NetlinkRequest.low(target, ipv6);
        if (!on.setNeighbour(high, low, mac, state)) {
            return -ENOBUFS;
        }
        tell(family, RouteFamily.NEW_NEIGHBOUR, on, on.neighbours().find(high, low));
        return 0;
    }

    private static int remove(RouteFamily family, NetInterface on, int slot) {
        tell(family, RouteFamily.DELETE_NEIGHBOUR, on, slot);
        on.forgetNeighbour(slot);
        return 0;
    }

    private static void tell(RouteFamily family, int type, NetInterface on, int slot) {
        family.tell(RouteFamily.GROUP_NEIGHBOUR, out -> {
            out.begin(type, 0, 0, 0);
            body(out, on, on.neighbours(), slot);
        });
    }
}

package demitasse.posix.netlink;

import demitasse.net.link.Neighbours;
import demitasse.net.stack.NetInterface;
import demitasse.net.stack.NetStack;

/** RTM_GETNEIGH. struct ndmsg: 0 family, 4 index, 8 state (16), 10 flags, 11 type. */
final class NeighbourMessages extends Dump {
    private static final int BODY_BYTES = 12;
    private static final int NDA_DST = 1;
    private static final int NDA_LLADDR = 2;
    private static final int NDA_IFINDEX = 8;
    private static final int UNICAST = 1;

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
        out.put4(of);
        out.put4(one.index);
        // NUD_INCOMPLETE 1, REACHABLE 2, STALE 4, DELAY 8, PROBE 16.
        out.put4(1 << neighbours.state(slot) - 1 | UNICAST << 24);
        out.address(NDA_DST, high, low);
        if (neighbours.state(slot) != Neighbours.INCOMPLETE) {
            out.mac(NDA_LLADDR, neighbours.mac(slot));
        }
        return finish(out);
    }
}

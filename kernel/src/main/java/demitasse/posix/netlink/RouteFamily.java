package demitasse.posix.netlink;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ERANGE;

import demitasse.device.net.Packet;
import demitasse.net.stack.NetStack;
import demitasse.posix.socket.NetSocket;

/** rtnetlink(7): links, addresses, routes, neighbours and rules. */
final class RouteFamily {
    static final int NEW_LINK = 16;
    static final int DELETE_LINK = 17;
    static final int GET_LINK = 18;
    static final int SET_LINK = 19;
    static final int NEW_ADDRESS = 20;
    static final int DELETE_ADDRESS = 21;
    static final int GET_ADDRESS = 22;
    static final int NEW_ROUTE = 24;
    static final int DELETE_ROUTE = 25;
    static final int GET_ROUTE = 26;
    static final int NEW_NEIGHBOUR = 28;
    static final int DELETE_NEIGHBOUR = 29;
    static final int GET_NEIGHBOUR = 30;
    static final int NEW_RULE = 32;
    static final int GET_RULE = 34;
    /** The lowest two bits of a type: 0 new, 1 delete, 2 get, 3 set. */
    private static final int KIND_MASK = 3;
    private static final int KIND_GET = 2;
    /** RTNLGRP_LINK, _NEIGH, _IPV4_IFADDR, _IPV4_ROUTE, _IPV6_IFADDR, _IPV6_ROUTE. */
    static final int GROUP_LINK = 1;
    static final int GROUP_NEIGHBOUR = 3;
    static final int GROUP_ADDRESS = 5;
    static final int GROUP_ROUTE = 7;
    static final int GROUP_ADDRESS6 = 9;
    static final int GROUP_ROUTE6 = 11;

    private final Netlink netlink;

    RouteFamily(Netlink netlink) {
        this.netlink = netlink;
    }

    private NetStack net() {
        return netlink.files.net();
    }

    int answer(NetlinkSocket socket, NetlinkRequest request) {
        int type = request.type();
        if (!request.hasBody(1)) {
            // As rtnetlink_rcv_msg() of Linux: who asks nothing is answered nothing.
            return 0;
        }
        if ((type & KIND_MASK) != KIND_GET && !socket.administrates) {
            return -EPERM;
        }
        if ((type & KIND_MASK) == KIND_GET && request.isDump()) {
            Dump dump = switch (type) {
                case GET_LINK -> new LinkMessages.All(request, socket.port(), net());
                case GET_ADDRESS -> new AddressMessages.All(request, socket.port(), net());
                case GET_ROUTE -> new RouteMessages.All(request, socket.port(), net());
                case GET_NEIGHBOUR -> new NeighbourMessages(request, socket.port(), net());
                case GET_RULE -> new RuleMessages(request, socket.port());
                default -> null;
            };
            return dump == null ? -EOPNOTSUPP : socket.start(dump);
        }
        int error = check(request);
        return error < 0 ? error : switch (type) {
            case GET_LINK -> LinkMessages.get(socket, request, net());
            case NEW_LINK, SET_LINK -> LinkMessages.set(this, request, net());
            case DELETE_LINK -> LinkMessages.delete(request, net());
            case NEW_ADDRESS, DELETE_ADDRESS -> AddressMessages.change(this, request, net());
            case GET_ROUTE -> RouteMessages.get(socket, request, net());
            case NEW_ROUTE, DELETE_ROUTE -> RouteMessages.change(this, request, net());
            case NEW_NEIGHBOUR, DELETE_NEIGHBOUR -> NeighbourMessages.change(this, request, net());
            default -> -EOPNOTSUPP;
        };
    }

    /** What Linux refuses of any message: families that it does not know, and values that are too short. */
    private static int check(NetlinkRequest request) {
        int type = request.type();
        int family = request.byteAt(0);
        boolean ofAddress = type >= NEW_ADDRESS && type <= GET_ADDRESS;
        boolean ofRoute = type >= NEW_ROUTE && type <= GET_ROUTE;
        if ((ofAddress || ofRoute) && family != NetSocket.AF_INET && family != NetSocket.AF_INET6) {
            return -EOPNOTSUPP;
        }
        if (!request.hasBody(ofAddress ? AddressMessages.BODY_BYTES : ofRoute ? RouteMessages.BODY_BYTES : 0)) {
            return -EINVAL;
        }
        int addressBytes = family == NetSocket.AF_INET6 ? 16 : 4;
        boolean bad = ofAddress && AddressMessages.isCut(request, addressBytes)
                || ofRoute && RouteMessages.isCut(request, addressBytes)
                || type >= NEW_LINK && type <= SET_LINK && LinkMessages.isCut(request);
        request.complaint = bad ? "Attribute failed policy validation" : null;
        return bad ? -ERANGE : 0;
    }

    /** What writes one message. */
    interface Message {
        void write(NetlinkWriter out);
    }

    /** Tells a group of a change, if anybody listens. */
    void tell(int group, Message message) {
        if (!netlink.isHeard(Netlink.ROUTE, group)) {
            return;
        }
        Packet packet = net().packets().take(NetlinkSocket.ANSWER_BYTES);
        if (packet != null) {
            NetlinkWriter out = new NetlinkWriter(packet.address(), NetlinkSocket.ANSWER_BYTES);
            message.write(out);
            if (out.finish()) {
                netlink.tell(Netlink.ROUTE, group, out);
            }
            packet.release();
        }
    }
}

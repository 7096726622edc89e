package demitasse.posix.netlink;

import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENODEV;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EOPNOTSUPP;

import demitasse.base.memory.Memory;
import demitasse.device.net.Packet;
import demitasse.net.stack.NetInterface;
import demitasse.net.stack.NetStack;

/** struct ifinfomsg: 0 family, 2 hardware type (16), 4 index, 8 flags, 12 changed flags. */
final class LinkMessages {
    static final int BODY_BYTES = 16;
    /** IFNAMSIZ. */
    private static final int NAME_BYTES = 16;
    static final int ARPHRD_ETHER = 1;
    static final int ARPHRD_LOOPBACK = 772;
    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_BROADCAST = 2;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_QDISC = 6;
    private static final int IFLA_TXQLEN = 13;
    private static final int IFLA_OPERSTATE = 16;
    private static final int IFLA_LINKMODE = 17;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_STATS64 = 23;
    private static final int IFLA_GROUP = 27;
    private static final int IFLA_EXT_MASK = 29;
    private static final int IFLA_PROMISCUITY = 30;
    private static final int IFLA_NUM_TX_QUEUES = 31;
    private static final int IFLA_NUM_RX_QUEUES = 32;
    private static final int IFLA_CARRIER = 33;
    private static final int IFLA_MIN_MTU = 50;
    private static final int IFLA_MAX_MTU = 51;
    private static final int IFLA_ALT_IFNAME = 53;
    private static final int SKIP_STATS = 8;
    private static final int IFF_UP = 1;
    private static final int IFF_LOWER_UP = 0x1_0000;
    private static final int STATE_DOWN = 2;
    private static final int STATE_UP = 6;
    private static final int QUEUE_PACKETS = 1000;
    private static final int STATS_BYTES = 24 * 8;

    private LinkMessages() {
    }

    static final class All extends Dump {
        private final NetStack net;
        private final boolean stats;

        All(NetlinkRequest request, int port, NetStack net) {
            super(request, port);
            this.net = net;
            stats = (request.intAttribute(BODY_BYTES, IFLA_EXT_MASK, 0) & SKIP_STATS) == 0;
        }

        @Override
        boolean write(NetlinkWriter out) {
            for (int i = 0; i < net.routes.interfaceCount(); i++) {
                if (isDue()) {
                    begin(out, RouteFamily.NEW_LINK);
                    body(out, net.routes.at(i), 0, stats);
                    if (!finish(out)) {
                        return false;
                    }
                }
            }
            return true;
        }
    }

    static int get(NetlinkSocket socket, NetlinkRequest request, NetStack net) {
        NetInterface found = find(request, net);
        if (found == null) {
            return hasName(request) ? -ENODEV : request.intAt(4) > 0 ? -ENODEV : -EINVAL;
        }
        Packet packet = socket.answer();
        if (packet == null) {
            return -ENOMEM;
        }
        NetlinkWriter out = NetlinkSocket.writer(packet);
        out.begin(RouteFamily.NEW_LINK, 0, request.sequence(), socket.port());
        body(out, found, 0, (request.intAttribute(BODY_BYTES, IFLA_EXT_MASK, 0) & SKIP_STATS) == 0);
        out.finish();
        socket.deliver(packet, out.bytes(), 0);
        return 0;
    }

    /** A name is no longer than an interface's can be. */
    static boolean isCut(NetlinkRequest request) {
        long name = request.attribute(BODY_BYTES, IFLA_IFNAME, 1);
        return request.isCut(BODY_BYTES, IFLA_MTU, 4) || request.isCut(BODY_BYTES, IFLA_TXQLEN, 4)
                || name != 0 && NetlinkRequest.textBytes(name) >= NAME_BYTES;
    }

    /** RTM_DELLINK: of devices that are here to stay. */
    static int delete(NetlinkRequest request, NetStack net) {
        boolean named = request.intAt(4) > 0 || hasName(request);
        return !named ? -EINVAL : find(request, net) == null ? -ENODEV : -EOPNOTSUPP;
    }

    private static boolean hasName(NetlinkRequest request) {
        return request.attribute(BODY_BYTES, IFLA_IFNAME, 1) != 0
                || request.attribute(BODY_BYTES, IFLA_ALT_IFNAME, 1) != 0;
    }

    private static NetInterface find(NetlinkRequest request, NetStack net) {
        if (request.intAt(4) > 0) {
            return net.routes.byIndex(request.intAt(4));
        }
        long name = request.attribute(BODY_BYTES, IFLA_IFNAME, 1);
        name = name == 0 ? request.attribute(BODY_BYTES, IFLA_ALT_IFNAME, 1) : name;
        return name == 0 ? null : net.routes.named(name, NetlinkRequest.textBytes(name));
    }

    static void body(NetlinkWriter out, NetInterface one, int changed, boolean stats) {
        boolean up = one.device.isUp() && one.isUp();
        out.put4((one.isLoopback ? ARPHRD_LOOPBACK : ARPHRD_ETHER) << 16);
        out.put4(one.index);
        out.put4(one.flags() | (up ? IFF_LOWER_UP : 0));
        out.put4(changed);
        out.text(IFLA_IFNAME, one.name);
        out.attribute4(IFLA_TXQLEN, QUEUE_PACKETS);
        out.attribute1(IFLA_OPERSTATE, !up ? STATE_DOWN : one.isLoopback ? 0 : STATE_UP);
        out.attribute1(IFLA_LINKMODE, 0);
        out.attribute4(IFLA_MTU, one.mtuBytes());
        out.attribute4(IFLA_MIN_MTU, NetInterface.MTU_MIN_BYTES);
        out.attribute4(IFLA_MAX_MTU, one.device.mtuBytes());
        out.attribute4(IFLA_GROUP, 0);
        out.attribute4(IFLA_PROMISCUITY, 0);
        out.attribute4(IFLA_NUM_TX_QUEUES, 1);
        out.attribute4(IFLA_NUM_RX_QUEUES, 1);
        out.attribute1(IFLA_CARRIER, one.device.isUp() ? 1 : 0);
        out.text(IFLA_QDISC, "noqueue");
        out.mac(IFLA_ADDRESS, one.device.address());
        out.mac(IFLA_BROADCAST, one.isLoopback ? 0 : -1);
        long data = stats ? out.attribute(IFLA_STATS64, STATS_BYTES) : 0;
        if (data != 0) {
            Memory.putLong(data, one.receivedPackets);
            Memory.putLong(data + 8, one.sentPackets);
            Memory.putLong(data + 16, one.receivedBytes);
            Memory.putLong(data + 24, one.sentBytes);
            Memory.putLong(data + 48, one.receivedDrops);
            Memory.putLong(data + 56, one.sentDrops);
        }
    }

    /** RTM_NEWLINK and RTM_SETLINK of a link that is there: up, down and MTU. */
    static int set(RouteFamily family, NetlinkRequest request, NetStack net) {
        NetInterface one = find(request, net);
        if (request.attribute(BODY_BYTES, IFLA_LINKINFO, 0) != 0 && one == null) {
            request.complaint = "No kind of link can be made here";
            return -EOPNOTSUPP;
        }
        boolean makes = request.type() == RouteFamily.NEW_LINK;
        if (one == null && makes && request.has(NetlinkRequest.F_CREATE)) {
            return -EOPNOTSUPP;
        }
        if (one == null) {
            return makes || request.intAt(4) > 0 || hasName(request) ? -ENODEV : -EINVAL;
        }
        if (makes && request.has(NetlinkRequest.F_EXCL)) {
            return -EEXIST;
        }
        long mtu = request.attribute(BODY_BYTES, IFLA_MTU, 4);
        boolean other = request.attribute(BODY_BYTES, IFLA_ADDRESS, 0) != 0
                || request.attribute(BODY_BYTES, IFLA_TXQLEN, 0) != 0
                || request.intAt(4) > 0 && request.attribute(BODY_BYTES, IFLA_IFNAME, 1) != 0;
        if (other) {
            return -EOPNOTSUPP;
        }
        if (mtu != 0 && !net.routes.setMtu(one, Memory.getInt(mtu))) {
            request.complaint = "MTU less or greater than the device's";
            return -EINVAL;
        }
        if ((request.intAt(12) & IFF_UP) != 0) {
            net.routes.setUp(one, (request.intAt(8) & IFF_UP) != 0);
        }
        family.tell(RouteFamily.GROUP_LINK, out -> {
            out.begin(RouteFamily.NEW_LINK, 0, 0, 0);
            body(out, one, request.intAt(12), true);
        });
        return 0;
    }
}

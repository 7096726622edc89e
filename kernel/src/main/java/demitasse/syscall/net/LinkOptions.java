package demitasse.syscall.net;

import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENODEV;
import static demitasse.base.error.Errno.ENOPROTOOPT;

import demitasse.base.memory.Memory;
import demitasse.posix.netlink.NetlinkSocket;
import demitasse.posix.packet.PacketSocket;
import demitasse.posix.socket.NetSocket;
import demitasse.posix.task.Call;

/** The options of netlink(7) and packet(7), and filters. Values stand in kernel memory here. */
final class LinkOptions {
    static final int PACKET_HDRLEN = 11;
    private static final int NETLINK_ADD_MEMBERSHIP = 1;
    private static final int NETLINK_DROP_MEMBERSHIP = 2;
    private static final int NETLINK_PKTINFO = 3;
    private static final int NETLINK_LIST_MEMBERSHIPS = 9;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int NETLINK_GET_STRICT_CHK = 12;
    private static final int PACKET_ADD_MEMBERSHIP = 1;
    private static final int PACKET_DROP_MEMBERSHIP = 2;
    private static final int PACKET_RX_RING = 5;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_AUXDATA = 8;
    private static final int PACKET_VERSION = 10;
    private static final int PACKET_RESERVE = 12;
    private static final int PACKET_FANOUT = 18;
    private static final int PACKET_QDISC_BYPASS = 20;
    private static final int PACKET_FANOUT_DATA = 22;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final int TPACKET_V1 = PacketSocket.VERSION_1;
    private static final int TPACKET_V2 = PacketSocket.VERSION_2;
    private static final int TPACKET_V3 = PacketSocket.VERSION_3;
    private static final int TPACKET1_BYTES = 32;
    private static final int TPACKET2_BYTES = 32;
    private static final int TPACKET3_BYTES = 48;
    /** struct tpacket_req; with 16 the time of a block in ms, 20 its private bytes and 24 features: tpacket_req3. */
    private static final int RING_BYTES = 16;
    private static final int RING3_BYTES = 28;

    private LinkOptions() {
    }

    static int get(NetlinkSocket socket, int option, long target) {
        int bit = bitOf(option);
        if (option == NETLINK_LIST_MEMBERSHIPS) {
            return SocketOptions.integer(target, socket.groups());
        }
        return bit == 0 ? -ENOPROTOOPT : SocketOptions.integer(target, (socket.options & bit) != 0);
    }

    private static int bitOf(int option) {
        return switch (option) {
            case NETLINK_CAP_ACK -> NetlinkSocket.CAPPED_ACK;
            case NETLINK_EXT_ACK -> NetlinkSocket.EXTENDED_ACK;
            case NETLINK_GET_STRICT_CHK -> NetlinkSocket.STRICT;
            case NETLINK_PKTINFO -> NetlinkSocket.PACKET_INFO;
            default -> 0;
        };
    }

    static int set(NetlinkSocket socket, int option, int number) {
        if (option == NETLINK_ADD_MEMBERSHIP || option == NETLINK_DROP_MEMBERSHIP) {
            return socket.join(number, option == NETLINK_ADD_MEMBERSHIP);
        }
        int bit = bitOf(option);
        if (bit == 0) {
            return -ENOPROTOOPT;
        }
        socket.options = number != 0 ? socket.options | bit : socket.options & ~bit;
        return 0;
    }

    /** @param given what the program has put where the answer goes; PACKET_HDRLEN asks by it */
    static int get(PacketSocket socket, int option, int given, long target) {
        switch (option) {
            case PACKET_STATISTICS:
                Memory.putLong(target, socket.takeStatistics());
                Memory.putInt(target + 8, socket.takeFreezes());
                return socket.version == TPACKET_V3 ? 12 : 8;
            case PACKET_AUXDATA:
                return SocketOptions.integer(target, (socket.wanted & NetSocket.WANTS_AUXILIARY) != 0);
            case PACKET_VERSION:
                return SocketOptions.integer(target, socket.version);
            case PACKET_HDRLEN:
                return given == TPACKET_V1 ? SocketOptions.integer(target, TPACKET1_BYTES)
                        : given == TPACKET_V2 ? SocketOptions.integer(target, TPACKET2_BYTES)
                        : given == TPACKET_V3 ? SocketOptions.integer(target, TPACKET3_BYTES) : -EINVAL;
            case PACKET_FANOUT:
                return SocketOptions.integer(target, socket.fanoutWord());
            case PACKET_RESERVE:
                return SocketOptions.integer(target, socket.reserveBytes);
            case PACKET_IGNORE_OUTGOING:
                return SocketOptions.integer(target, socket.ignoresOutgoing);
            default:
                return -ENOPROTOOPT;
        }
    }

    static int set(Call call, PacketSocket socket, int option, long value, int lengthBytes) {
        int number = lengthBytes < Integer.BYTES ? 0 : Memory.getInt(value);
        switch (option) {
            // Devices hand on whatever they hear, so that there is nothing to change for PACKET_MR_PROMISC.
            case PACKET_ADD_MEMBERSHIP, PACKET_DROP_MEMBERSHIP:
                return lengthBytes < 16 ? -EINVAL : socket.net().routes.byIndex(number) == null ? -ENODEV : 0;
            // Nothing stands between a socket and the device anyway.
            case PACKET_QDISC_BYPASS:
                return lengthBytes == Integer.BYTES ? 0 : -EINVAL;
            case PACKET_RX_RING:
                return setRing(socket, value, lengthBytes);
            case PACKET_AUXDATA:
                if (lengthBytes < Integer.BYTES) {
                    return -EINVAL;
                }
                SocketOptions.want(socket, NetSocket.WANTS_AUXILIARY, number != 0);
                return 0;
            case PACKET_VERSION:
                return setVersion(socket, lengthBytes == Integer.BYTES ? number : -1);
            case PACKET_FANOUT_DATA:
                return FilterOptions.setChooser(call, socket, value, lengthBytes);
            case PACKET_FANOUT:
                return lengthBytes < Integer.BYTES ? -EINVAL
                        : socket.joinFanout(number & 0xffff, number >>> 16 & 0xff, number >>> 16 & 0xff00);
            case PACKET_RESERVE:
                if (lengthBytes != Integer.BYTES || number < 0 || number > 1 << 16) {
                    return -EINVAL;
                }
                socket.reserveBytes = socket.hasRing() ? socket.reserveBytes : number;
                return socket.hasRing() ? -EBUSY : 0;
            case PACKET_IGNORE_OUTGOING:
                if (lengthBytes != Integer.BYTES || number < 0 || number > 1) {
                    return -EINVAL;
                }
                socket.ignoresOutgoing = number != 0;
                return 0;
            default:
                return -ENOPROTOOPT;
        }
    }

    private static int setVersion(PacketSocket socket, int version) {
        if (version < TPACKET_V1 || version > TPACKET_V3) {
            return -EINVAL;
        }
        if (socket.hasRing()) {
            return -EBUSY;
        }
        socket.version = version;
        return 0;
    }

    private static int setRing(PacketSocket socket, long value, int lengthBytes) {
        boolean byBlocks = socket.version == TPACKET_V3;
        if (lengthBytes < (byBlocks ? RING3_BYTES : RING_BYTES)) {
            return -EINVAL;
        }
        return socket.setRing(Memory.getInt(value), Memory.getInt(value + 4), Memory.getInt(value + 8),
                Memory.getInt(value + 12), byBlocks ? Memory.getInt(value + 16) : 0,
                byBlocks ? Memory.getInt(value + 20) : 0);
    }
}

package demitasse.syscall.net;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOTCONN;

import demitasse.base.memory.Memory;
import demitasse.net.ip.Binding;
import demitasse.net.ip.Hop;
import demitasse.net.ip.SocketAddress;
import demitasse.net.tcp.Admission;
import demitasse.net.udp.UdpEndpoint;
import demitasse.posix.socket.InetSocket;
import demitasse.posix.socket.NetSocket;
import demitasse.posix.socket.TcpSocket;

/** The options of ip(7) and ipv6(7) that narrow what a socket hears, which ports it uses, and what it cuts. */
final class InetLimits {
    static final int IP_MINTTL = 21;
    static final int IPV6_MINHOPCOUNT = 73;
    private static final int SOL_IP = 0;
    private static final int SOL_IPV6 = 41;
    private static final int IP_MULTICAST_ALL = 49;
    private static final int IP_LOCAL_PORT_RANGE = 51;
    private static final int IPV6_MULTICAST_ALL = 29;
    private static final int IPV6_PATHMTU = 61;
    private static final int IPV6_DONTFRAG = 62;
    private static final int TIME_TO_LIVE_MAX = 255;
    private static final int MTU_OFFSET = 28;

    private InetLimits() {
    }

    static boolean knows(InetSocket socket, int level, int option) {
        boolean stream = socket instanceof TcpSocket;
        return level == SOL_IP && (option == IP_LOCAL_PORT_RANGE || option == IP_MINTTL && stream
                || option == IP_MULTICAST_ALL && !stream)
                || level == SOL_IPV6 && (option == IPV6_PATHMTU || option == IPV6_MINHOPCOUNT && stream
                || (option == IPV6_DONTFRAG || option == IPV6_MULTICAST_ALL) && !stream);
    }

    /** Writes a value; returns its length or -errno. */
    static int get(InetSocket socket, int level, int option, long target) {
        UdpEndpoint endpoint = socket.endpoint();
        Admission admission = socket instanceof TcpSocket stream ? stream.connection().admission : null;
        if (level == SOL_IPV6) {
            return switch (option) {
                case IPV6_PATHMTU -> pathMtu(socket, target);
                case IPV6_DONTFRAG -> SocketOptions.integer(target, endpoint.keepsWhole6);
                case IPV6_MULTICAST_ALL -> SocketOptions.integer(target, endpoint.hearsAllGroups);
                default -> SocketOptions.integer(target, admission == null ? 0 : admission.leastHopLimit);
            };
        }
        return switch (option) {
            case IP_LOCAL_PORT_RANGE -> SocketOptions.integer(target,
                    socket.binding().portFirst | socket.binding().portLast << 16);
            case IP_MULTICAST_ALL -> SocketOptions.integer(target, endpoint.hearsAllGroups);
            default -> SocketOptions.integer(target, admission == null ? 0 : admission.leastTimeToLive);
        };
    }

    /** struct ip6_mtuinfo: an address, and what its way carries. */
    private static int pathMtu(InetSocket socket, long target) {
        SocketAddress peer = new SocketAddress();
        Hop hop = new Hop();
        if (!socket.target(peer) || socket.net().find(hop, peer.high, peer.low, peer.scope) != 0) {
            return -ENOTCONN;
        }
        peer.port = 0;
        NetAddresses.write(peer, NetSocket.AF_INET6, target);
        Memory.putInt(target + MTU_OFFSET, hop.mtuBytes);
        return MTU_OFFSET + Integer.BYTES;
    }

    /** Takes a number; 0 or -errno. */
    static int set(InetSocket socket, int level, int option, int number, int lengthBytes) {
        boolean on = number != 0;
        if (level == SOL_IPV6 && option == IPV6_DONTFRAG) {
            socket.endpoint().keepsWhole6 = on;
            return 0;
        }
        if (option == (level == SOL_IPV6 ? IPV6_MULTICAST_ALL : IP_MULTICAST_ALL)) {
            if (lengthBytes == 0 || number != 0 && number != 1) {
                return -EINVAL;
            }
            socket.endpoint().hearsAllGroups = on;
            return 0;
        }
        if (level == SOL_IP && option == IP_LOCAL_PORT_RANGE) {
            return setPorts(socket.binding(), number, lengthBytes);
        }
        boolean bad = number < 0 || number > TIME_TO_LIVE_MAX || lengthBytes == 0;
        if (bad || level == SOL_IPV6 && option == IPV6_PATHMTU) {
            return -EINVAL;
        }
        Admission admission = FilterOptions.admission(((TcpSocket) socket).connection());
        if (level == SOL_IP) {
            admission.leastTimeToLive = number;
        } else {
            admission.leastHopLimit = number;
        }
        return 0;
    }

    private static int setPorts(Binding binding, int number, int lengthBytes) {
        int first = number & 0xffff;
        int last = number >>> 16;
        if (lengthBytes != Integer.BYTES || first != 0 && last != 0 && first > last) {
            return -EINVAL;
        }
        binding.portFirst = first;
        binding.portLast = last;
        return 0;
    }
}

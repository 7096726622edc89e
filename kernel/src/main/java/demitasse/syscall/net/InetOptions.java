package demitasse.syscall.net;

import static demitasse.base.error.Errno.EADDRNOTAVAIL;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOPROTOOPT;
import static demitasse.base.error.Errno.ENOTCONN;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.memory.Memory;
import demitasse.net.ip.Hop;
import demitasse.net.ip.SocketAddress;
import demitasse.net.raw.RawEndpoint;
import demitasse.net.tcp.TcpConnection;
import demitasse.net.udp.UdpEndpoint;
import demitasse.net.wire.Ip;
import demitasse.posix.netlink.NetlinkSocket;
import demitasse.posix.packet.PacketSocket;
import demitasse.posix.socket.InetSocket;
import demitasse.posix.socket.NetSocket;
import demitasse.posix.socket.RawSocket;
import demitasse.posix.socket.TcpSocket;
import demitasse.posix.socket.UdpSocket;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;

/** The options of Internet sockets, by level: ip(7), ipv6(7), raw(7), icmp(7). Values stand in kernel memory here. */
final class InetOptions {
    /** The largest is struct tcp_info. */
    static final int VALUE_BYTES = 256;
    private static final int SOL_IP = 0;
    private static final int SOL_SOCKET = 1;
    private static final int SOL_TCP = 6;
    private static final int SOL_UDP = 17;
    private static final int SOL_IPV6 = 41;
    private static final int SOL_ICMPV6 = 58;
    private static final int SOL_RAW = 255;
    private static final int SOL_PACKET = 263;
    private static final int SOL_NETLINK = 270;
    private static final int ICMP_FILTER = 1;
    private static final int IP_TOS = 1;
    private static final int IP_TTL = 2;
    private static final int IP_HDRINCL = 3;
    private static final int IP_OPTIONS = 4;
    /** No options of IPv4 are handed up, so that wanting them changes nothing. */
    private static final int IP_RECVOPTS = 6;
    private static final int IP_RETOPTS = 7;
    private static final int IP_PKTINFO = 8;
    private static final int IP_MTU_DISCOVER = 10;
    private static final int IP_RECVERR = 11;
    private static final int IP_RECVTTL = 12;
    private static final int IP_RECVTOS = 13;
    private static final int IP_MTU = 14;
    /** IP_MAX_MTU of Linux: no packet of IPv4 can be longer, whatever lo would take. */
    private static final int IP_MTU_MAX = 0xffff;
    private static final int IP_FREEBIND = 15;
    private static final int IP_TRANSPARENT = 19;
    private static final int IP_RECVORIGDSTADDR = 20;
    private static final int IP_BIND_ADDRESS_NO_PORT = 24;
    private static final int IP_MULTICAST_IF = 32;
    private static final int IP_MULTICAST_TTL = 33;
    private static final int IP_MULTICAST_LOOP = 34;
    /** An index in network order, of IPV6_UNICAST_IF too. */
    private static final int IP_UNICAST_IF = 50;
    private static final int IP_PROTOCOL = 52;
    private static final int IPV6_CHECKSUM = 7;
    private static final int IPV6_UNICAST_HOPS = 16;
    private static final int IPV6_MULTICAST_IF = 17;
    private static final int IPV6_MULTICAST_HOPS = 18;
    private static final int IPV6_MULTICAST_LOOP = 19;
    private static final int IPV6_MTU_DISCOVER = 23;
    private static final int IPV6_MTU = 24;
    private static final int IPV6_RECVERR = 25;
    private static final int IPV6_V6ONLY = 26;
    private static final int IPV6_RECVPKTINFO = 49;
    private static final int IPV6_RECVHOPLIMIT = 51;
    private static final int IPV6_RECVTCLASS = 66;
    private static final int IPV6_TCLASS = 67;
    private static final int IPV6_RECVORIGDSTADDR = 74;
    private static final int IPV6_TRANSPARENT = 75;
    private static final int IPV6_UNICAST_IF = 76;
    private static final int IPV6_FREEBIND = 78;
    /** Added to options of IPv6 that IPv4 has under another meaning. */
    private static final int WANTS6 = 1000;

    private InetOptions() {
    }

    /**
     * Writes a value; returns its length or -errno.
     *
     * @param given the number that the program has put where the answer goes
     */
    static int get(NetSocket socket, int level, int option, int given, long target) {
        Memory.fill(target, VALUE_BYTES, (byte) 0);
        if (level == SOL_SOCKET) {
            return SocketOptions.get(socket, option, target);
        }
        if (socket instanceof NetlinkSocket netlink) {
            return level == SOL_NETLINK ? LinkOptions.get(netlink, option, target) : -ENOPROTOOPT;
        }
        if (socket instanceof PacketSocket packets) {
            return level == SOL_PACKET ? LinkOptions.get(packets, option, given, target) : -ENOPROTOOPT;
        }
        InetSocket inet = (InetSocket) socket;
        int unknown = inet.isIpv6() ? -ENOPROTOOPT : -EOPNOTSUPP;
        if (lacks(inet, level)) {
            return unknown;
        }
        if (InetLimits.knows(inet, level, option)) {
            return InetLimits.get(inet, level, option, target);
        }
        return switch (level) {
            case SOL_IP -> KeptOptions.knows(level, option) ? KeptOptions.get(inet, level, option, target)
                    : getIp(inet, commonOf(option), target);
            case SOL_IPV6 -> option == IPV6_V6ONLY ? SocketOptions.integer(target, inet.onlyIpv6)
                    : KeptOptions.knows(level, option) ? KeptOptions.get(inet, level, option, target)
                    : getIp(inet, commonOf6(option), target);
            case SOL_TCP -> inet instanceof TcpSocket stream ? TcpOptions.get(stream, option, target) : unknown;
            case SOL_RAW, SOL_ICMPV6 -> inet instanceof RawSocket ? getFilter(inet, level, option, target) : unknown;
            case SOL_UDP -> inet instanceof UdpSocket udp ? UdpOptions.get(udp, option, target) : unknown;
            default -> unknown;
        };
    }

    /** A raw socket of IPv6 never has to do with IPv4, others may by mapped addresses; none of IPv4 has with IPv6. */
    private static boolean lacks(InetSocket inet, int level) {
        return level == SOL_IPV6 && !inet.isIpv6() || level == SOL_IP && inet.isIpv6() && inet instanceof RawSocket;
    }

    /** The options that both families have, by the number that IPv4 gives them; -1 for others. */
    private static int commonOf6(int option) {
        return switch (option) {
            case IPV6_MULTICAST_HOPS -> IP_MULTICAST_TTL;
            case IPV6_MULTICAST_LOOP -> IP_MULTICAST_LOOP;
            case IPV6_MULTICAST_IF -> IP_MULTICAST_IF;
            case IPV6_MTU_DISCOVER -> IP_MTU_DISCOVER;
            case IPV6_MTU -> IP_MTU;
            case IPV6_RECVERR -> IP_RECVERR;
            case IPV6_TRANSPARENT -> IP_TRANSPARENT;
            case IPV6_FREEBIND -> IP_FREEBIND;
            case IPV6_RECVPKTINFO, IPV6_RECVHOPLIMIT, IPV6_RECVTCLASS, IPV6_RECVORIGDSTADDR, IPV6_CHECKSUM,
                    IPV6_UNICAST_HOPS, IPV6_TCLASS -> option + WANTS6;
            case IPV6_UNICAST_IF -> IP_UNICAST_IF;
            default -> -1;
        };
    }

    private static int commonOf(int option) {
        return option >= WANTS6 ? -1 : option;
    }

    /** The bit of {@link NetSocket#wanted} that an option stands for; 0 for none. */
    private static int wantedBit(int option) {
        return switch (option) {
            case IP_RECVOPTS -> NetSocket.WANTS_OPTIONS;
            case IP_RETOPTS -> NetSocket.WANTS_OPTIONS_BACK;
            case IP_PKTINFO -> NetSocket.WANTS_INFO;
            case IP_RECVTTL -> NetSocket.WANTS_TTL;
            case IP_RECVTOS -> NetSocket.WANTS_SERVICE;
            case IP_RECVORIGDSTADDR -> NetSocket.WANTS_ORIGINAL;
            case WANTS6 + IPV6_RECVORIGDSTADDR -> NetSocket.WANTS_ORIGINAL6;
            case WANTS6 + IPV6_RECVPKTINFO -> NetSocket.WANTS_INFO6;
            case WANTS6 + IPV6_RECVHOPLIMIT -> NetSocket.WANTS_TTL6;
            case WANTS6 + IPV6_RECVTCLASS -> NetSocket.WANTS_SERVICE6;
            default -> 0;
        };
    }

    private static int getIp(InetSocket socket, int common, long target) {
        TcpConnection tcp = socket instanceof TcpSocket stream ? stream.connection() : null;
        UdpEndpoint endpoint = socket.endpoint();
        int bit = wantedBit(common);
        if (bit != 0) {
            return SocketOptions.integer(target, (socket.wanted & bit) != 0);
        }
        return switch (common) {
            case IP_TOS, WANTS6 + IPV6_TCLASS ->
                    SocketOptions.integer(target, tcp != null ? tcp.service : endpoint.service);
            case IP_TTL, WANTS6 + IPV6_UNICAST_HOPS ->
                    SocketOptions.integer(target, tcp != null ? tcp.timeToLive : endpoint.timeToLive);
            case IP_HDRINCL -> SocketOptions.integer(target, endpoint instanceof RawEndpoint raw && raw.hasHeader);
            case IP_OPTIONS -> 0;
            case IP_MTU_DISCOVER -> SocketOptions.integer(target, tcp != null ? tcp.pathMtu : endpoint.pathMtu);
            case IP_RECVERR -> SocketOptions.integer(target, tcp != null ? tcp.wantsErrors : endpoint.wantsErrors);
            case IP_MTU -> mtu(socket, target);
            case IP_FREEBIND -> SocketOptions.integer(target, socket.bindsFreely);
            case IP_TRANSPARENT -> SocketOptions.integer(target, socket.isTransparent);
            case IP_BIND_ADDRESS_NO_PORT -> SocketOptions.integer(target, socket.bindsWithoutPort);
            case IP_MULTICAST_TTL -> SocketOptions.integer(target, tcp != null ? 1 : endpoint.multicastTimeToLive);
            case IP_MULTICAST_LOOP -> SocketOptions.integer(target,
                    socket instanceof TcpSocket stream ? !stream.quietMulticast : endpoint.multicastLoops);
            case IP_UNICAST_IF -> SocketOptions.integer(target, Integer.reverseBytes(
                    socket instanceof TcpSocket stream ? stream.unicastInterface : endpoint.unicastInterface));
            // What Linux keeps as the number of the socket, which is its port where there are such.
            case IP_PROTOCOL -> SocketOptions.integer(target, socket.binding().port);
            case IP_MULTICAST_IF -> SocketOptions.integer(target, tcp != null ? 0 : socket.isIpv6()
                    ? endpoint.multicastInterface : GroupOptions.addressOf(socket, endpoint.multicastInterface));
            case WANTS6 + IPV6_CHECKSUM -> endpoint instanceof RawEndpoint raw
                    ? SocketOptions.integer(target, raw.checksumOffset) : -ENOPROTOOPT;
            default -> -ENOPROTOOPT;
        };
    }

    private static int mtu(InetSocket socket, long target) {
        SocketAddress peer = new SocketAddress();
        Hop hop = new Hop();
        return socket.target(peer) && socket.net().find(hop, peer.high, peer.low, peer.scope) == 0
                ? SocketOptions.integer(target, socket.isIpv6() ? hop.mtuBytes : Math.min(hop.mtuBytes, IP_MTU_MAX))
                : -ENOTCONN;
    }

    private static int getFilter(InetSocket socket, int level, int option, long target) {
        RawEndpoint raw = filtered(socket, level, option);
        if (raw == null) {
            return -ENOPROTOOPT;
        }
        int words = raw.ipv6 ? raw.filter.length : 1;
        for (int i = 0; i < words; i++) {
            Memory.putInt(target + 4L * i, raw.filter[i]);
        }
        return words * Integer.BYTES;
    }

    /** ICMP_FILTER and ICMP6_FILTER: null where there is no such thing. */
    private static RawEndpoint filtered(InetSocket socket, int level, int option) {
        RawEndpoint raw = socket instanceof RawSocket one ? one.endpoint() : null;
        boolean fits = raw != null && !raw.isPing && option == ICMP_FILTER
                && raw.protocol == (level == SOL_RAW ? Ip.ICMP : Ip.ICMPV6);
        return fits ? raw : null;
    }

    /** Takes a value of so many bytes; 0 or -errno. */
    static int set(Call call, NetSocket socket, int level, int option, long value, int lengthBytes) {
        if (level == SOL_SOCKET) {
            return FilterOptions.knows(option) ? FilterOptions.set(call, socket, option, value, lengthBytes)
                    : SocketOptions.set(call, socket, option, value, lengthBytes);
        }
        if (level == SOL_TCP && socket instanceof TcpSocket stream && TcpOptions.isNamed(option)) {
            return TcpOptions.setNamed(stream, option, value, lengthBytes);
        }
        if (socket instanceof PacketSocket packets) {
            return level == SOL_PACKET ? LinkOptions.set(call, packets, option, value, lengthBytes) : -ENOPROTOOPT;
        }
        InetSocket inet = socket instanceof InetSocket one ? one : null;
        if (inet != null && lacks(inet, level)) {
            return -ENOPROTOOPT;
        }
        boolean filters = inet != null && (level == SOL_RAW || level == SOL_ICMPV6);
        if (filters) {
            return setFilter(filtered(inet, level, option), value, lengthBytes);
        }
        if (inet != null && inet.endpoint() != null && GroupOptions.knows(level, option)) {
            return GroupOptions.set(inet, option, value, lengthBytes);
        }
        if (inet != null && level == SOL_IP && option == IP_OPTIONS && lengthBytes == 0) {
            return 0;
        }
        if (lengthBytes < Integer.BYTES && level != SOL_IP) {
            return -EINVAL;
        }
        int number = lengthBytes >= Integer.BYTES ? Memory.getInt(value)
                : lengthBytes == 0 ? 0 : Memory.getUnsignedByte(value);
        if (inet == null) {
            return level == SOL_NETLINK ? LinkOptions.set((NetlinkSocket) socket, option, number) : -ENOPROTOOPT;
        }
        boolean administrates = call.credentials().may(Credentials.CAP_NET_ADMIN, call.networkOwner())
                || call.credentials().may(Credentials.CAP_NET_RAW, call.networkOwner());
        if (InetLimits.knows(inet, level, option)) {
            return InetLimits.set(inet, level, option, number, lengthBytes);
        }
        return switch (level) {
            case SOL_IP -> KeptOptions.knows(level, option) ? KeptOptions.set(inet, level, option, number)
                    : setIp(inet, commonOf(option), number, administrates);
            case SOL_IPV6 -> option == IPV6_V6ONLY ? setOnlyIpv6(inet, number)
                    : KeptOptions.knows(level, option) ? KeptOptions.set(inet, level, option, number)
                    : setIp(inet, commonOf6(option), number, administrates);
            case SOL_TCP -> inet instanceof TcpSocket stream ? TcpOptions.set(stream, option, number) : -ENOPROTOOPT;
            case SOL_UDP -> inet instanceof UdpSocket udp ? UdpOptions.set(udp, option, number) : -ENOPROTOOPT;
            default -> -ENOPROTOOPT;
        };
    }

    private static int setFilter(RawEndpoint raw, long value, int lengthBytes) {
        if (raw == null) {
            return -ENOPROTOOPT;
        }
        for (int i = 0; i < raw.filter.length && 4 * i + 4 <= lengthBytes; i++) {
            raw.filter[i] = Memory.getInt(value + 4L * i);
        }
        return 0;
    }

    private static int setOnlyIpv6(InetSocket socket, int number) {
        if (socket.binding().isBound()) {
            return -EINVAL;
        }
        socket.onlyIpv6 = number != 0;
        return 0;
    }

    private static int setIp(InetSocket socket, int option, int number, boolean administrates) {
        boolean on = number != 0;
        int bit = wantedBit(option);
        if (bit != 0) {
            SocketOptions.want(socket, bit, on);
            return 0;
        }
        switch (option) {
            case IP_MULTICAST_LOOP -> {
                if (socket instanceof TcpSocket stream) {
                    stream.quietMulticast = !on;
                } else {
                    socket.endpoint().multicastLoops = on;
                }
            }
            case IP_UNICAST_IF -> {
                return setUnicastInterface(socket, Integer.reverseBytes(number));
            }
            case IP_TOS, IP_TTL, IP_MULTICAST_TTL, WANTS6 + IPV6_TCLASS, WANTS6 + IPV6_UNICAST_HOPS -> {
                return setHeader(socket, option, number);
            }
            case IP_MTU_DISCOVER, IP_RECVERR -> {
                return setPath(socket, option, number);
            }
            case IP_FREEBIND -> socket.bindsFreely = on;
            case IP_TRANSPARENT -> {
                if (on && !administrates) {
                    return -EPERM;
                }
                socket.isTransparent = on;
            }
            case IP_BIND_ADDRESS_NO_PORT -> socket.bindsWithoutPort = on;
            case IP_HDRINCL, WANTS6 + IPV6_CHECKSUM -> {
                return setRaw(socket, option, number);
            }
            default -> {
                return -ENOPROTOOPT;
            }
        }
        return 0;
    }

    /** Which way to go as long as SO_BINDTODEVICE does not say; 0 for what the routes say. */
    private static int setUnicastInterface(InetSocket socket, int index) {
        if (index != 0 && socket.net().routes.byIndex(index) == null) {
            return -EADDRNOTAVAIL;
        }
        if (socket.boundInterface() != 0 && index != 0 && index != socket.boundInterface()) {
            return -EINVAL;
        }
        if (socket instanceof TcpSocket stream) {
            stream.unicastInterface = index;
        } else {
            socket.endpoint().unicastInterface = index;
        }
        return 0;
    }

    private static int setPath(InetSocket socket, int option, int number) {
        TcpConnection tcp = socket instanceof TcpSocket stream ? stream.connection() : null;
        if (option == IP_MTU_DISCOVER && (number < 0 || number > 5)) {
            return -EINVAL;
        }
        if (option == IP_MTU_DISCOVER && tcp != null) {
            tcp.pathMtu = number;
        } else if (option == IP_MTU_DISCOVER) {
            socket.endpoint().pathMtu = number;
        } else if (tcp != null) {
            tcp.wantsErrors = number != 0;
        } else {
            socket.endpoint().wantsErrors = number != 0;
        }
        return 0;
    }

    private static int setRaw(InetSocket socket, int option, int number) {
        RawEndpoint raw = socket instanceof RawSocket one && !one.endpoint().isPing ? one.endpoint() : null;
        if (raw == null || raw.ipv6 == (option == IP_HDRINCL)) {
            return -ENOPROTOOPT;
        }
        if (option == IP_HDRINCL) {
            raw.hasHeader = number != 0;
            return 0;
        }
        // ICMPv6 has its checksum always, RFC 3542 §3.1.
        if (raw.protocol == Ip.ICMPV6 || number > 0 && (number & 1) != 0) {
            return -EINVAL;
        }
        raw.checksumOffset = Math.max(-1, number);
        return 0;
    }

    /** -1 stands for the default. */
    private static int setHeader(InetSocket socket, int option, int number) {
        TcpConnection tcp = socket instanceof TcpSocket stream ? stream.connection() : null;
        UdpEndpoint endpoint = socket.endpoint();
        int min = option == IP_TTL ? 1 : 0;
        if (option != IP_TOS && number != -1 && (number < min || number > 255)) {
            return -EINVAL;
        }
        switch (option) {
            case IP_TOS, WANTS6 + IPV6_TCLASS -> {
                int service = number == -1 && option != IP_TOS ? 0 : number & 0xff;
                if (tcp != null) {
                    // The two bits of ECN are the connection's own, RFC 3168.
                    tcp.service = service & ~3 | tcp.service & 3;
                } else {
                    endpoint.service = service;
                }
            }
            case IP_TTL, WANTS6 + IPV6_UNICAST_HOPS -> {
                int limit = number == -1 ? 64 : number;
                if (tcp != null) {
                    tcp.timeToLive = limit;
                } else {
                    endpoint.timeToLive = limit;
                }
            }
            default -> {
                if (tcp != null) {
                    return -EINVAL;
                }
                endpoint.multicastTimeToLive = number == -1 ? 1 : number;
            }
        }
        return 0;
    }
}

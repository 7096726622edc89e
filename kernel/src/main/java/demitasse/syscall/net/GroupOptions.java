package demitasse.syscall.net;

import static demitasse.base.error.Errno.EADDRNOTAVAIL;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENODEV;

import demitasse.base.memory.Memory;
import demitasse.net.ip.Hop;
import demitasse.net.stack.NetInterface;
import demitasse.net.stack.NetStack;
import demitasse.net.stack.Routes;
import demitasse.net.wire.Ip;
import demitasse.posix.socket.InetSocket;
import demitasse.posix.socket.NetSocket;

/**
 * Membership in groups, ip(7) and ipv6(7).
 * <pre>
 * struct ip_mreqn   0 group, 4 address of the interface, 8 its index; struct ip_mreq ends before that
 * struct ipv6_mreq  0 group, 16 index of the interface
 * struct group_req  0 index, 8 group as a struct sockaddr
 * </pre>
 */
final class GroupOptions {
    private static final int SOL_IP = 0;
    private static final int SOL_IPV6 = 41;
    private static final int MULTICAST_IF6 = 17;
    private static final int JOIN6 = 20;
    private static final int LEAVE6 = 21;
    private static final int MULTICAST_IF = 32;
    private static final int JOIN = 35;
    private static final int LEAVE = 36;
    private static final int GROUP_JOIN = 42;
    private static final int GROUP_LEAVE = 45;

    private GroupOptions() {
    }

    static boolean knows(int level, int option) {
        boolean both = option == GROUP_JOIN || option == GROUP_LEAVE;
        return level == SOL_IP && (both || option == MULTICAST_IF || option == JOIN || option == LEAVE)
                || level == SOL_IPV6 && (both || option == MULTICAST_IF6 || option == JOIN6 || option == LEAVE6);
    }

    /** Takes a value of so many bytes; 0 or -errno. */
    static int set(InetSocket socket, int option, long value, int lengthBytes) {
        NetStack net = socket.net();
        switch (option) {
            case MULTICAST_IF, MULTICAST_IF6 -> {
                if (lengthBytes < Integer.BYTES) {
                    return -EINVAL;
                }
                int index = option == MULTICAST_IF6 ? Memory.getInt(value) : lengthBytes < 8
                        ? indexOf(net.routes, Memory.getIntBe(value), 0) : named(net.routes, value, lengthBytes);
                if (index < 0 || index > 0 && net.routes.byIndex(index) == null) {
                    return option == MULTICAST_IF6 ? -ENODEV : -EADDRNOTAVAIL;
                }
                socket.endpoint().multicastInterface = index;
                return 0;
            }
            case JOIN, LEAVE -> {
                if (lengthBytes < 8) {
                    return -EINVAL;
                }
                int index = named(net.routes, value, lengthBytes);
                return index < 0 ? -ENODEV
                        : change(socket, option == JOIN, 0, Ip.mapped(Memory.getIntBe(value)), index);
            }
            case JOIN6, LEAVE6 -> {
                return lengthBytes < 20 ? -EINVAL : change(socket, option == JOIN6, Ip.high(value), Ip.low(value),
                        Memory.getInt(value + 16));
            }
            default -> {
                boolean ipv6 = lengthBytes >= 36 && Memory.getUnsignedShort(value + 8) == NetSocket.AF_INET6;
                boolean ipv4 = lengthBytes >= 24 && Memory.getUnsignedShort(value + 8) == NetSocket.AF_INET;
                return !ipv4 && !ipv6 ? -EINVAL : change(socket, option == GROUP_JOIN, ipv6 ? Ip.high(value + 16) : 0,
                        ipv6 ? Ip.low(value + 16) : Ip.mapped(Memory.getIntBe(value + 12)), Memory.getInt(value));
            }
        }
    }

    private static int change(InetSocket socket, boolean joins, long high, long low, int index) {
        if (!Ip.isMulticast(high, low)) {
            return -EINVAL;
        }
        NetStack net = socket.net();
        if (joins) {
            return net.udp.join(socket.endpoint(), high, low, index);
        }
        int left = net.udp.leave(socket.endpoint(), high, low, index);
        // Where no interface is named, it is the one that the route names.
        return left < 0 && index == 0 && net.find(new Hop(), high, low, 0) < 0 ? -ENODEV : left;
    }

    private static int named(Routes routes, long value, int lengthBytes) {
        return indexOf(routes, Memory.getIntBe(value + 4), lengthBytes >= 12 ? Memory.getInt(value + 8) : 0);
    }

    /** The interface that an index or an address names, 0 for neither; -1 for an address that is not ours. */
    private static int indexOf(Routes routes, int address, int index) {
        for (int i = 0; index == 0 && address != 0 && i < routes.interfaceCount(); i++) {
            if (routes.at(i).has(0, Ip.mapped(address))) {
                return routes.at(i).index;
            }
        }
        return index != 0 || address == 0 ? index : -1;
    }

    /** The address that IP_MULTICAST_IF tells, in network order. */
    static int addressOf(InetSocket socket, int index) {
        NetInterface on = socket.net().routes.byIndex(index);
        int first = on == null ? -1 : on.firstIpv4();
        return first < 0 ? 0 : Integer.reverseBytes((int) on.low(first));
    }
}

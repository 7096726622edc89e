package demitasse.syscall.net;

import static demitasse.base.error.Errno.EAFNOSUPPORT;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.memory.Memory;
import demitasse.net.ip.SocketAddress;
import demitasse.net.wire.Ip;
import demitasse.posix.socket.NetSocket;
import demitasse.posix.task.Call;

/**
 * Addresses on their way in and out.
 * <pre>
 * struct sockaddr_in   ip(7)       0 family, 2 port, 4 address; 16 bytes
 * struct sockaddr_in6  ipv6(7)     0 family, 2 port, 4 flow, 8 address, 24 scope; 28 bytes
 * struct sockaddr_nl   netlink(7)  0 family, 4 port number, 8 groups; 12 bytes
 * struct sockaddr_ll   packet(7)   0 family, 2 protocol, 4 interface, 8 hardware, 10 kind, 11 length, 12 address; 20
 * </pre>
 * In a {@link SocketAddress} the port number of netlink is the scope and its groups are the low half; of a link layer
 * address the protocol is the port, the interface the scope, bytes 8 to 11 are the high half, and the rest the low one.
 */
final class NetAddresses {
    static final int AF_UNSPEC = 0;
    static final int AF_INET = NetSocket.AF_INET;
    static final int AF_INET6 = NetSocket.AF_INET6;
    static final int BYTES_MAX = 128;
    /** What {@link #write} writes at most. */
    static final int WRITTEN_MAX = 28;
    private static final int IPV4_BYTES = 16;
    private static final int IPV6_BYTES = 28;
    /** RFC 2133 knew no scope: older programs give less. */
    private static final int IPV6_BYTES_MIN = 24;
    private static final int NETLINK_BYTES = 12;
    private static final int LINK_BYTES = 20;

    private NetAddresses() {
    }

    /** What bind(2) asks at least of an address of a family. */
    static int bytesMin(int family) {
        return switch (family) {
            case AF_INET -> IPV4_BYTES;
            case AF_INET6 -> IPV6_BYTES_MIN;
            case NetSocket.AF_NETLINK -> NETLINK_BYTES;
            default -> LINK_BYTES;
        };
    }

    /**
     * Copies an address in for a socket of a family, which one of IPv4 is too for sockets of IPv6.
     *
     * @return the family that stands there, 0 among them, with which IPv4 has an address all the same; -EINVAL,
     *         -EFAULT, -EAFNOSUPPORT
     */
    static int load(Call call, long address, int lengthBytes, int wanted, SocketAddress out) {
        if (lengthBytes < 2 || lengthBytes > BYTES_MAX) {
            return -EINVAL;
        }
        long copy = call.scratch(BYTES_MAX);
        if (call.copyIn(address, copy, lengthBytes) < 0) {
            return -EFAULT;
        }
        int family = Memory.getUnsignedShort(copy);
        boolean isIpv4ForIpv6 = family == AF_INET && wanted == AF_INET6;
        // packet(7) sends wherever an address says, whatever family stands in it.
        boolean isLink = wanted == NetSocket.AF_PACKET;
        if (family == AF_UNSPEC && !isLink) {
            if (wanted == AF_INET && lengthBytes >= IPV4_BYTES) {
                out.set(0, Ip.mapped(Memory.getIntBe(copy + 4)), Memory.getUnsignedShortBe(copy + 2));
            }
            return AF_UNSPEC;
        }
        if (lengthBytes < bytesMin(isIpv4ForIpv6 ? AF_INET : wanted)) {
            return -EINVAL;
        }
        if (family != wanted && !isIpv4ForIpv6 && !isLink) {
            return -EAFNOSUPPORT;
        }
        int port = Memory.getUnsignedShortBe(copy + 2);
        switch (isLink ? wanted : family) {
            case AF_INET -> out.set(0, Ip.mapped(Memory.getIntBe(copy + 4)), port);
            case AF_INET6 -> {
                out.set(Memory.getLongBe(copy + 8), Memory.getLongBe(copy + 16), port);
                out.scope = lengthBytes >= IPV6_BYTES ? Memory.getInt(copy + 24) : 0;
            }
            case NetSocket.AF_NETLINK -> {
                out.set(0, Memory.getInt(copy + 8) & 0xffff_ffffL, 0);
                out.scope = Memory.getInt(copy + 4);
            }
            default -> {
                out.set(Memory.getInt(copy + 8), Memory.getLongBe(copy + 12), port);
                out.scope = Memory.getInt(copy + 4);
            }
        }
        return family;
    }

    /** Writes an address as a socket of a family shows it; returns its length. */
    static int write(SocketAddress address, int family, long target) {
        Memory.fill(target, WRITTEN_MAX, (byte) 0);
        Memory.putShort(target, (short) family);
        Memory.putShortBe(target + 2, address.port);
        switch (family) {
            case AF_INET -> {
                Memory.putIntBe(target + 4, (int) address.low);
                return IPV4_BYTES;
            }
            case AF_INET6 -> {
                Ip.put(target + 8, address.high, address.low);
                Memory.putInt(target + 24, address.scope);
                return IPV6_BYTES;
            }
            case NetSocket.AF_NETLINK -> {
                Memory.putInt(target + 4, address.scope);
                Memory.putInt(target + 8, (int) address.low);
                return NETLINK_BYTES;
            }
            default -> {
                Memory.putInt(target + 4, address.scope);
                Memory.putInt(target + 8, (int) address.high);
                Memory.putLongBe(target + 12, address.low);
                return LINK_BYTES;
            }
        }
    }

    /** Tells a program an address, as much as fits, and how long it is; nothing where {@code target} is 0. */
    static int store(Call call, SocketAddress address, int family, long target, long lengthAddress) {
        return target == 0 ? 0 : tell(call, address, family, target, lengthAddress);
    }

    /** The same where not to have a place means to have no room, as for getsockname(2). */
    static int tell(Call call, SocketAddress address, int family, long target, long lengthAddress) {
        long length = call.scratch(Integer.BYTES);
        if (call.process().memory().copyIn(lengthAddress, length, Integer.BYTES) < 0) {
            return -EFAULT;
        }
        int room = Memory.getInt(length);
        if (room < 0) {
            return -EINVAL;
        }
        long copy = call.scratch(WRITTEN_MAX);
        int bytes = write(address, family, copy);
        Memory.putInt(length, bytes);
        int result = call.process().memory().copyOut(copy, target, Math.min(room, bytes));
        return result < 0 ? result : call.process().memory().copyOut(length, lengthAddress, Integer.BYTES);
    }
}

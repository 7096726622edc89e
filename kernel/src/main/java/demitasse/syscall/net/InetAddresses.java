package demitasse.syscall.net;

import static demitasse.base.error.Errno.EAFNOSUPPORT;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.memory.Memory;
import demitasse.net.ip.SocketAddress;
import demitasse.net.wire.Ip;
import demitasse.posix.task.Call;

/**
 * struct sockaddr_in, ip(7): 0 family, 2 port, 4 address, 16 bytes in all; struct sockaddr_in6, ipv6(7): 0 family, 2
 * port, 4 flow, 8 address, 24 scope, 28 bytes.
 */
final class InetAddresses {
    static final int AF_UNSPEC = 0;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int IPV4_BYTES = 16;
    static final int IPV6_BYTES = 28;
    /** RFC 2133 knew no scope: older programs give less. */
    static final int IPV6_BYTES_MIN = 24;
    private static final int BYTES_MAX = 128;

    private InetAddresses() {
    }

    /**
     * Copies an address in for a socket of a family.
     *
     * @return the family that stands there, 0 among them; -EINVAL, -EFAULT, -EAFNOSUPPORT
     */
    static int load(Call call, long address, int lengthBytes, boolean ipv6, SocketAddress out) {
        if (lengthBytes < 2 || lengthBytes > BYTES_MAX) {
            return -EINVAL;
        }
        long copy = call.scratch(BYTES_MAX);
        if (call.process().memory().copyIn(address, copy, lengthBytes) < 0) {
            return -EFAULT;
        }
        int family = Memory.getUnsignedShort(copy);
        int port = Memory.getUnsignedShortBe(copy + 2);
        if (family == AF_INET) {
            if (lengthBytes < IPV4_BYTES) {
                return -EINVAL;
            }
            out.set(0, Ip.mapped(Memory.getIntBe(copy + 4)), port);
            return ipv6 ? -EAFNOSUPPORT : family;
        }
        if (family == AF_INET6) {
            if (!ipv6) {
                return -EAFNOSUPPORT;
            }
            if (lengthBytes < IPV6_BYTES_MIN) {
                return -EINVAL;
            }
            out.set(Memory.getLongBe(copy + 8), Memory.getLongBe(copy + 16), port);
            out.scope = lengthBytes >= IPV6_BYTES ? Memory.getInt(copy + 24) : 0;
            return family;
        }
        return family == AF_UNSPEC ? AF_UNSPEC : -EAFNOSUPPORT;
    }

    /** Writes an address as a socket of a family shows it; returns its length. */
    static int write(SocketAddress address, boolean ipv6, long target) {
        Memory.fill(target, IPV6_BYTES, (byte) 0);
        Memory.putShortBe(target + 2, address.port);
        if (!ipv6) {
            Memory.putShort(target, (short) AF_INET);
            Memory.putIntBe(target + 4, (int) address.low);
            return IPV4_BYTES;
        }
        Memory.putShort(target, (short) AF_INET6);
        Memory.putLongBe(target + 8, address.high);
        Memory.putLongBe(target + 16, address.low);
        Memory.putInt(target + 24, address.scope);
        return IPV6_BYTES;
    }

    /** Tells a program an address, as much as fits, and how long it is; nothing where {@code target} is 0. */
    static int store(Call call, SocketAddress address, boolean ipv6, long target, long lengthAddress) {
        if (target == 0) {
            return 0;
        }
        long length = call.scratch(Integer.BYTES);
        if (call.process().memory().copyIn(lengthAddress, length, Integer.BYTES) < 0) {
            return -EFAULT;
        }
        int room = Memory.getInt(length);
        if (room < 0) {
            return -EINVAL;
        }
        long copy = call.scratch(IPV6_BYTES);
        int bytes = write(address, ipv6, copy);
        Memory.putInt(length, bytes);
        int result = call.process().memory().copyOut(copy, target, Math.min(room, bytes));
        return result < 0 ? result : call.process().memory().copyOut(length, lengthAddress, Integer.BYTES);
    }
}

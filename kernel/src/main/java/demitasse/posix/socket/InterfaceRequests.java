package demitasse.posix.socket;

import static demitasse.base.error.Errno.EADDRNOTAVAIL;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENODEV;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOTTY;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.memory.Buffer;
import demitasse.net.stack.NetInterface;
import demitasse.net.stack.Routes;
import demitasse.net.wire.Ip;
import demitasse.posix.file.Files;
import demitasse.posix.file.Ioctls;
import demitasse.vfs.ControlMemory;

/**
 * What ioctl(2) tells of the network's interfaces, netdevice(7), asked of a socket of any kind.
 *
 * <pre>
 * struct ifreq   name 16 | what is asked for 24
 * struct ifconf  length 4 | 4 unused | address of struct ifreq[] 8
 * </pre>
 */
final class InterfaceRequests {
    private static final int NAME_BYTES = 16;
    private static final int REQUEST_BYTES = 40;
    private static final int LIST_BYTES = 16;
    private static final int AF_INET = 2;
    private static final int ARPHRD_ETHER = 1;
    private static final int ARPHRD_LOOPBACK = 772;
    private static final int MAC_BYTES = 6;
    private static final int IFF_UP = 1;
    private static final int QUEUE_PACKETS = 1000;

    private InterfaceRequests() {
    }

    /** 0, -ENODEV, -EADDRNOTAVAIL, -EFAULT, -EPERM; -ENOTTY for any other request. */
    static long answer(Files files, int request, long argument, ControlMemory user, boolean administrates) {
        if (request == Ioctls.SIOCGIFCONF) {
            return list(files, argument, user);
        }
        if (!isKnown(request)) {
            return -ENOTTY;
        }
        Buffer word = files.word();
        if (word == null) {
            return -ENOMEM;
        }
        if (user.copyIn(argument, word.address(), REQUEST_BYTES) < 0) {
            return -EFAULT;
        }
        Routes routes = files.net().routes;
        NetInterface one =
                request == Ioctls.SIOCGIFNAME ? routes.byIndex(word.intAt(NAME_BYTES)) : byName(routes, word);
        if (one == null) {
            return -ENODEV;
        }
        int error = isChange(request) ? administrates ? change(routes, one, request, word) : -EPERM
                : fill(one, request, word);
        return error < 0 ? error : user.copyOut(word.address(), argument, REQUEST_BYTES);
    }

    private static boolean isKnown(int request) {
        return switch (request) {
            case Ioctls.SIOCGIFNAME, Ioctls.SIOCGIFFLAGS, Ioctls.SIOCGIFADDR, Ioctls.SIOCGIFBRDADDR,
                    Ioctls.SIOCGIFDSTADDR,
                    Ioctls.SIOCGIFNETMASK, Ioctls.SIOCGIFMETRIC, Ioctls.SIOCGIFMTU, Ioctls.SIOCGIFHWADDR,
                    Ioctls.SIOCGIFINDEX, Ioctls.SIOCSIFFLAGS, Ioctls.SIOCSIFMTU, Ioctls.SIOCGIFTXQLEN,
                    Ioctls.SIOCETHTOOL -> true;
            default -> false;
        };
    }

    private static boolean isChange(int request) {
        return request == Ioctls.SIOCSIFFLAGS || request == Ioctls.SIOCSIFMTU;
    }

    /** Up or down, and the MTU; the other flags say what the device is. */
    private static int change(Routes routes, NetInterface one, int request, Buffer word) {
        if (request == Ioctls.SIOCSIFMTU) {
            return routes.setMtu(one, word.intAt(NAME_BYTES)) ? 0 : -EINVAL;
        }
        routes.setUp(one, (word.shortAt(NAME_BYTES) & IFF_UP) != 0);
        return 0;
    }

    private static int fill(NetInterface one, int request, Buffer out) {
        int ipv4 = one.firstIpv4();
        switch (request) {
            case Ioctls.SIOCGIFNAME:
                putName(out, one);
                return 0;
            case Ioctls.SIOCGIFFLAGS:
                out.putShort(NAME_BYTES, one.flags());
                return 0;
            case Ioctls.SIOCGIFMETRIC:
                out.putInt(NAME_BYTES, 0);
                return 0;
            case Ioctls.SIOCGIFMTU:
                out.putInt(NAME_BYTES, one.mtuBytes());
                return 0;
            case Ioctls.SIOCGIFINDEX:
                out.putInt(NAME_BYTES, one.index);
                return 0;
            case Ioctls.SIOCGIFTXQLEN:
                out.putInt(NAME_BYTES, QUEUE_PACKETS);
                return 0;
            // Devices have nothing to tell or to be told beyond what stands here.
            case Ioctls.SIOCETHTOOL:
                return -EOPNOTSUPP;
            case Ioctls.SIOCGIFHWADDR:
                putMac(out, one);
                return 0;
            default:
                if (ipv4 < 0) {
                    return -EADDRNOTAVAIL;
                }
                int address = (int) one.low(ipv4);
                int mask = (int) (-1L << 128 - one.prefixBits(ipv4));
                boolean own = request == Ioctls.SIOCGIFADDR || request == Ioctls.SIOCGIFDSTADDR;
                putAddress(out, own ? address : request == Ioctls.SIOCGIFNETMASK ? mask
                        : one.isLoopback ? 0 : address | ~mask);
                return 0;
        }
    }

    /** SIOCGIFCONF: every IPv4 address with the name of its interface; how much room that takes without an array. */
    private static long list(Files files, long argument, ControlMemory user) {
        Buffer word = files.word();
        if (word == null) {
            return -ENOMEM;
        }
        if (user.copyIn(argument, word.address(), LIST_BYTES) < 0) {
            return -EFAULT;
        }
        int roomBytes = word.intAt(0);
        long array = word.longAt(8);
        int bytes = 0;
        Routes routes = files.net().routes;
        for (int i = 0; i < routes.interfaceCount(); i++) {
            NetInterface one = routes.at(i);
            for (int j = 0; j < one.addresses(); j++) {
                boolean shown = Ip.isMapped(one.high(j), one.low(j));
                if (shown && array == 0) {
                    bytes += REQUEST_BYTES;
                } else if (shown && bytes + REQUEST_BYTES <= roomBytes) {
                    word.clear();
                    putName(word, one);
                    putAddress(word, (int) one.low(j));
                    if (user.copyOut(word.address(), array + bytes, REQUEST_BYTES) < 0) {
                        return -EFAULT;
                    }
                    bytes += REQUEST_BYTES;
                }
            }
        }
        return Ioctls.answerInt(files, bytes, argument, user);
    }

    private static NetInterface byName(Routes routes, Buffer request) {
        for (int i = 0; i < routes.interfaceCount(); i++) {
            if (isNamed(request, routes.at(i).name)) {
                return routes.at(i);
            }
        }
        return null;
    }

    private static boolean isNamed(Buffer request, String name) {
        for (int i = 0; i < name.length(); i++) {
            if (request.byteAt(i) != name.charAt(i)) {
                return false;
            }
        }
        return request.byteAt(name.length()) == 0;
    }

    private static void putName(Buffer out, NetInterface one) {
        for (int i = 0; i < NAME_BYTES; i++) {
            out.putByte(i, i < one.name.length() ? one.name.charAt(i) : 0);
        }
    }

    /** A struct sockaddr_in without a port. */
    private static void putAddress(Buffer out, int ipv4) {
        out.putShort(NAME_BYTES, AF_INET);
        out.putShort(NAME_BYTES + 2, 0);
        out.putInt(NAME_BYTES + 4, Integer.reverseBytes(ipv4));
        out.putLong(NAME_BYTES + 8, 0);
    }

    private static void putMac(Buffer out, NetInterface one) {
        out.putShort(NAME_BYTES, one.isLoopback ? ARPHRD_LOOPBACK : ARPHRD_ETHER);
        for (int i = 0; i < MAC_BYTES; i++) {
            out.putByte(NAME_BYTES + 2 + i, (int) (one.device.address() >>> 8 * (MAC_BYTES - 1 - i)));
        }
    }
}

package demitasse.syscall.net;

import static demitasse.base.error.Errno.EAFNOSUPPORT;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.EPROTONOSUPPORT;
import static demitasse.base.error.Errno.ESOCKTNOSUPPORT;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.base.memory.Memory;
import demitasse.net.wire.Ip;
import demitasse.posix.file.FileTable;
import demitasse.posix.file.Files;
import demitasse.posix.netlink.Netlink;
import demitasse.posix.netlink.NetlinkSocket;
import demitasse.posix.packet.PacketSocket;
import demitasse.posix.socket.NetSocket;
import demitasse.posix.socket.RawSocket;
import demitasse.posix.socket.SocketMaker;
import demitasse.posix.socket.TcpSocket;
import demitasse.posix.socket.UdpSocket;
import demitasse.posix.socket.UnixSocket;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.vfs.FileHandle;
import demitasse.vfs.OpenFlags;

/** socket(2), socketpair(2). */
final class SocketCall {
    private static final int SOCK_TYPE_MASK = 15;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_MAX = 11;
    private static final int FLAGS = OpenFlags.O_NONBLOCK | OpenFlags.O_CLOEXEC;
    private static final int FAMILY_MAX = 46;
    private static final int PROTOCOLS = 263;

    private SocketCall() {
    }

    @WarmPath("per system call")
    @Syscall(value = "socket", rejects = {"AF_VSOCK", "NETLINK_GENERIC"})
    static long socket(Call call, int family, int type, int protocol) {
        int error = check(call, family, type, protocol);
        if (error < 0) {
            return error;
        }
        FileHandle made = family == Sockets.AF_UNIX ? make(call, type)
                : make(call, family, type & SOCK_TYPE_MASK, protocol, type & OpenFlags.O_NONBLOCK);
        return call.process().files().installNew(made, (type & OpenFlags.O_CLOEXEC) != 0);
    }

    private static int check(Call call, int family, int type, int protocol) {
        int kind = type & SOCK_TYPE_MASK;
        if ((type & ~SOCK_TYPE_MASK & ~FLAGS) != 0 || kind >= SOCK_MAX && family >= 0 && family < FAMILY_MAX) {
            return -EINVAL;
        }
        return switch (family) {
            case Sockets.AF_UNIX -> checkLocal(kind, protocol);
            case NetSocket.AF_INET, NetSocket.AF_INET6 ->
                    checkInet(call, family == NetSocket.AF_INET6, kind, protocol);
            case NetSocket.AF_NETLINK -> checkNetlink(kind, protocol);
            case NetSocket.AF_PACKET -> checkPacket(call, kind);
            default -> -EAFNOSUPPORT;
        };
    }

    private static int checkInet(Call call, boolean ipv6, int kind, int protocol) {
        if (protocol < 0 || protocol >= PROTOCOLS) {
            return -EINVAL;
        }
        if (kind != NetSocket.STREAM && kind != NetSocket.DATAGRAM && kind != NetSocket.RAW) {
            return -ESOCKTNOSUPPORT;
        }
        boolean known = kind == NetSocket.RAW ? protocol != 0 : protocol == 0
                || protocol == (kind == NetSocket.STREAM ? Ip.TCP : Ip.UDP)
                || kind == NetSocket.DATAGRAM && protocol == (ipv6 ? Ip.ICMPV6 : Ip.ICMP);
        return !known ? -EPROTONOSUPPORT
                : kind == NetSocket.RAW && !call.credentials().may(Credentials.CAP_NET_RAW, call.networkOwner())
                        ? -EPERM : 0;
    }

    private static int checkNetlink(int kind, int protocol) {
        return kind != NetSocket.RAW && kind != NetSocket.DATAGRAM ? -ESOCKTNOSUPPORT
                : Netlink.knows(protocol) ? 0 : -EPROTONOSUPPORT;
    }

    private static int checkPacket(Call call, int kind) {
        return !call.credentials().may(Credentials.CAP_NET_RAW, call.networkOwner()) ? -EPERM
                : kind == NetSocket.RAW || kind == NetSocket.DATAGRAM ? 0 : -ESOCKTNOSUPPORT;
    }

    private static NetSocket make(Call call, int family, int kind, int protocol, int flags) {
        Files files = call.instance().files();
        Credentials owner = call.credentials();
        int uid = owner.fsuid;
        int gid = owner.fsgid;
        boolean ipv6 = family == NetSocket.AF_INET6;
        NetSocket made = switch (family) {
            case NetSocket.AF_NETLINK -> new NetlinkSocket(files, kind, protocol, flags, call.process().ownPid(),
                    uid, gid);
            // The protocol is in network order here, packet(7).
            case NetSocket.AF_PACKET -> new PacketSocket(files, kind, Short.toUnsignedInt(Short.reverseBytes(
                    (short) protocol)), flags, uid, gid);
            default -> kind == NetSocket.STREAM ? new TcpSocket(files, ipv6, flags, uid, gid)
                    : kind == NetSocket.RAW || protocol != 0 && protocol != Ip.UDP
                    ? new RawSocket(files, ipv6, kind == NetSocket.DATAGRAM, protocol, flags, uid, gid)
                    : new UdpSocket(files, ipv6, flags, uid, gid);
        };
        made.administrates = owner.may(Credentials.CAP_NET_ADMIN, call.networkOwner());
        return made;
    }

    @Syscall(value = "socketpair", rejects = {"AF_TIPC"})
    static long socketpair(Call call, int family, int type, int protocol, long descriptors) {
        int error = check(call, family, type, protocol);
        if (error < 0 || family != Sockets.AF_UNIX) {
            return error < 0 ? error : -EOPNOTSUPP;
        }
        UnixSocket one = make(call, type);
        UnixSocket two = make(call, type);
        one.pairWith(two);
        boolean cloexec = (type & OpenFlags.O_CLOEXEC) != 0;
        FileTable files = call.process().files();
        int first = files.installNew(one, cloexec);
        int second = files.installNew(two, cloexec);
        if (first < 0 || second < 0) {
            files.close(first);
            return first < 0 ? first : second;
        }
        long pair = call.scratch(2 * Integer.BYTES);
        Memory.putInt(pair, first);
        Memory.putInt(pair + Integer.BYTES, second);
        if (call.process().memory().copyOut(pair, descriptors, 2 * Integer.BYTES) < 0) {
            files.close(first);
            files.close(second);
            return -EFAULT;
        }
        return 0;
    }

    private static int checkLocal(int kind, int protocol) {
        if (protocol != 0 && protocol != Sockets.AF_UNIX) {
            return -EPROTONOSUPPORT;
        }
        boolean known = kind == UnixSocket.STREAM || kind == UnixSocket.DATAGRAM || kind == UnixSocket.SEQUENCED
                || kind == SOCK_RAW;
        return known ? 0 : -ESOCKTNOSUPPORT;
    }

    /** A raw local socket is a datagram socket, as in Linux's unix_create(). */
    private static UnixSocket make(Call call, int type) {
        int kind = type & SOCK_TYPE_MASK;
        Credentials owner = call.credentials();
        UnixSocket socket = new UnixSocket(call.instance().files(), call.instance().files().unixSockets(),
                kind == SOCK_RAW ? UnixSocket.DATAGRAM : kind, type & OpenFlags.O_NONBLOCK, owner.fsuid, owner.fsgid);
        socket.setMaker(makerOf(call));
        socket.administrates = owner.may(Credentials.CAP_NET_ADMIN, call.networkOwner());
        return socket;
    }

    static SocketMaker makerOf(Call call) {
        return new SocketMaker(call.process().pid(), call.credentials().euid, call.credentials().egid,
                call.credentials().groups);
    }
}

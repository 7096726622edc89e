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
import demitasse.posix.socket.InetSocket;
import demitasse.posix.socket.UnixSocket;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.vfs.OpenFlags;

/** socket(2), socketpair(2). */
final class SocketCall {
    private static final int SOCK_TYPE_MASK = 15;
    private static final int SOCK_RAW = 3;
    private static final int FLAGS = OpenFlags.O_NONBLOCK | OpenFlags.O_CLOEXEC;
    private static final int FAMILY_MAX = 46;

    private SocketCall() {
    }

    @WarmPath("per system call")
    @Syscall(value = "socket", rejects = {"AF_NETLINK", "AF_PACKET", "AF_VSOCK"})
    static long socket(Call call, int family, int type, int protocol) {
        if (family == InetAddresses.AF_INET || family == InetAddresses.AF_INET6) {
            return inet(call, family == InetAddresses.AF_INET6, type, protocol);
        }
        long checked = check(family, type, protocol);
        if (checked < 0) {
            return checked;
        }
        return call.process().files().installNew(make(call, type), (type & OpenFlags.O_CLOEXEC) != 0);
    }

    private static long inet(Call call, boolean ipv6, int type, int protocol) {
        int kind = type & SOCK_TYPE_MASK;
        if ((type & ~SOCK_TYPE_MASK & ~FLAGS) != 0) {
            return -EINVAL;
        }
        if (kind != UnixSocket.STREAM && kind != UnixSocket.DATAGRAM) {
            return kind == SOCK_RAW ? -EPERM : -ESOCKTNOSUPPORT;
        }
        if (protocol != 0 && protocol != (kind == UnixSocket.STREAM ? Ip.TCP : Ip.UDP)) {
            return -EPROTONOSUPPORT;
        }
        InetSocket socket = InetCalls.make(call, ipv6, kind, type & OpenFlags.O_NONBLOCK);
        return call.process().files().installNew(socket, (type & OpenFlags.O_CLOEXEC) != 0);
    }

    @WarmPath("per system call")
    @Syscall(value = "socketpair", rejects = {"AF_TIPC"})
    static long socketpair(Call call, int family, int type, int protocol, long descriptors) {
        long checked = check(family, type, protocol);
        if (checked < 0) {
            return checked == -EAFNOSUPPORT && family >= 0 && family < FAMILY_MAX ? -EOPNOTSUPP : checked;
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

    private static long check(int family, int type, int protocol) {
        if ((type & ~SOCK_TYPE_MASK & ~FLAGS) != 0) {
            return -EINVAL;
        }
        if (family != Sockets.AF_UNIX) {
            return -EAFNOSUPPORT;
        }
        if (protocol != 0 && protocol != Sockets.AF_UNIX) {
            return -EPROTONOSUPPORT;
        }
        int kind = type & SOCK_TYPE_MASK;
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
        socket.setOwner(call.process().pid(), owner.euid, owner.egid);
        return socket;
    }
}

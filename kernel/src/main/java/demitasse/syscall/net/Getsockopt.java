package demitasse.syscall.net;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EDOM;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOPROTOOPT;
import static demitasse.base.error.Errno.ENOTSOCK;
import static demitasse.base.error.Errno.EOPNOTSUPP;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.socket.NetSocket;
import demitasse.posix.socket.UnixSocket;
import demitasse.posix.task.Call;
import demitasse.vfs.FileHandle;

/** getsockopt(2), setsockopt(2), socket(7). */
final class Getsockopt {
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;
    private static final int SO_TYPE = 3;
    private static final int SO_ERROR = 4;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_KEEPALIVE = 9;
    private static final int SO_LINGER = 13;
    private static final int SO_REUSEPORT = 15;
    private static final int SO_PASSCRED = 16;
    private static final int SO_PEERCRED = 17;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_SNDTIMEO = 21;
    private static final int SO_ACCEPTCONN = 30;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SO_PROTOCOL = 38;
    private static final int SO_DOMAIN = 39;
    private static final int SO_ZEROCOPY = 60;
    private static final int VALUE_BYTES = 16;
    private static final long NS_PER_S = 1_000_000_000L;
    private static final long NS_PER_US = 1000;

    private Getsockopt() {
    }

    @Syscall("getsockopt")
    static long getsockopt(Call call, int fd, int level, int option, long value, long lengthAddress) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        if (file instanceof NetSocket numbered) {
            return getInet(call, numbered, level, option, value, lengthAddress);
        }
        if (!(file instanceof UnixSocket socket)) {
            return -ENOTSOCK;
        }
        if (level != SOL_SOCKET) {
            return -EOPNOTSUPP;
        }
        long length = call.scratch(Integer.BYTES);
        if (call.process().memory().copyIn(lengthAddress, length, Integer.BYTES) < 0) {
            return -EFAULT;
        }
        int room = Memory.getInt(length);
        if (room < 0) {
            return -EINVAL;
        }
        long copy = call.scratch(VALUE_BYTES);
        int bytes = read(socket, option, copy);
        if (bytes < 0) {
            return bytes;
        }
        int stored = Math.min(room, bytes);
        Memory.putInt(length, stored);
        int result = call.process().memory().copyOut(copy, value, stored);
        return result < 0 ? result : call.process().memory().copyOut(length, lengthAddress, Integer.BYTES);
    }

    private static long getInet(Call call, NetSocket socket, int level, int option, long value, long lengthAddress) {
        long length = call.scratch(Integer.BYTES);
        if (call.process().memory().copyIn(lengthAddress, length, Integer.BYTES) < 0) {
            return -EFAULT;
        }
        int room = Memory.getInt(length);
        if (room < 0) {
            return -EINVAL;
        }
        long copy = call.scratch(InetOptions.VALUE_BYTES);
        Memory.putInt(copy, 0);
        call.process().memory().copyIn(value, copy, Math.min(room, Integer.BYTES));
        int bytes = InetOptions.get(socket, level, option, Memory.getInt(copy), copy);
        if (bytes < 0) {
            return bytes;
        }
        Memory.putInt(length, Math.min(room, bytes));
        int result = call.process().memory().copyOut(copy, value, Math.min(room, bytes));
        return result < 0 ? result : call.process().memory().copyOut(length, lengthAddress, Integer.BYTES);
    }

    /** Writes a value; returns its length or -errno. */
    private static int read(UnixSocket socket, int option, long target) {
        Memory.fill(target, VALUE_BYTES, (byte) 0);
        switch (option) {
            case SO_TYPE:
                return integer(target, socket.type());
            case SO_ERROR:
                return integer(target, socket.takeError());
            case SO_SNDBUF, SO_RCVBUF:
                return integer(target, UnixSocket.CAPACITY_BYTES);
            case SO_ACCEPTCONN:
                return integer(target, socket.isListening() ? 1 : 0);
            case SO_DOMAIN:
                return integer(target, Sockets.AF_UNIX);
            case SO_PASSCRED:
                return integer(target, socket.passesCredentials ? 1 : 0);
            case SO_PROTOCOL, SO_REUSEADDR, SO_KEEPALIVE, SO_REUSEPORT:
                return integer(target, 0);
            case SO_LINGER:
                return 2 * Integer.BYTES;
            case SO_RCVTIMEO:
                return time(target, socket.receiveTimeoutNs);
            case SO_SNDTIMEO:
                return time(target, socket.sendTimeoutNs);
            case SO_PEERCRED:
                return peer(target, socket);
            default:
                return -ENOPROTOOPT;
        }
    }

    private static int integer(long target, int value) {
        Memory.putInt(target, value);
        return Integer.BYTES;
    }

    private static int time(long target, long ns) {
        Memory.putLong(target, ns / NS_PER_S);
        Memory.putLong(target + Long.BYTES, ns % NS_PER_S / NS_PER_US);
        return 2 * Long.BYTES;
    }

    /** struct ucred: pid 0 and -1 for the ids when there is no peer, as Linux says. */
    private static int peer(long target, UnixSocket socket) {
        UnixSocket peer = socket.peer();
        Memory.putInt(target, peer == null ? 0 : peer.ownerPid());
        Memory.putInt(target + 4, peer == null ? -1 : peer.ownerUid());
        Memory.putInt(target + 8, peer == null ? -1 : peer.ownerGid());
        return 3 * Integer.BYTES;
    }

    @Syscall(value = "setsockopt", ignores = {"TCP_FASTOPEN", "SO_PRIORITY", "SO_BUSY_POLL", "SO_MARK", "SO_DONTROUTE"})
    static long setsockopt(Call call, int fd, int level, int option, long value, int lengthBytes) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        if (file instanceof NetSocket numbered) {
            return setInet(call, numbered, level, option, value, lengthBytes);
        }
        if (!(file instanceof UnixSocket socket)) {
            return -ENOTSOCK;
        }
        if (level != SOL_SOCKET) {
            return -EOPNOTSUPP;
        }
        if (lengthBytes < Integer.BYTES) {
            return -EINVAL;
        }
        long copy = call.scratch(VALUE_BYTES);
        int bytes = Math.min(lengthBytes, VALUE_BYTES);
        if (call.process().memory().copyIn(value, copy, bytes) < 0) {
            return -EFAULT;
        }
        switch (option) {
            case SO_PASSCRED:
                socket.passesCredentials = Memory.getInt(copy) != 0;
                return 0;
            case SO_RCVTIMEO, SO_SNDTIMEO:
                return setTimeout(socket, option, copy, bytes);
            case SO_SNDBUF, SO_RCVBUF, SO_SNDBUFFORCE, SO_RCVBUFFORCE, SO_REUSEADDR, SO_REUSEPORT, SO_KEEPALIVE,
                    SO_LINGER:
                return 0;
            case SO_ZEROCOPY:
                return -EOPNOTSUPP;
            default:
                return -ENOPROTOOPT;
        }
    }

    private static long setInet(Call call, NetSocket socket, int level, int option, long value, int lengthBytes) {
        if (lengthBytes < 0) {
            return -EINVAL;
        }
        int bytes = Math.min(lengthBytes, InetOptions.VALUE_BYTES);
        long copy = call.scratch(InetOptions.VALUE_BYTES);
        if (call.process().memory().copyIn(value, copy, bytes) < 0) {
            return -EFAULT;
        }
        return InetOptions.set(call, socket, level, option, copy, bytes);
    }

    private static long setTimeout(UnixSocket socket, int option, long timeval, int lengthBytes) {
        if (lengthBytes < 2 * Long.BYTES) {
            return -EINVAL;
        }
        long seconds = Memory.getLong(timeval);
        long microseconds = Memory.getLong(timeval + Long.BYTES);
        if (microseconds < 0 || microseconds >= NS_PER_S / NS_PER_US) {
            return -EDOM;
        }
        long ns = seconds < 0 || seconds >= Long.MAX_VALUE / NS_PER_S ? 0
                : seconds * NS_PER_S + microseconds * NS_PER_US;
        if (option == SO_RCVTIMEO) {
            socket.receiveTimeoutNs = ns;
        } else {
            socket.sendTimeoutNs = ns;
        }
        return 0;
    }
}

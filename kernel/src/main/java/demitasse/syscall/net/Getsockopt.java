package demitasse.syscall.net;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOTSOCK;
import static demitasse.base.error.Errno.EOPNOTSUPP;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.socket.NetSocket;
import demitasse.posix.socket.TcpSocket;
import demitasse.posix.socket.UnixSocket;
import demitasse.posix.task.Call;
import demitasse.vfs.FileHandle;

/** getsockopt(2), setsockopt(2), socket(7). */
final class Getsockopt {
    private static final int SOL_IP = 0;
    private static final int SOL_SOCKET = 1;
    private static final int SOL_TCP = 6;

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
        if (LocalOptions.tellsPeer(option)) {
            return LocalOptions.getPeer(call, socket, option, value, room, lengthAddress);
        }
        long copy = call.scratch(LocalOptions.VALUE_BYTES);
        int bytes = LocalOptions.get(call, socket, option, copy);
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
        if (level == SOL_SOCKET && option == SocketOptions.SO_BINDTODEVICE && bytes > 0
                && room < SocketOptions.NAME_BYTES) {
            return -EINVAL;
        }
        if (level == SOL_TCP && option == TcpOptions.TCP_SAVED_SYN && socket instanceof TcpSocket stream) {
            if (room < bytes) {
                Memory.putInt(length, bytes);
                return call.process().memory().copyOut(length, lengthAddress, Integer.BYTES) < 0 ? -EFAULT : -EINVAL;
            }
            // It is told once.
            stream.connection().savedSyn = null;
        }
        int stored = Math.min(room, bytes);
        if (level == SOL_IP && bytes == Integer.BYTES && room > 0 && room < bytes && Memory.getInt(copy) >>> 8 == 0) {
            // ip(7) does not say so: a small number fits into one byte.
            stored = 1;
        }
        Memory.putInt(length, stored);
        int result = call.process().memory().copyOut(copy, value, stored);
        return result < 0 ? result : call.process().memory().copyOut(length, lengthAddress, Integer.BYTES);
    }

    @Syscall(value = "setsockopt", ignores = {"TCP_FASTOPEN", "TCP_FASTOPEN_CONNECT", "SO_DEBUG", "SO_PRIORITY",
            "SO_MARK", "SO_DONTROUTE", "SO_NO_CHECK", "SO_BSDCOMPAT", "SO_SELECT_ERR_QUEUE", "SO_BUSY_POLL",
            "SO_PREFER_BUSY_POLL", "SO_BUSY_POLL_BUDGET", "SO_MAX_PACING_RATE", "SO_INCOMING_CPU", "IP_RECVOPTS",
            "IP_RETOPTS", "IPV6_RECVHOPOPTS", "IPV6_RECVDSTOPTS", "IPV6_RECVRTHDR", "IPV6_2292HOPOPTS",
            "IPV6_2292DSTOPTS", "IPV6_2292RTHDR", "IPV6_AUTOFLOWLABEL",
            "SO_WIFI_STATUS", "SO_NOFCS", "PACKET_ADD_MEMBERSHIP", "PACKET_QDISC_BYPASS",
            "SO_RCVBUF of local sockets", "SO_TXTIME",
            "IPV6_FLOWINFO_SEND", "IPV6_RECVPATHMTU", "TCP_THIN_LINEAR_TIMEOUTS", "TCP_FASTOPEN_NO_COOKIE"},
            note = "IP_TRANSPARENT lets bind to any address, as IP_FREEBIND, and no more; SO_TIMESTAMPING tells when "
                    + "messages came, not when they were sent; TCP_SAVE_SYN of 2 is as of 1.")
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
        long copy = call.scratch(LocalOptions.VALUE_BYTES);
        int bytes = Math.min(lengthBytes, LocalOptions.VALUE_BYTES);
        if (call.process().memory().copyIn(value, copy, bytes) < 0) {
            return -EFAULT;
        }
        return LocalOptions.set(call, socket, option, copy, bytes);
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
}

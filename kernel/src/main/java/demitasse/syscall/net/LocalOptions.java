package demitasse.syscall.net;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENODATA;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOPROTOOPT;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ERANGE;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.posix.file.Files;
import demitasse.posix.file.PidFile;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.socket.SocketMaker;
import demitasse.posix.socket.UnixSocket;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Process;

/** The options of socket(7) and unix(7) for local sockets. Values stand in kernel memory here. */
final class LocalOptions {
    static final int VALUE_BYTES = 16;

    private static final int SO_DEBUG = 1;
    private static final int SO_PRIORITY = 12;
    private static final int SO_PEERCRED = 17;
    private static final int SO_BUSY_POLL = 46;
    private static final int SO_PEERGROUPS = 59;
    private static final int SO_PASSPIDFD = 76;
    private static final int SO_PEERPIDFD = 77;
    /**
     * Bits that Linux keeps for local sockets too, where nothing looks at them: DEBUG, REUSEADDR, DONTROUTE, BROADCAST,
     * KEEPALIVE, NO_CHECK, SELECT_ERR_QUEUE.
     */
    private static final long BITS = 1L << SO_DEBUG | 1L << 2 | 1L << 5 | 1L << 6 | 1L << 9 | 1L << 11 | 1L << 45;
    /** Numbers of that kind; behind them whether it lingers, and for how many seconds. */
    private static final int[] NUMBERS = {SO_PRIORITY, SocketOptions.SO_MARK, SO_BUSY_POLL};
    private static final int LINGERS = NUMBERS.length;
    private static final int LINGER_S = LINGERS + 1;
    private static final int BIT_WORDS = LINGER_S + 1;
    private static final int WORDS = BIT_WORDS + 2;
    /** As Linux says. */
    private static final SocketMaker NO_PEER = new SocketMaker(0, -1, -1, new int[0]);

    private LocalOptions() {
    }

    /** Writes a value; returns its length or -errno. */
    static int get(Call call, UnixSocket socket, int option, long target) {
        Memory.fill(target, VALUE_BYTES, (byte) 0);
        switch (option) {
            case SocketOptions.SO_TYPE:
                return SocketOptions.integer(target, socket.type());
            case SocketOptions.SO_ERROR:
                return SocketOptions.integer(target, socket.takeError());
            case SocketOptions.SO_SNDBUF:
                return SocketOptions.integer(target, socket.sendLimitBytes);
            case SocketOptions.SO_RCVBUF:
                return SocketOptions.integer(target, socket.receiveLimitBytes);
            case SocketOptions.SO_ACCEPTCONN:
                return SocketOptions.integer(target, socket.isListening());
            case SocketOptions.SO_DOMAIN:
                return SocketOptions.integer(target, Sockets.AF_UNIX);
            case SocketOptions.SO_PASSCRED:
                return SocketOptions.integer(target, socket.passesCredentials);
            case SO_PASSPIDFD:
                return SocketOptions.integer(target, socket.passesPidfd);
            case SocketOptions.SO_PEEK_OFF:
                return SocketOptions.integer(target, socket.peekOffset);
            case SocketOptions.SO_OOBINLINE:
                return SocketOptions.integer(target, socket.hasUrgentInline());
            case SocketOptions.SO_RCVLOWAT:
                return SocketOptions.integer(target, socket.receiveLowBytes);
            case SocketOptions.SO_TIMESTAMP:
                return SocketOptions.integer(target, socket.tellsTimeUs);
            case SocketOptions.SO_TIMESTAMPNS:
                return SocketOptions.integer(target, socket.tellsTimeNs);
            case SocketOptions.SO_PROTOCOL, SocketOptions.SO_REUSEPORT, SocketOptions.SO_ZEROCOPY:
                return SocketOptions.integer(target, 0);
            case SocketOptions.SO_LINGER:
                Memory.putInt(target + Integer.BYTES, kept(socket, LINGER_S));
                return SocketOptions.integer(target, kept(socket, LINGERS)) + Integer.BYTES;
            case SocketOptions.SO_RCVTIMEO:
                return SocketOptions.time(target, socket.receiveTimeoutNs);
            case SocketOptions.SO_SNDTIMEO:
                return SocketOptions.time(target, socket.sendTimeoutNs);
            case SO_PEERCRED:
                return peer(call, target, socket);
            default:
                return getKept(socket, option, target);
        }
    }

    private static int getKept(UnixSocket socket, int option, long target) {
        if (isBit(option)) {
            int word = kept(socket, BIT_WORDS + (option >> 5));
            return SocketOptions.integer(target, word >>> option & 1);
        }
        int slot = slot(option);
        return slot < 0 ? SocketOptions.getFixed(option, socket.inodeNumber(), socket.network, target)
                : SocketOptions.integer(target, kept(socket, slot));
    }

    private static boolean isBit(int option) {
        return option >= 0 && option < Long.SIZE && (BITS >>> option & 1) != 0;
    }

    private static int slot(int option) {
        for (int i = 0; i < NUMBERS.length; i++) {
            if (NUMBERS[i] == option) {
                return i;
            }
        }
        return -1;
    }

    private static int kept(UnixSocket socket, int index) {
        return socket.kept == null ? 0 : socket.kept[index];
    }

    static boolean tellsPeer(int option) {
        return option == SO_PEERPIDFD || option == SO_PEERGROUPS;
    }

    /** SO_PEERPIDFD: a descriptor of the process; SO_PEERGROUPS: an array as long as there are groups. */
    static long getPeer(Call call, UnixSocket socket, int option, long value, int room, long lengthAddress) {
        UserSpace memory = call.process().memory();
        SocketMaker peer = socket.peer() == null ? null : socket.peer().maker();
        if (peer == null || peer.pid() == 0) {
            return -ENODATA;
        }
        int[] told = peer.groups().clone();
        for (int i = 0; i < told.length; i++) {
            told[i] = call.credentials().shownGid(told[i]);
        }
        if (option == SO_PEERPIDFD) {
            int fd = room < Integer.BYTES ? -EINVAL : pidfd(call, peer.pid());
            if (fd < 0) {
                return fd;
            }
            told = new int[] {fd};
        }
        int bytes = told.length * Integer.BYTES;
        long copy = socket.files().copyBuffer();
        if (copy == Pages.NONE || bytes > Files.COPY_BYTES - Integer.BYTES) {
            return -ENOMEM;
        }
        for (int i = 0; i < told.length; i++) {
            Memory.putInt(copy + (long) i * Integer.BYTES, told[i]);
        }
        Memory.putInt(copy + bytes, bytes);
        boolean fits = room >= bytes;
        int error = fits ? memory.copyOut(copy, value, bytes) : 0;
        error = error < 0 ? error : memory.copyOut(copy + bytes, lengthAddress, Integer.BYTES);
        if (error < 0 && option == SO_PEERPIDFD) {
            call.process().files().close(told[0]);
        }
        return error < 0 || fits ? Math.min(error, 0) : -ERANGE;
    }

    /** A new descriptor of a process, pidfd_open(2): -ESRCH when it is gone. */
    static int pidfd(Call call, int pid) {
        Process process = call.instance().processes().byPid(pid);
        return process == null ? -ESRCH
                : call.process().files().installNew(new PidFile(call.instance().files(), process, 0), true);
    }

    /** struct ucred. */
    private static int peer(Call call, long target, UnixSocket socket) {
        SocketMaker peer = socket.peer() == null ? NO_PEER : socket.peer().maker();
        Memory.putInt(target, call.numberOf(peer.pid()));
        Memory.putInt(target + 4, call.credentials().shownUid(peer.uid()));
        Memory.putInt(target + 8, call.credentials().shownGid(peer.gid()));
        return 3 * Integer.BYTES;
    }

    /** Takes a value of so many bytes, four at least; 0 or -errno. */
    static int set(Call call, UnixSocket socket, int option, long value, int lengthBytes) {
        switch (option) {
            case SocketOptions.SO_PASSCRED:
                socket.passesCredentials = Memory.getInt(value) != 0;
                return 0;
            case SO_PASSPIDFD:
                socket.passesPidfd = Memory.getInt(value) != 0;
                return 0;
            case SocketOptions.SO_PEEK_OFF:
                socket.peekOffset = Memory.getInt(value);
                return 0;
            case SocketOptions.SO_OOBINLINE:
                socket.setUrgentInline(Memory.getInt(value) != 0);
                return 0;
            case SocketOptions.SO_RCVLOWAT:
                int low = Memory.getInt(value);
                socket.receiveLowBytes = low < 0 ? Integer.MAX_VALUE : Math.max(1, low);
                return 0;
            case SocketOptions.SO_TIMESTAMP, SocketOptions.SO_TIMESTAMPNS:
                boolean tells = Memory.getInt(value) != 0;
                socket.tellsTimeUs = tells && option == SocketOptions.SO_TIMESTAMP;
                socket.tellsTimeNs = tells && option == SocketOptions.SO_TIMESTAMPNS;
                return 0;
            case SocketOptions.SO_RCVTIMEO, SocketOptions.SO_SNDTIMEO:
                return setTimeout(socket, option, value, lengthBytes);
            case SocketOptions.SO_SNDBUF, SocketOptions.SO_RCVBUF, SocketOptions.SO_SNDBUFFORCE,
                    SocketOptions.SO_RCVBUFFORCE:
                return setBuffer(call, socket, option, Memory.getInt(value));
            case SocketOptions.SO_REUSEPORT, SocketOptions.SO_ZEROCOPY:
                return -EOPNOTSUPP;
            case SocketOptions.SO_LINGER:
                if (lengthBytes < 2 * Integer.BYTES) {
                    return -EINVAL;
                }
                keep(socket, LINGERS, Memory.getInt(value) != 0 ? 1 : 0);
                keep(socket, LINGER_S, Memory.getInt(value + Integer.BYTES));
                return 0;
            default:
                return setKept(call, socket, option, Memory.getInt(value));
        }
    }

    private static int setBuffer(Call call, UnixSocket socket, int option, int number) {
        if (!SocketOptions.maySetBuffer(call, option)) {
            return -EPERM;
        }
        if (SocketOptions.isSending(option)) {
            socket.sendLimitBytes = SocketOptions.bufferBytes(option, number);
        } else {
            socket.receiveLimitBytes = SocketOptions.bufferBytes(option, number);
        }
        return 0;
    }

    private static int setKept(Call call, UnixSocket socket, int option, int number) {
        int slot = slot(option);
        if (slot < 0 && !isBit(option)) {
            return -ENOPROTOOPT;
        }
        boolean administrates = call.credentials().may(Credentials.CAP_NET_ADMIN, call.networkOwner());
        if (!administrates && (option == SO_DEBUG && number != 0 || option == SocketOptions.SO_MARK)) {
            return option == SO_DEBUG ? -EACCES : -EPERM;
        }
        if (slot >= 0) {
            keep(socket, slot, number);
            return 0;
        }
        int index = BIT_WORDS + (option >> 5);
        int others = kept(socket, index) & ~(1 << option);
        keep(socket, index, number != 0 ? others | 1 << option : others);
        return 0;
    }

    private static void keep(UnixSocket socket, int index, int number) {
        if (socket.kept == null) {
            socket.kept = new int[WORDS];
        }
        socket.kept[index] = number;
    }

    private static int setTimeout(UnixSocket socket, int option, long timeval, int lengthBytes) {
        long ns = SocketOptions.timeout(timeval, lengthBytes);
        if (ns >= 0 && option == SocketOptions.SO_RCVTIMEO) {
            socket.receiveTimeoutNs = ns;
        } else if (ns >= 0) {
            socket.sendTimeoutNs = ns;
        }
        return (int) Math.min(0, ns);
    }
}

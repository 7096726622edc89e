package demitasse.syscall.net;

import static demitasse.base.error.Errno.EDOM;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENODEV;
import static demitasse.base.error.Errno.ENOPROTOOPT;
import static demitasse.base.error.Errno.ENOTCONN;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.memory.Memory;
import demitasse.net.ip.Binding;
import demitasse.net.ip.Mailbox;
import demitasse.net.ip.SocketAddress;
import demitasse.net.stack.NetInterface;
import demitasse.net.stack.NetStack;
import demitasse.net.tcp.TcpConnection;
import demitasse.posix.socket.InetSocket;
import demitasse.posix.socket.NetSocket;
import demitasse.posix.socket.TcpSocket;
import demitasse.posix.socket.UdpSocket;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.sched.wait.Events;

/** The options of socket(7) for sockets of the network. Values stand in kernel memory here. */
final class SocketOptions {
    private static final int SOL_SOCKET = 1;
    static final int SO_DEBUG = 1;
    private static final int SO_REUSEADDR = 2;
    static final int SO_TYPE = 3;
    static final int SO_ERROR = 4;
    private static final int SO_BROADCAST = 6;
    static final int SO_SNDBUF = 7;
    static final int SO_RCVBUF = 8;
    static final int SO_KEEPALIVE = 9;
    static final int SO_OOBINLINE = 10;
    static final int SO_PRIORITY = 12;
    static final int SO_LINGER = 13;
    private static final int SO_BSDCOMPAT = 14;
    static final int SO_REUSEPORT = 15;
    static final int SO_PASSCRED = 16;
    private static final int SO_PEERCRED = 17;
    static final int SO_RCVLOWAT = 18;
    private static final int SO_SNDLOWAT = 19;
    static final int SO_RCVTIMEO = 20;
    static final int SO_SNDTIMEO = 21;
    static final int SO_BINDTODEVICE = 25;
    private static final int SO_PEERNAME = 28;
    static final int SO_TIMESTAMP = 29;
    static final int SO_ACCEPTCONN = 30;
    static final int SO_SNDBUFFORCE = 32;
    static final int SO_RCVBUFFORCE = 33;
    static final int SO_TIMESTAMPNS = 35;
    static final int SO_MARK = 36;
    static final int SO_PROTOCOL = 38;
    static final int SO_DOMAIN = 39;
    static final int SO_TIMESTAMPING = 37;
    private static final int SO_RXQ_OVFL = 40;
    static final int SO_PEEK_OFF = 42;
    private static final int SO_BPF_EXTENSIONS = 48;
    private static final int SO_MEMINFO = 55;
    private static final int SO_INCOMING_NAPI_ID = 56;
    private static final int SO_COOKIE = 57;
    static final int SO_ZEROCOPY = 60;
    private static final int SO_TXTIME = 61;
    private static final int SO_BINDTOIFINDEX = 62;
    private static final int SO_TIMESTAMPING_NEW = 65;
    /** As the older ones on x86-64, where time has 64 bits anyway. */
    private static final int SO_RCVTIMEO_NEW = 66;
    private static final int SO_SNDTIMEO_NEW = 67;
    private static final int SO_NETNS_COOKIE = 71;
    /** SKF_AD_MAX of linux/filter.h. */
    private static final int BPF_EXTENSIONS = 64;
    private static final int PRIORITY_FREE_MAX = 6;
    /** SOF_TIMESTAMPING_MASK of Linux 6.10; and _RX_SOFTWARE with _SOFTWARE, by which stamps are told. */
    private static final int STAMPS_KNOWN = 0x1_ffff;
    private static final int STAMPS_RECEIVED = 1 << 3 | 1 << 4;
    private static final int CLOCK_MONOTONIC = 1;
    private static final int DEPARTURE_FLAGS = 3;
    static final int NAME_BYTES = 16;
    /** net.core.rmem_max and wmem_max; who may administrate goes beyond. */
    private static final int BUFFER_MAX = 212_992;
    private static final int BUFFER_FORCED_MAX = 4 << 20;
    private static final int SEND_MIN = 4608;
    private static final int RECEIVE_MIN = 2304;
    private static final long NS_PER_S = 1_000_000_000L;
    private static final long NS_PER_US = 1000;

    private SocketOptions() {
    }

    /** Writes a value; returns its length or -errno. */
    static int get(NetSocket socket, int option, long target) {
        TcpConnection tcp = socket instanceof TcpSocket stream ? stream.connection() : null;
        Mailbox box = socket.mailbox();
        return switch (option) {
            case SO_REUSEADDR -> integer(target, socket.reuseAddress);
            case SO_TYPE -> integer(target, socket.type());
            case SO_ERROR -> integer(target, socket.takeError());
            case SO_BROADCAST -> integer(target, socket.broadcasts);
            case SO_SNDBUF -> integer(target, tcp != null ? tcp.sendLimitBytes() : box.sendLimitBytes);
            case SO_RCVBUF -> integer(target, tcp != null ? tcp.receiveLimitBytes() : box.receiveLimitBytes);
            case SO_KEEPALIVE -> tcp != null ? integer(target, tcp.keepAlive)
                    : KeptOptions.get(socket, SOL_SOCKET, option, target);
            case SO_LINGER -> {
                Memory.putInt(target, socket.lingers ? 1 : 0);
                Memory.putInt(target + 4, socket.lingerS);
                yield 8;
            }
            case SO_REUSEPORT -> integer(target, socket.reusePort);
            case SO_PASSCRED -> integer(target, (socket.wanted & NetSocket.WANTS_CREDENTIALS) != 0);
            case SO_RCVLOWAT -> integer(target, tcp != null ? tcp.receiveLowBytes : 1);
            case SO_RCVTIMEO, SO_RCVTIMEO_NEW -> time(target, socket.receiveTimeoutNs);
            case SO_SNDTIMEO, SO_SNDTIMEO_NEW -> time(target, socket.sendTimeoutNs);
            case SO_BINDTODEVICE -> device(socket, target);
            case SO_PEERNAME -> {
                SocketAddress peer = new SocketAddress();
                yield socket.peer(peer) ? NetAddresses.write(peer, socket.family(), target) : -ENOTCONN;
            }
            case SO_TIMESTAMP -> integer(target, (socket.wanted & NetSocket.WANTS_TIME_US) != 0);
            case SO_TIMESTAMPNS -> integer(target, (socket.wanted & NetSocket.WANTS_TIME_NS) != 0);
            case SO_ACCEPTCONN -> integer(target, socket instanceof TcpSocket stream && stream.isListening());
            case SO_PROTOCOL -> integer(target, socket.protocol());
            case SO_DOMAIN -> integer(target, socket.family());
            case SO_RXQ_OVFL -> integer(target, (socket.wanted & NetSocket.WANTS_DROPS) != 0);
            case SO_ZEROCOPY -> integer(target, socket instanceof InetSocket inet && inet.lends);
            case SO_MEMINFO -> memory(tcp, box, target);
            case SO_BINDTOIFINDEX -> integer(target, socket.boundInterface());
            case SO_PEERCRED -> {
                // Nobody is at the other end, as LocalOptions says it.
                Memory.putLong(target, 0xffff_ffffL << Integer.SIZE);
                Memory.putInt(target + Long.BYTES, -1);
                yield Long.BYTES + Integer.BYTES;
            }
            default -> {
                int bytes = KeptOptions.get(socket, SOL_SOCKET, option, target);
                yield bytes >= 0 ? bytes : getRare(socket, option, target);
            }
        };
    }

    private static int getRare(NetSocket socket, int option, long target) {
        return switch (option) {
            case SO_PEEK_OFF -> hasPeekOffset(socket) ? integer(target, socket.peekOffset) : -EOPNOTSUPP;
            case FilterOptions.SO_LOCK_FILTER -> integer(target, socket.isFilterLocked);
            case SO_TIMESTAMPING, SO_TIMESTAMPING_NEW -> integer(target, socket.stamping) + Integer.BYTES;
            case SO_TXTIME -> {
                Memory.putInt(target + Integer.BYTES, socket.departureFlags);
                yield integer(target, socket.departureClock) + Integer.BYTES;
            }
            default -> getFixed(option, socket.inodeNumber(), socket.net(), target);
        };
    }

    /** What no program sets, of sockets of any kind: its length, or -ENOPROTOOPT for other options. */
    static int getFixed(int option, long cookie, NetStack network, long target) {
        return switch (option) {
            case SO_BSDCOMPAT, SO_INCOMING_NAPI_ID -> integer(target, 0);
            case SO_SNDLOWAT -> integer(target, 1);
            case SO_COOKIE -> {
                Memory.putLong(target, cookie);
                yield Long.BYTES;
            }
            case SO_BPF_EXTENSIONS -> integer(target, BPF_EXTENSIONS);
            case SO_NETNS_COOKIE -> {
                Memory.putLong(target, network.cookie);
                yield Long.BYTES;
            }
            default -> -ENOPROTOOPT;
        };
    }

    static int integer(long target, int value) {
        Memory.putInt(target, value);
        return Integer.BYTES;
    }

    static int integer(long target, boolean value) {
        return integer(target, value ? 1 : 0);
    }

    /** A struct timeval. */
    static int time(long target, long ns) {
        Memory.putLong(target, ns / NS_PER_S);
        Memory.putLong(target + Long.BYTES, ns % NS_PER_S / NS_PER_US);
        return 2 * Long.BYTES;
    }

    /** The fields of SK_MEMINFO: 0 and 4 what is received and the limit, 8 and 12 sent, 20 queued, 32 drops. */
    private static int memory(TcpConnection tcp, Mailbox box, long target) {
        Memory.putInt(target, tcp != null ? tcp.readable() : (int) box.heldBytes());
        Memory.putInt(target + 4, tcp != null ? tcp.receiveLimitBytes() : box.receiveLimitBytes);
        Memory.putInt(target + 12, tcp != null ? tcp.sendLimitBytes() : box.sendLimitBytes);
        Memory.putInt(target + 20, tcp != null ? tcp.queuedBytes() : 0);
        Memory.putInt(target + 32, tcp != null ? 0 : (int) box.drops());
        return 36;
    }

    private static int device(NetSocket socket, long target) {
        NetInterface bound = socket.net().routes.byIndex(socket.boundInterface());
        for (int i = 0; bound != null && i < bound.name.length(); i++) {
            Memory.putByte(target + i, (byte) bound.name.charAt(i));
        }
        return bound == null ? 0 : bound.name.length() + 1;
    }

    /** Takes a value of so many bytes; 0 or -errno. */
    static int set(Call call, NetSocket socket, int option, long value, int lengthBytes) {
        if (option == SO_BINDTODEVICE) {
            return bindToDevice(socket, value, lengthBytes);
        }
        if (lengthBytes < Integer.BYTES) {
            return -EINVAL;
        }
        int number = Memory.getInt(value);
        boolean administrates = call.credentials().may(Credentials.CAP_NET_ADMIN, call.networkOwner());
        switch (option) {
            case SO_SNDBUF, SO_SNDBUFFORCE, SO_RCVBUF, SO_RCVBUFFORCE -> {
                if (!maySetBuffer(call, option)) {
                    return -EPERM;
                }
                setBuffer(socket, isSending(option), bufferBytes(option, number));
                return 0;
            }
            case SO_LINGER -> {
                if (lengthBytes < 8) {
                    return -EINVAL;
                }
                socket.lingers = number != 0;
                socket.lingerS = number != 0 ? Memory.getInt(value + 4) : socket.lingerS;
                return 0;
            }
            case SO_RCVTIMEO, SO_SNDTIMEO, SO_RCVTIMEO_NEW, SO_SNDTIMEO_NEW -> {
                return setTimeout(socket, option, value, lengthBytes);
            }
            case SO_BSDCOMPAT -> {
                return 0;
            }
            case SO_ZEROCOPY -> {
                return setLending(socket, number);
            }
            case SO_TIMESTAMPING, SO_TIMESTAMPING_NEW -> {
                return setStamping(socket, number);
            }
            case SO_TXTIME -> {
                return setDepartureTimes(socket, value, lengthBytes, administrates);
            }
            default -> {
                return setNumber(socket, option, number, administrates);
            }
        }
    }

    private static int setLending(NetSocket socket, int number) {
        if (!(socket instanceof TcpSocket) && !(socket instanceof UdpSocket)) {
            return -EOPNOTSUPP;
        }
        if (number != 0 && number != 1) {
            return -EINVAL;
        }
        ((InetSocket) socket).lends = number == 1;
        return 0;
    }

    private static int setNumber(NetSocket socket, int option, int number, boolean administrates) {
        boolean on = number != 0;
        TcpConnection tcp = socket instanceof TcpSocket stream ? stream.connection() : null;
        Binding binding = socket instanceof InetSocket inet ? inet.binding() : new Binding();
        switch (option) {
            case SO_REUSEADDR -> {
                socket.reuseAddress = on;
                binding.reuseAddress = on;
            }
            case SO_REUSEPORT -> {
                if (on && !(socket instanceof InetSocket)) {
                    return -EOPNOTSUPP;
                }
                socket.reusePort = on;
                binding.reusePort = on;
            }
            case SO_BROADCAST -> socket.broadcasts = on;
            case SO_KEEPALIVE -> {
                if (tcp == null) {
                    return setKept(socket, option, number, administrates);
                }
                tcp.keepAlive = on;
                tcp.armKeepAlive();
            }
            case SO_RCVLOWAT -> {
                if (tcp != null) {
                    tcp.receiveLowBytes = number < 0 ? Integer.MAX_VALUE : Math.max(1, number);
                }
            }
            case SO_PASSCRED -> want(socket, NetSocket.WANTS_CREDENTIALS, on);
            case SO_TIMESTAMP -> time(socket, NetSocket.WANTS_TIME_US, on);
            case SO_TIMESTAMPNS -> time(socket, NetSocket.WANTS_TIME_NS, on);
            case SO_RXQ_OVFL -> want(socket, NetSocket.WANTS_DROPS, on);
            case SO_BINDTOIFINDEX -> {
                return bindToIndex(socket, number);
            }
            case SO_PEEK_OFF -> {
                if (!hasPeekOffset(socket)) {
                    return -EOPNOTSUPP;
                }
                socket.peekOffset = number;
            }
            default -> {
                return setKept(socket, option, number, administrates);
            }
        }
        return 0;
    }

    private static int setKept(NetSocket socket, int option, int number, boolean administrates) {
        boolean isFree = option != SO_MARK && (option != SO_PRIORITY || number >= 0 && number <= PRIORITY_FREE_MAX);
        if (!isFree && !administrates) {
            return -EPERM;
        }
        if (option == SO_OOBINLINE && socket instanceof TcpSocket stream) {
            stream.connection().urgent.inline = number != 0;
        }
        return KeptOptions.set(socket, SOL_SOCKET, option, number);
    }

    private static boolean hasPeekOffset(NetSocket socket) {
        return socket instanceof TcpSocket || socket instanceof UdpSocket;
    }

    /** SO_TIMESTAMPING: an int, or with the second one who it is for besides, which only changes what others hear. */
    private static int setStamping(NetSocket socket, int flags) {
        if ((flags & ~STAMPS_KNOWN) != 0) {
            return -EINVAL;
        }
        socket.stamping = flags;
        want(socket, NetSocket.WANTS_STAMPS, (flags & STAMPS_RECEIVED) == STAMPS_RECEIVED);
        return 0;
    }

    /** SO_TXTIME: struct sock_txtime. */
    private static int setDepartureTimes(NetSocket socket, long value, int lengthBytes, boolean administrates) {
        if (lengthBytes != 8 || (Memory.getInt(value + 4) & ~DEPARTURE_FLAGS) != 0) {
            return -EINVAL;
        }
        int clock = Memory.getInt(value);
        if (clock != CLOCK_MONOTONIC && !administrates) {
            return -EPERM;
        }
        socket.departureClock = clock;
        socket.departureFlags = Memory.getInt(value + 4);
        socket.hasDepartureTimes = true;
        return 0;
    }

    private static int bindToIndex(NetSocket socket, int index) {
        if (index < 0 || index > 0 && socket.net().routes.byIndex(index) == null) {
            return index < 0 ? -EINVAL : -ENODEV;
        }
        socket.setBoundInterface(index);
        return 0;
    }

    static void want(NetSocket socket, int bit, boolean on) {
        socket.wanted = on ? socket.wanted | bit : socket.wanted & ~bit;
    }

    private static void time(NetSocket socket, int bit, boolean on) {
        want(socket, NetSocket.WANTS_TIME_US | NetSocket.WANTS_TIME_NS, false);
        want(socket, bit, on);
    }

    /** SO_SNDBUFFORCE and SO_RCVBUFFORCE are for who may administrate. */
    static boolean maySetBuffer(Call call, int option) {
        return !isForced(option) || call.credentials().may(Credentials.CAP_NET_ADMIN, call.networkOwner());
    }

    private static boolean isForced(int option) {
        return option == SO_SNDBUFFORCE || option == SO_RCVBUFFORCE;
    }

    static boolean isSending(int option) {
        return option == SO_SNDBUF || option == SO_SNDBUFFORCE;
    }

    /** Linux doubles the value for its own book-keeping, socket(7), and programs expect to read it so. */
    static int bufferBytes(int option, int number) {
        int max = isForced(option) ? BUFFER_FORCED_MAX / 2 : BUFFER_MAX;
        int min = isSending(option) ? SEND_MIN : RECEIVE_MIN;
        // What is negative is huge to Linux, except by force.
        int bytes = number >= 0 ? Math.min(number, max) : isForced(option) ? 0 : max;
        return Math.max(min, 2 * bytes);
    }

    private static void setBuffer(NetSocket socket, boolean sends, int bytes) {
        TcpConnection tcp = socket instanceof TcpSocket stream ? stream.connection() : null;
        if (tcp == null && sends) {
            socket.mailbox().sendLimitBytes = bytes;
        } else if (tcp == null) {
            socket.mailbox().receiveLimitBytes = bytes;
        } else if (sends) {
            tcp.setSendLimit(bytes);
            socket.changed(Events.OUT);
        } else {
            tcp.setReceiveLimit(bytes);
        }
    }

    private static int setTimeout(NetSocket socket, int option, long timeval, int lengthBytes) {
        long ns = timeout(timeval, lengthBytes);
        if (ns >= 0 && (option == SO_RCVTIMEO || option == SO_RCVTIMEO_NEW)) {
            socket.receiveTimeoutNs = ns;
        } else if (ns >= 0) {
            socket.sendTimeoutNs = ns;
        }
        return (int) Math.min(0, ns);
    }

    /** What a struct timeval of so many bytes says; 0 for no limit, -EINVAL or -EDOM. */
    static long timeout(long timeval, int lengthBytes) {
        if (lengthBytes < 2 * Long.BYTES) {
            return -EINVAL;
        }
        long seconds = Memory.getLong(timeval);
        long microseconds = Memory.getLong(timeval + Long.BYTES);
        if (microseconds < 0 || microseconds >= NS_PER_S / NS_PER_US) {
            return -EDOM;
        }
        return seconds < 0 || seconds >= Long.MAX_VALUE / NS_PER_S ? 0 : seconds * NS_PER_S + microseconds * NS_PER_US;
    }

    /** An empty name unbinds. */
    private static int bindToDevice(NetSocket socket, long name, int lengthBytes) {
        int length = 0;
        while (length < lengthBytes && length < NAME_BYTES && Memory.getByte(name + length) != 0) {
            length++;
        }
        NetInterface found = length == 0 ? null : socket.net().routes.named(name, length);
        if (length > 0 && found == null) {
            return -ENODEV;
        }
        socket.setBoundInterface(found == null ? 0 : found.index);
        return 0;
    }
}

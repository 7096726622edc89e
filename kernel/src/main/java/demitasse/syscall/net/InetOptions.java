package demitasse.syscall.net;

import static demitasse.base.error.Errno.EDOM;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOPROTOOPT;
import static demitasse.base.error.Errno.EOPNOTSUPP;

import demitasse.base.memory.Memory;
import demitasse.net.tcp.TcpConnection;
import demitasse.net.tcp.TcpReport;
import demitasse.posix.socket.InetSocket;
import demitasse.posix.socket.TcpSocket;
import demitasse.posix.socket.UdpSocket;

/** The options of Internet sockets: socket(7), ip(7), ipv6(7), tcp(7). Values stand in kernel memory here. */
final class InetOptions {
    static final int VALUE_BYTES = 256;
    private static final int SOL_SOCKET = 1;
    private static final int SOL_IP = 0;
    private static final int SOL_TCP = 6;
    private static final int SOL_IPV6 = 41;
    private static final long NS_PER_S = 1_000_000_000L;
    private static final int BUFFER_MAX = 1 << 30;

    private InetOptions() {
    }

    /** Writes a value; returns its length or -errno. */
    static int get(InetSocket socket, int level, int option, long target) {
        Memory.fill(target, VALUE_BYTES, (byte) 0);
        return switch (level) {
            case SOL_SOCKET -> getSocket(socket, option, target);
            case SOL_IP -> getIp(socket, option, target);
            case SOL_IPV6 -> !socket.isIpv6() ? -ENOPROTOOPT : option == 26 ? integer(target, socket.onlyIpv6)
                    : option == 16 || option == 18 ? integer(target, 64) : option == 67 ? integer(target, 0)
                    : -ENOPROTOOPT;
            case SOL_TCP -> socket instanceof TcpSocket stream ? getTcp(stream.connection(), option, target)
                    : -EOPNOTSUPP;
            default -> -EOPNOTSUPP;
        };
    }

    private static int getSocket(InetSocket socket, int option, long target) {
        TcpConnection tcp = socket instanceof TcpSocket stream ? stream.connection() : null;
        UdpSocket udp = socket instanceof UdpSocket datagrams ? datagrams : null;
        switch (option) {
            case 2:
                return integer(target, socket.reuseAddress);
            case 3:
                return integer(target, socket.type());
            case 4:
                return integer(target, socket.takeError());
            case 6:
                return integer(target, udp != null && udp.endpoint().broadcast);
            case 7:
                return integer(target, tcp != null ? tcp.sendLimitBytes() : udp.endpoint().sendLimitBytes);
            case 8:
                return integer(target, tcp != null ? tcp.receiveLimitBytes() : udp.endpoint().receiveLimitBytes);
            case 9:
                return integer(target, tcp != null && tcp.keepAlive);
            case 13:
                Memory.putInt(target, socket.lingers ? 1 : 0);
                Memory.putInt(target + 4, socket.lingerS);
                return 8;
            case 15:
                return integer(target, socket.reusePort);
            case 18, 19:
                return integer(target, 1);
            case 20:
                return time(target, socket.receiveTimeoutNs);
            case 21:
                return time(target, socket.sendTimeoutNs);
            case 30:
                return integer(target, socket instanceof TcpSocket stream && stream.isListening());
            case 38:
                return integer(target, socket.protocol());
            case 39:
                return integer(target, socket.isIpv6() ? InetAddresses.AF_INET6 : InetAddresses.AF_INET);
            case 5, 10, 11, 12, 29, 46:
                return integer(target, 0);
            default:
                return -ENOPROTOOPT;
        }
    }

    private static int getIp(InetSocket socket, int option, long target) {
        TcpConnection tcp = socket instanceof TcpSocket stream ? stream.connection() : null;
        UdpSocket udp = socket instanceof UdpSocket datagrams ? datagrams : null;
        return switch (option) {
            case 1 -> integer(target, tcp != null ? tcp.service : udp.endpoint().service);
            case 2 -> integer(target, tcp != null ? tcp.timeToLive : udp.endpoint().timeToLive);
            case 4 -> 0;
            case 10 -> integer(target, 1);
            default -> -ENOPROTOOPT;
        };
    }

    private static int getTcp(TcpConnection tcp, int option, long target) {
        return switch (option) {
            case 1 -> integer(target, tcp.noDelay);
            case 2 -> integer(target, tcp.segmentBytes());
            case 3 -> integer(target, tcp.corked);
            case 4 -> integer(target, tcp.keepIdleS);
            case 5 -> integer(target, tcp.keepIntervalS);
            case 6 -> integer(target, tcp.keepCount);
            case 7 -> integer(target, tcp.synRetries);
            case 8 -> integer(target, tcp.finTimeoutS);
            case 9, 10, 23, 25 -> integer(target, 0);
            case 11 -> info(tcp, target);
            case 12 -> integer(target, tcp.isQuickAck());
            case 13 -> {
                byte[] name = tcp.isReno() ? new byte[] {'r', 'e', 'n', 'o'}
                        : new byte[] {'c', 'u', 'b', 'i', 'c'};
                for (int i = 0; i < name.length; i++) {
                    Memory.putByte(target + i, name[i]);
                }
                yield 16;
            }
            case 18 -> integer(target, tcp.userTimeoutMs);
            default -> -ENOPROTOOPT;
        };
    }

    /** struct tcp_info of linux/tcp.h, as far as there is something to say. */
    private static int info(TcpConnection tcp, long target) {
        TcpReport report = tcp.report();
        Memory.putByte(target, (byte) report.state);
        Memory.putByte(target + 1, (byte) report.congestionState);
        Memory.putByte(target + 4, (byte) report.backoff);
        int options = (report.hasTimestamps ? 1 : 0) | (report.hasSack ? 2 : 0) | (report.hasScale ? 4 : 0);
        Memory.putByte(target + 5, (byte) options);
        Memory.putInt(target + 8, (int) report.rtoUs);
        Memory.putInt(target + 16, report.sendSegmentBytes);
        Memory.putInt(target + 20, report.receiveSegmentBytes);
        Memory.putInt(target + 24, report.unacknowledged);
        Memory.putInt(target + 28, report.sacked);
        Memory.putInt(target + 68, (int) report.rttUs);
        Memory.putInt(target + 72, (int) report.rttVariationUs);
        Memory.putInt(target + 76, (int) report.slowStartThreshold);
        Memory.putInt(target + 80, report.congestionWindow);
        Memory.putInt(target + 84, report.sendSegmentBytes);
        return 104;
    }

    private static int integer(long target, int value) {
        Memory.putInt(target, value);
        return Integer.BYTES;
    }

    private static int integer(long target, boolean value) {
        return integer(target, value ? 1 : 0);
    }

    private static int time(long target, long ns) {
        Memory.putLong(target, ns / NS_PER_S);
        Memory.putLong(target + 8, ns % NS_PER_S / 1000);
        return 16;
    }

    /** Takes a value of so many bytes; 0 or -errno. */
    static int set(InetSocket socket, int level, int option, long value, int lengthBytes) {
        if (level == SOL_TCP && option == 13) {
            return setCongestion(socket, value, lengthBytes);
        }
        if (lengthBytes < Integer.BYTES && !(level == SOL_IP && lengthBytes >= 1)) {
            return -EINVAL;
        }
        int number = lengthBytes >= Integer.BYTES ? Memory.getInt(value) : Memory.getUnsignedByte(value);
        return switch (level) {
            case SOL_SOCKET -> setSocket(socket, option, value, number, lengthBytes);
            case SOL_IP -> setIp(socket, option, number);
            case SOL_IPV6 -> setIpv6(socket, option, number);
            case SOL_TCP -> socket instanceof TcpSocket stream ? setTcp(stream.connection(), option, number)
                    : -EOPNOTSUPP;
            default -> -ENOPROTOOPT;
        };
    }

    private static int setSocket(InetSocket socket, int option, long value, int number, int lengthBytes) {
        TcpConnection tcp = socket instanceof TcpSocket stream ? stream.connection() : null;
        UdpSocket udp = socket instanceof UdpSocket datagrams ? datagrams : null;
        switch (option) {
            case 2 -> {
                socket.reuseAddress = number != 0;
                socket.binding().reuseAddress = number != 0;
            }
            case 6 -> {
                if (udp != null) {
                    udp.endpoint().broadcast = number != 0;
                }
            }
            case 7, 32 -> setSendBuffer(tcp, udp, doubled(number));
            case 8, 33 -> setReceiveBuffer(tcp, udp, doubled(number));
            case 9 -> {
                if (tcp != null) {
                    tcp.keepAlive = number != 0;
                    tcp.armKeepAlive();
                }
            }
            case 13 -> {
                if (lengthBytes < 8) {
                    return -EINVAL;
                }
                socket.lingers = number != 0;
                socket.lingerS = Memory.getInt(value + 4);
            }
            case 15 -> {
                socket.reusePort = number != 0;
                socket.binding().reusePort = number != 0;
            }
            case 20, 21 -> {
                return setTimeout(socket, option, value, lengthBytes);
            }
            // DONTROUTE, OOBINLINE, NO_CHECK, PRIORITY, RCVLOWAT, TIMESTAMP, BUSY_POLL: without effect here.
            case 5, 10, 11, 12, 18, 29, 46 -> { }
            default -> {
                return -ENOPROTOOPT;
            }
        }
        return 0;
    }

    /** Linux doubles the value for its own book-keeping, socket(7), and programs expect to read it so. */
    private static int doubled(int bytes) {
        return Math.max(0, Math.min(bytes, BUFFER_MAX)) * 2;
    }

    private static void setSendBuffer(TcpConnection tcp, UdpSocket udp, int bytes) {
        if (tcp != null) {
            tcp.setSendLimit(bytes);
        } else {
            udp.endpoint().sendLimitBytes = Math.max(4608, Math.min(bytes, 8 << 20));
        }
    }

    private static void setReceiveBuffer(TcpConnection tcp, UdpSocket udp, int bytes) {
        if (tcp != null) {
            tcp.setReceiveLimit(bytes);
        } else {
            udp.endpoint().receiveLimitBytes = Math.max(2304, Math.min(bytes, 8 << 20));
        }
    }

    private static int setTimeout(InetSocket socket, int option, long timeval, int lengthBytes) {
        if (lengthBytes < 16) {
            return -EINVAL;
        }
        long seconds = Memory.getLong(timeval);
        long microseconds = Memory.getLong(timeval + 8);
        if (microseconds < 0 || microseconds >= 1_000_000) {
            return -EDOM;
        }
        long ns = seconds < 0 || seconds >= Long.MAX_VALUE / NS_PER_S ? 0 : seconds * NS_PER_S + microseconds * 1000;
        if (option == 20) {
            socket.receiveTimeoutNs = ns;
        } else {
            socket.sendTimeoutNs = ns;
        }
        return 0;
    }

    private static int setIp(InetSocket socket, int option, int number) {
        TcpConnection tcp = socket instanceof TcpSocket stream ? stream.connection() : null;
        UdpSocket udp = socket instanceof UdpSocket datagrams ? datagrams : null;
        switch (option) {
            case 1 -> {
                if (tcp != null) {
                    tcp.service = number & 0xff;
                } else {
                    udp.endpoint().service = number & 0xff;
                }
            }
            case 2 -> {
                if (number != -1 && (number < 1 || number > 255)) {
                    return -EINVAL;
                }
                if (tcp != null) {
                    tcp.timeToLive = number == -1 ? 64 : number;
                } else {
                    udp.endpoint().timeToLive = number == -1 ? 64 : number;
                }
            }
            // IP_MTU_DISCOVER: the do of "do" is what we do. IP_RECVERR, IP_BIND_ADDRESS_NO_PORT, IP_FREEBIND.
            case 10, 11, 15, 24 -> { }
            default -> {
                return -ENOPROTOOPT;
            }
        }
        return 0;
    }

    private static int setIpv6(InetSocket socket, int option, int number) {
        if (!socket.isIpv6()) {
            return -ENOPROTOOPT;
        }
        switch (option) {
            case 26 -> {
                if (socket.binding().isBound()) {
                    return -EINVAL;
                }
                socket.onlyIpv6 = number != 0;
            }
            // Hop limits, MTU_DISCOVER, RECVERR, TCLASS.
            case 16, 18, 23, 25, 67 -> { }
            default -> {
                return -ENOPROTOOPT;
            }
        }
        return 0;
    }

    private static int setTcp(TcpConnection tcp, int option, int number) {
        switch (option) {
            case 1 -> {
                tcp.noDelay = number != 0;
                tcp.push();
            }
            case 2 -> {
                if (number != 0 && (number < 88 || number > 32_767)) {
                    return -EINVAL;
                }
                tcp.maximumSegment = number;
            }
            case 3 -> {
                tcp.corked = number != 0;
                tcp.push();
            }
            case 4, 5, 6 -> {
                if (number < 1 || number > (option == 6 ? 127 : 32_767)) {
                    return -EINVAL;
                }
                tcp.keepIdleS = option == 4 ? number : tcp.keepIdleS;
                tcp.keepIntervalS = option == 5 ? number : tcp.keepIntervalS;
                tcp.keepCount = option == 6 ? number : tcp.keepCount;
                tcp.armKeepAlive();
            }
            case 7 -> {
                if (number < 1 || number > 127) {
                    return -EINVAL;
                }
                tcp.synRetries = number;
            }
            case 8 -> tcp.finTimeoutS = Math.max(1, Math.min(number, 120));
            case 12 -> tcp.setQuickAck(number != 0);
            case 18 -> {
                if (number < 0) {
                    return -EINVAL;
                }
                tcp.userTimeoutMs = number;
            }
            // DEFER_ACCEPT and WINDOW_CLAMP only ever save work; FASTOPEN may be refused by any peer; NOTSENT_LOWAT.
            case 9, 10, 23, 25, 30 -> { }
            default -> {
                return -ENOPROTOOPT;
            }
        }
        return 0;
    }

    private static int setCongestion(InetSocket socket, long value, int lengthBytes) {
        if (!(socket instanceof TcpSocket stream) || lengthBytes < 4) {
            return -EINVAL;
        }
        boolean reno = matches(value, lengthBytes, new byte[] {'r', 'e', 'n', 'o'});
        if (!reno && !matches(value, lengthBytes, new byte[] {'c', 'u', 'b', 'i', 'c'})) {
            return -ENOENT;
        }
        stream.connection().setReno(reno);
        return 0;
    }

    private static boolean matches(long value, int lengthBytes, byte[] name) {
        for (int i = 0; i < name.length; i++) {
            if (i >= lengthBytes || Memory.getByte(value + i) != name[i]) {
                return false;
            }
        }
        return lengthBytes == name.length || Memory.getByte(value + name.length) == 0;
    }
}

package demitasse.syscall.net;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOPROTOOPT;

import demitasse.base.memory.Memory;
import demitasse.net.tcp.TcpConnection;
import demitasse.net.tcp.TcpState;
import demitasse.posix.netlink.TcpInfo;
import demitasse.posix.socket.NetSocket;
import demitasse.posix.socket.TcpSocket;

/** The options of tcp(7). Values stand in kernel memory here. */
final class TcpOptions {
    static final int TCP_CONGESTION = 13;
    private static final int TCP_NODELAY = 1;
    private static final int TCP_MAXSEG = 2;
    private static final int TCP_CORK = 3;
    private static final int SOL_TCP = 6;
    private static final int TCP_KEEPIDLE = 4;
    private static final int TCP_KEEPINTVL = 5;
    private static final int TCP_KEEPCNT = 6;
    private static final int TCP_SYNCNT = 7;
    private static final int TCP_LINGER2 = 8;
    private static final int TCP_DEFER_ACCEPT = 9;
    private static final int TCP_WINDOW_CLAMP = 10;
    private static final int TCP_INFO = 11;
    private static final int TCP_QUICKACK = 12;
    private static final int TCP_USER_TIMEOUT = 18;
    private static final int TCP_FASTOPEN = 23;
    private static final int TCP_CC_INFO = 26;
    private static final int TCP_SAVE_SYN = 27;
    static final int TCP_SAVED_SYN = 28;
    private static final int TCP_ULP = 31;
    private static final int TCP_NOTSENT_LOWAT = 25;
    private static final int TCP_FASTOPEN_CONNECT = 30;
    static final int TCP_INQ = 36;
    /** net.core.somaxconn. */
    private static final int FAST_OPEN_MAX = 4096;
    /** SOCK_MIN_RCVBUF / 2 of Linux. */
    private static final int CLAMP_MIN = 1152;
    private static final int DEFER_MAX_S = 127;
    private static final int SEGMENT_MIN = 88;
    private static final int SEGMENT_MAX = 32_767;
    private static final String[] ALGORITHMS = {"cubic", "reno"};

    private TcpOptions() {
    }

    /** Writes a value; returns its length or -errno. */
    static int get(TcpSocket socket, int option, long target) {
        TcpConnection tcp = socket.connection();
        return switch (option) {
            case TCP_NODELAY -> SocketOptions.integer(target, tcp.noDelay);
            case TCP_MAXSEG -> SocketOptions.integer(target, tcp.isGone() && tcp.maximumSegment > 0
                    ? tcp.maximumSegment : tcp.segmentBytes());
            case TCP_CORK -> SocketOptions.integer(target, tcp.corked);
            case TCP_KEEPIDLE -> SocketOptions.integer(target, tcp.keepIdleS);
            case TCP_KEEPINTVL -> SocketOptions.integer(target, tcp.keepIntervalS);
            case TCP_KEEPCNT -> SocketOptions.integer(target, tcp.keepCount);
            case TCP_SYNCNT -> SocketOptions.integer(target, tcp.synRetries);
            case TCP_LINGER2 -> SocketOptions.integer(target, tcp.finTimeoutS);
            case TCP_DEFER_ACCEPT -> SocketOptions.integer(target, tcp.deferAcceptS);
            case TCP_WINDOW_CLAMP -> SocketOptions.integer(target, tcp.windowClampBytes);
            case TCP_INFO -> TcpInfo.write(tcp.report(), socket.isListening() ? TcpState.LISTEN : tcp.state(), target);
            case TCP_QUICKACK -> SocketOptions.integer(target, tcp.isQuickAck());
            case TCP_CONGESTION -> {
                String name = ALGORITHMS[tcp.isReno() ? 1 : 0];
                for (int i = 0; i < name.length(); i++) {
                    Memory.putByte(target + i, (byte) name.charAt(i));
                }
                yield 16;
            }
            case TCP_USER_TIMEOUT -> SocketOptions.integer(target, tcp.userTimeoutMs);
            case TCP_FASTOPEN -> SocketOptions.integer(target, tcp.fastOpenQueue);
            case TCP_NOTSENT_LOWAT -> SocketOptions.integer(target, tcp.unsentLowBytes);
            case TCP_FASTOPEN_CONNECT -> SocketOptions.integer(target, tcp.fastOpens);
            case TCP_INQ -> SocketOptions.integer(target, (socket.wanted & NetSocket.WANTS_QUEUED) != 0);
            case TCP_SAVE_SYN -> SocketOptions.integer(target, tcp.admission == null ? 0 : tcp.admission.savesSyn);
            case TCP_SAVED_SYN -> savedSyn(tcp.savedSyn, target);
            // The algorithms that there are have nothing more to tell, and no protocol stands above TCP.
            case TCP_CC_INFO, TCP_ULP -> 0;
            default -> KeptOptions.get(socket, SOL_TCP, option, target);
        };
    }

    private static int savedSyn(byte[] headers, long target) {
        int length = headers == null ? 0 : headers.length;
        for (int i = 0; i < length; i++) {
            Memory.putByte(target + i, headers[i]);
        }
        return length;
    }

    /** Takes a number; 0 or -errno. */
    static int set(TcpSocket socket, int option, int number) {
        boolean bad = switch (option) {
            case TCP_MAXSEG -> number != 0 && (number < SEGMENT_MIN || number > SEGMENT_MAX);
            case TCP_KEEPIDLE, TCP_KEEPINTVL -> number < 1 || number > 32_767;
            case TCP_KEEPCNT, TCP_SYNCNT -> number < 1 || number > 127;
            case TCP_USER_TIMEOUT, TCP_FASTOPEN -> number < 0;
            case TCP_FASTOPEN_CONNECT, TCP_INQ -> number < 0 || number > 1;
            case TCP_SAVE_SYN -> number < 0 || number > 2;
            default -> false;
        };
        return bad ? -EINVAL : setChecked(socket, option, number);
    }

    private static int setChecked(TcpSocket socket, int option, int number) {
        TcpConnection tcp = socket.connection();
        boolean on = number != 0;
        switch (option) {
            case TCP_NODELAY -> {
                tcp.noDelay = on;
                tcp.push();
            }
            case TCP_MAXSEG -> tcp.maximumSegment = number;
            case TCP_CORK -> {
                tcp.corked = on;
                tcp.push();
            }
            case TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_SYNCNT -> {
                tcp.keepIdleS = option == TCP_KEEPIDLE ? number : tcp.keepIdleS;
                tcp.keepIntervalS = option == TCP_KEEPINTVL ? number : tcp.keepIntervalS;
                tcp.keepCount = option == TCP_KEEPCNT ? number : tcp.keepCount;
                tcp.synRetries = option == TCP_SYNCNT ? number : tcp.synRetries;
                tcp.armKeepAlive();
            }
            case TCP_LINGER2 -> tcp.finTimeoutS = number < 0 ? -1 : number == 0 ? 60 : Math.min(number, 120);
            case TCP_DEFER_ACCEPT -> tcp.deferAcceptS = deferredS(number);
            case TCP_WINDOW_CLAMP -> {
                if (number == 0 && tcp.state() != TcpState.CLOSED) {
                    return -EINVAL;
                }
                tcp.windowClampBytes = number == 0 ? 0 : Math.max(CLAMP_MIN, number);
            }
            case TCP_QUICKACK -> tcp.setQuickAck((number & 1) != 0);
            case TCP_USER_TIMEOUT -> tcp.userTimeoutMs = number;
            // Cookies are never handed out: as on Linux without bit 2 of tcp_fastopen, every handshake is a full one.
            case TCP_FASTOPEN -> tcp.fastOpenQueue = Math.min(number, FAST_OPEN_MAX);
            case TCP_FASTOPEN_CONNECT -> tcp.fastOpens = on;
            case TCP_NOTSENT_LOWAT -> tcp.unsentLowBytes = Math.max(0, number);
            case TCP_INQ -> SocketOptions.want(socket, NetSocket.WANTS_QUEUED, on);
            case TCP_SAVE_SYN -> FilterOptions.admission(tcp).savesSyn = number;
            default -> {
                return KeptOptions.set(socket, SOL_TCP, option, number);
            }
        }
        return 0;
    }

    /** Linux counts how often a SYN would be sent again, 1 s, 2 s, 4 s and so on apart, until the time is over. */
    private static int deferredS(int wantedS) {
        int periodS = wantedS > 0 ? 1 : 0;
        for (int nextS = 2; periodS < wantedS && periodS < DEFER_MAX_S; nextS *= 2) {
            periodS += nextS;
        }
        return periodS;
    }

    /** Whether the value is a name. */
    static boolean isNamed(int option) {
        return option == TCP_CONGESTION || option == TCP_ULP;
    }

    static int setNamed(TcpSocket socket, int option, long name, int lengthBytes) {
        if (lengthBytes < 1) {
            return -EINVAL;
        }
        // There are no protocols between TCP and the program, as where Linux has no module of that name: TCP_ULP.
        for (int i = 0; option == TCP_CONGESTION && i < ALGORITHMS.length; i++) {
            if (matches(name, lengthBytes, ALGORITHMS[i])) {
                socket.connection().setReno(i == 1);
                return 0;
            }
        }
        return -ENOENT;
    }

    private static boolean matches(long value, int lengthBytes, String name) {
        for (int i = 0; i < name.length(); i++) {
            if (i >= lengthBytes || Memory.getByte(value + i) != name.charAt(i)) {
                return false;
            }
        }
        return lengthBytes == name.length() || Memory.getByte(value + name.length()) == 0;
    }
}

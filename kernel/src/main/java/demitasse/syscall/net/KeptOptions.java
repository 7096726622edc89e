package demitasse.syscall.net;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOPROTOOPT;

import demitasse.base.memory.Memory;
import demitasse.posix.socket.NetSocket;

/**
 * Options that are told as they were set and change nothing here: there is one way out, one queue, one CPU, nothing
 * that paces or looks at a mark, and no packet of IPv6 is handed up with extension headers that could be told of.
 * SO_OOBINLINE alone does something besides, see {@link SocketOptions}.
 */
final class KeptOptions {
    private static final int SOL_IP = 0;
    private static final int SOL_SOCKET = 1;
    private static final int SOL_TCP = 6;
    private static final int SOL_IPV6 = 41;
    /** Instead of the least value: 0 or 1, whatever else is given. */
    private static final int BIT = Integer.MIN_VALUE + 1;
    private static final int ANY = Integer.MIN_VALUE;
    private static final int MAX = Integer.MAX_VALUE;
    private static final int COLUMNS = 5;
    /** Level, option, least and greatest value, default. {@link NetSocket#kept} has an option where its row stands. */
    private static final int[] ROWS = {
        SOL_SOCKET, SocketOptions.SO_DEBUG, BIT, MAX, 0,
        SOL_SOCKET, 5, BIT, MAX, 0, // SO_DONTROUTE
        SOL_SOCKET, SocketOptions.SO_OOBINLINE, BIT, MAX, 0,
        SOL_SOCKET, 11, BIT, MAX, 0, // SO_NO_CHECK
        SOL_SOCKET, SocketOptions.SO_PRIORITY, ANY, MAX, 0,
        SOL_SOCKET, SocketOptions.SO_MARK, ANY, MAX, 0,
        SOL_SOCKET, SocketOptions.SO_KEEPALIVE, BIT, MAX, 0, // of all but streams
        SOL_SOCKET, 41, BIT, MAX, 0, // SO_WIFI_STATUS
        SOL_SOCKET, 43, BIT, MAX, 0, // SO_NOFCS
        SOL_SOCKET, 45, BIT, MAX, 0, // SO_SELECT_ERR_QUEUE
        SOL_SOCKET, 46, 0, MAX, 0, // SO_BUSY_POLL
        SOL_SOCKET, 47, ANY, MAX, -1, // SO_MAX_PACING_RATE
        SOL_SOCKET, 49, ANY, MAX, -1, // SO_INCOMING_CPU
        SOL_SOCKET, 69, BIT, MAX, 0, // SO_PREFER_BUSY_POLL
        SOL_SOCKET, 70, 0, 0xffff, 0, // SO_BUSY_POLL_BUDGET
        SOL_IP, InetLimits.IP_MINTTL, 0, 255, 0, // of all but streams, as on Linux
        SOL_TCP, 16, 0, 1, 0, // TCP_THIN_LINEAR_TIMEOUTS
        SOL_TCP, 34, 0, 1, 0, // TCP_FASTOPEN_NO_COOKIE
        SOL_IPV6, InetLimits.IPV6_MINHOPCOUNT, 0, 255, 0,
        SOL_IPV6, 33, BIT, MAX, 0, // IPV6_FLOWINFO_SEND
        SOL_IPV6, 60, BIT, MAX, 0, // IPV6_RECVPATHMTU
        SOL_IPV6, 3, BIT, MAX, 0, // IPV6_2292HOPOPTS
        SOL_IPV6, 4, BIT, MAX, 0, // IPV6_2292DSTOPTS
        SOL_IPV6, 5, BIT, MAX, 0, // IPV6_2292RTHDR
        SOL_IPV6, 53, BIT, MAX, 0, // IPV6_RECVHOPOPTS
        SOL_IPV6, 56, BIT, MAX, 0, // IPV6_RECVRTHDR
        SOL_IPV6, 58, BIT, MAX, 0, // IPV6_RECVDSTOPTS
        SOL_IPV6, 70, BIT, MAX, 1, // IPV6_AUTOFLOWLABEL: there are no flow labels
    };

    private KeptOptions() {
    }

    static boolean knows(int level, int option) {
        return row(level, option) >= 0;
    }

    /** The value; 0 for an option that is not among these. */
    static int value(NetSocket socket, int level, int option) {
        int row = row(level, option);
        return row < 0 ? 0 : socket.kept[row] ^ ROWS[COLUMNS * row + 4];
    }

    /** Writes a value; returns its length or -ENOPROTOOPT. */
    static int get(NetSocket socket, int level, int option, long target) {
        if (row(level, option) < 0) {
            return -ENOPROTOOPT;
        }
        Memory.putInt(target, value(socket, level, option));
        return Integer.BYTES;
    }

    /** Keeps a number: 0, -EINVAL or -ENOPROTOOPT. */
    static int set(NetSocket socket, int level, int option, int number) {
        int row = row(level, option);
        if (row < 0) {
            return -ENOPROTOOPT;
        }
        int least = ROWS[COLUMNS * row + 2];
        if (least != BIT && (number < least || number > ROWS[COLUMNS * row + 3])) {
            return -EINVAL;
        }
        // The difference from the default, so that a new socket needs no writing.
        int kept = least == BIT && number != 0 ? 1 : number;
        socket.kept[row] = kept ^ ROWS[COLUMNS * row + 4];
        return 0;
    }

    private static int row(int level, int option) {
        for (int i = 0; i < ROWS.length; i += COLUMNS) {
            if (ROWS[i] == level && ROWS[i + 1] == option) {
                assert i / COLUMNS < NetSocket.OPTIONS_KEPT : "every socket has room for all of them";
                return i / COLUMNS;
            }
        }
        return -1;
    }
}

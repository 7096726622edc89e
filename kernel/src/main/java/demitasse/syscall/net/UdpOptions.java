package demitasse.syscall.net;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOPROTOOPT;

import demitasse.posix.socket.UdpSocket;

/** The options of udp(7): many datagrams by one call. */
final class UdpOptions {
    private static final int UDP_CORK = 1;
    static final int UDP_SEGMENT = 103;
    static final int UDP_GRO = 104;
    static final int SEGMENT_MAX = 65_535;

    private UdpOptions() {
    }

    /** Writes a value; returns its length or -errno. */
    static int get(UdpSocket socket, int option, long target) {
        return switch (option) {
            case UDP_CORK -> SocketOptions.integer(target, socket.corks());
            case UDP_SEGMENT -> SocketOptions.integer(target, socket.segmentBytes);
            case UDP_GRO -> SocketOptions.integer(target, socket.endpoint().joins);
            default -> -ENOPROTOOPT;
        };
    }

    static int set(UdpSocket socket, int option, int number) {
        switch (option) {
            case UDP_CORK -> {
                return socket.setCork(number != 0);
            }
            case UDP_SEGMENT -> {
                if (number < 0 || number > SEGMENT_MAX) {
                    return -EINVAL;
                }
                socket.segmentBytes = number;
            }
            case UDP_GRO -> socket.endpoint().joins = number != 0;
            default -> {
                return -ENOPROTOOPT;
            }
        }
        return 0;
    }
}

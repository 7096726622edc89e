package demitasse.posix.netlink;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.EOPNOTSUPP;

import demitasse.device.net.Packet;
import demitasse.net.stack.NetStack;
import demitasse.net.wire.Ip;
import demitasse.posix.file.Files;
import demitasse.posix.socket.NetSocket;

/** sock_diag(7): all sockets of a family, by protocol and state. */
final class DiagnosisFamily {
    static final int BY_FAMILY = 20;
    /** As a Linux without CONFIG_INET_DIAG_DESTROY. */
    private static final int DESTROY = 21;
    private static final int AF_UNIX = 1;
    private static final int FAMILY_MAX = 46;

    private final Files files;

    DiagnosisFamily(Files files) {
        this.files = files;
    }

    int answer(NetlinkSocket socket, NetlinkRequest request) {
        int family = request.byteAt(0);
        if (request.type() == DESTROY) {
            return -EOPNOTSUPP;
        }
        if (request.type() != BY_FAMILY || !request.hasBody(2) || family >= FAMILY_MAX) {
            return -EINVAL;
        }
        boolean inet = family == NetSocket.AF_INET || family == NetSocket.AF_INET6;
        if (!inet && family != AF_UNIX) {
            return -ENOENT;
        }
        if (!request.hasBody(inet ? InetDiagnosis.REQUEST_BYTES : UnixDiagnosis.REQUEST_BYTES)) {
            return -EINVAL;
        }
        NetStack net = files.net();
        int protocol = request.byteAt(1);
        boolean known = protocol == Ip.TCP || protocol == Ip.UDP || protocol == InetDiagnosis.RAW;
        if (inet && !known) {
            return -ENOENT;
        }
        Dump dump = inet ? new InetDiagnosis(request, socket.port(), net)
                : new UnixDiagnosis(request, socket.port(), files.unixSockets(), net);
        if (request.isDump()) {
            return socket.start(dump);
        }
        if (inet && !((InetDiagnosis) dump).matchOnly(request)) {
            return -EOPNOTSUPP;
        }
        return one(socket, dump);
    }

    /** A request for a single socket: the first that fits. */
    private static int one(NetlinkSocket socket, Dump dump) {
        Packet packet = socket.answer();
        if (packet == null) {
            return -ENOENT;
        }
        NetlinkWriter out = NetlinkSocket.writer(packet);
        dump.stopAfterOne();
        dump.writeMore(out);
        if (out.bytes() == 0) {
            packet.release();
            return -ENOENT;
        }
        socket.deliver(packet, out.bytes(), 0);
        return 0;
    }
}

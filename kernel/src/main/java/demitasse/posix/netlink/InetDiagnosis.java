package demitasse.posix.netlink;

import demitasse.base.memory.Memory;
import demitasse.net.ip.Binding;
import demitasse.net.ip.Mailbox;
import demitasse.net.ip.Notified;
import demitasse.net.ip.Ports;
import demitasse.net.raw.RawEndpoint;
import demitasse.net.stack.NetStack;
import demitasse.net.tcp.TcpConnection;
import demitasse.net.tcp.TcpState;
import demitasse.net.udp.UdpEndpoint;
import demitasse.net.wire.Ip;
import demitasse.posix.socket.InetSocket;
import demitasse.posix.socket.NetSocket;
import demitasse.posix.socket.TcpSocket;

/**
 * inet_diag.h.
 * <pre>
 * request  0 family, 1 protocol, 2 extensions, 4 states, 8 identity
 * answer   0 family, 1 state, 2 timer, 3 retransmits, 4 identity, 52 expires, 56 received, 60 sent, 64 user, 68 inode
 * identity 0 source port (network order), 2 target port, 4 source, 20 target, 36 interface, 40 cookie
 * </pre>
 */
final class InetDiagnosis extends Dump {
    static final int REQUEST_BYTES = 56;
    /** The protocol number that stands for all raw sockets. */
    static final int RAW = 255;
    private static final int ANSWER_BYTES = 72;
    private static final int INFO = 2;
    private static final int CONGESTION = 4;
    private static final int MEMORY = 7;
    private static final int SHUTDOWN = 8;
    private static final int ONLY_IPV6 = 11;
    private static final int MEMORY_BYTES = 36;

    private final NetStack net;
    private final boolean ipv6;
    private final int protocol;
    private final int extensions;
    private final int states;
    /** When one socket is asked for: its ports, source above; 0 for all. */
    private int ports;

    InetDiagnosis(NetlinkRequest request, int port, NetStack net) {
        super(request, port);
        this.net = net;
        ipv6 = request.byteAt(0) == NetSocket.AF_INET6;
        protocol = request.byteAt(1);
        extensions = request.byteAt(2);
        states = request.isDump() ? request.intAt(4) : -1;
    }

    /** Only the socket that a request names by its ports; false when it names none. */
    boolean matchOnly(NetlinkRequest request) {
        ports = Integer.reverseBytes(request.intAt(8));
        return ports != 0;
    }

    @Override
    boolean write(NetlinkWriter out) {
        return switch (protocol) {
            case Ip.TCP -> writeListeners(out) && writeConnections(out);
            case Ip.UDP -> writeDatagrams(out);
            default -> writeRaw(out);
        };
    }

    private boolean wants(int state, int localPort, int remotePort) {
        return (states >>> state & 1) != 0 && (ports == 0 || ports == (localPort << 16 | remotePort));
    }

    private boolean writeListeners(NetlinkWriter out) {
        for (int i = 0; i < net.tcp.listenerCount(); i++) {
            Binding binding = net.tcp.listenerBinding(i);
            if (binding.takesIpv6 == ipv6 && wants(TcpState.LISTEN, binding.port, 0) && isDue()) {
                long body = begin(out, TcpState.LISTEN, net.tcp.listenerUser(i));
                ends(body, binding.high, binding.low, binding.port, 0, 0, 0, 0);
                queues(body, net.tcp.listenerPending(i), net.tcp.listenerBacklog(i));
                TcpSocket socket = net.tcp.listenerUser(i) instanceof TcpSocket one ? one : null;
                extend(out, socket == null ? null : socket.connection(), TcpState.LISTEN, socket, null);
                if (!finish(out)) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean writeConnections(NetlinkWriter out) {
        for (TcpConnection c = net.tcp.after(null); c != null; c = net.tcp.after(c)) {
            InetSocket socket = c.user() instanceof InetSocket one ? one : null;
            boolean shownAsIpv6 = socket != null ? socket.isIpv6() : !Ip.isMapped(c.remoteHigh(), c.remoteLow());
            if (shownAsIpv6 == ipv6 && wants(c.state(), c.localPort(), c.remotePort()) && isDue()) {
                long body = begin(out, c.state(), socket);
                ends(body, c.localHigh(), c.localLow(), c.localPort(), c.remoteHigh(), c.remoteLow(), c.remotePort(),
                        c.boundInterface);
                queues(body, c.readable(), c.queuedBytes());
                extend(out, c, c.state(), socket, null);
                if (!finish(out)) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean writeDatagrams(NetlinkWriter out) {
        for (int bucket = 0; bucket < Ports.BUCKETS; bucket++) {
            for (Binding one = net.udp.ports.first(bucket); one != null; one = net.udp.ports.after(one)) {
                if (!writeEndpoint(out, (UdpEndpoint) one.endpoint)) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean writeRaw(NetlinkWriter out) {
        for (RawEndpoint one = net.raw.after(null); one != null; one = net.raw.after(one)) {
            if (!one.isPing && !writeEndpoint(out, one)) {
                return false;
            }
        }
        return true;
    }

    private boolean writeEndpoint(NetlinkWriter out, UdpEndpoint one) {
        Binding binding = one.binding;
        int state = one.connected ? TcpState.ESTABLISHED : TcpState.CLOSED;
        int remotePort = one.connected ? one.remote.port : 0;
        if (binding.takesIpv6 != ipv6 || !wants(state, binding.port, remotePort) || !isDue()) {
            return true;
        }
        long body = begin(out, state, one.user());
        ends(body, binding.high, binding.low, binding.port, one.connected ? one.remote.high : 0,
                one.connected ? one.remote.low : 0, remotePort, one.interfaceIndex);
        queues(body, one.queuedBytes(), 0);
        extend(out, null, state, one.user() instanceof InetSocket socket ? socket : null, one);
        return finish(out);
    }

    private long begin(NetlinkWriter out, int state, Notified user) {
        begin(out, DiagnosisFamily.BY_FAMILY);
        long body = out.take(ANSWER_BYTES);
        if (body != 0) {
            Memory.putByte(body, (byte) (ipv6 ? NetSocket.AF_INET6 : NetSocket.AF_INET));
            Memory.putByte(body + 1, (byte) state);
            if (user instanceof NetSocket socket) {
                Memory.putInt(body + 64, socket.ownerUid());
                Memory.putInt(body + 68, (int) socket.inodeNumber());
                Memory.putLong(body + 44, socket.inodeNumber());
            }
        }
        return body;
    }

    private void ends(long body, long high, long low, int port, long remoteHigh, long remoteLow, int remotePort,
            int interfaceIndex) {
        if (body == 0) {
            return;
        }
        Memory.putShortBe(body + 4, port);
        Memory.putShortBe(body + 6, remotePort);
        if (ipv6) {
            Ip.put(body + 8, high, low);
            Ip.put(body + 24, remoteHigh, remoteLow);
        } else {
            Memory.putIntBe(body + 8, (int) low);
            Memory.putIntBe(body + 24, (int) remoteLow);
        }
        Memory.putInt(body + 40, interfaceIndex);
    }

    private static void queues(long body, int received, int sent) {
        if (body != 0) {
            Memory.putInt(body + 56, received);
            Memory.putInt(body + 60, sent);
        }
    }

    private boolean has(int extension) {
        return (extensions >>> extension - 1 & 1) != 0;
    }

    private void extend(NetlinkWriter out, TcpConnection tcp, int state, InetSocket socket, Mailbox box) {
        out.attribute1(SHUTDOWN, 0);
        if (ipv6 && socket != null) {
            out.attribute1(ONLY_IPV6, socket.onlyIpv6 ? 1 : 0);
        }
        if (has(MEMORY)) {
            long data = out.attribute(MEMORY, MEMORY_BYTES);
            if (data != 0) {
                Memory.putInt(data, box != null ? (int) box.heldBytes() : tcp == null ? 0 : tcp.readable());
                Memory.putInt(data + 4, box != null ? box.receiveLimitBytes : tcp == null ? 0
                        : tcp.receiveLimitBytes());
                Memory.putInt(data + 12, box != null ? box.sendLimitBytes : tcp == null ? 0 : tcp.sendLimitBytes());
                Memory.putInt(data + 32, box != null ? (int) box.drops() : 0);
            }
        }
        if (tcp != null && has(INFO)) {
            long data = out.attribute(INFO, TcpInfo.BYTES);
            if (data != 0) {
                TcpInfo.write(tcp.report(), state, data);
            }
        }
        if (tcp != null && has(CONGESTION)) {
            out.text(CONGESTION, tcp.isReno() ? "reno" : "cubic");
        }
    }
}

package demitasse.boot;

import demitasse.base.memory.Text;
import demitasse.fs.proc.NetworkView;
import demitasse.net.ip.Binding;
import demitasse.net.ip.Notified;
import demitasse.net.ip.Ports;
import demitasse.net.raw.RawEndpoint;
import demitasse.net.stack.NetInterface;
import demitasse.net.stack.NetStack;
import demitasse.net.stack.Route;
import demitasse.net.tcp.TcpConnection;
import demitasse.net.tcp.TcpState;
import demitasse.net.udp.UdpEndpoint;
import demitasse.net.wire.Ip;
import demitasse.posix.file.Files;
import demitasse.posix.socket.InetSocket;

/** The network as procfs shows it, in the formats of Linux: tcp_ipv4.c, udp.c, fib_trie.c and net-procfs.c. */
final class NetworkReport implements NetworkView {
    private static final int MAPPED_BITS = 96;
    private static final int TCP_LINE_BYTES = 149;
    private static final int UDP_LINE_BYTES = 127;
    private static final int ROUTE_LINE_BYTES = 127;
    private static final int RTF_UP = 1;
    private static final int RTF_GATEWAY = 2;
    private static final String NO_SOURCE = " 00000000000000000000000000000000 00 ";
    private static final String HEX = "0123456789ABCDEF";

    /** That of who asks. */
    private NetStack net;
    private final Files files;
    private final SocketReport others;
    private int lines;

    NetworkReport(Files files) {
        this.files = files;
        others = new SocketReport(files);
    }

    @Override
    public void write(int kind, Text out) {
        net = files.net();
        lines = 0;
        switch (kind) {
            case DEVICES -> devices(out);
            case ROUTES -> routes(out);
            case ROUTES6 -> routes6(out);
            case IPV6_ADDRESSES -> ipv6Addresses(out);
            case TCP, TCP6 -> tcp(out, kind == TCP6);
            case UDP, UDP6 -> udp(out, kind == UDP6);
            case RAW, RAW6, ICMP, ICMP6 -> raw(out, kind == RAW6 || kind == ICMP6, kind >= ICMP);
            default -> others.write(kind, out);
        }
    }

    private void devices(Text out) {
        out.add("Inter-|   Receive                                                |  Transmit\n");
        out.add(" face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo "
                + "colls carrier compressed\n");
        for (int i = 0; i < net.routes.interfaceCount(); i++) {
            NetInterface one = net.routes.at(i);
            for (int fill = one.name.length(); fill < 6; fill++) {
                out.character(' ');
            }
            out.add(one.name).add(": ").number(one.receivedBytes, 7, ' ').character(' ');
            out.number(one.receivedPackets, 7, ' ').add("    0 ").number(one.receivedDrops, 4, ' ');
            out.add("    0     0          0         0 ").number(one.sentBytes, 8, ' ').character(' ');
            out.number(one.sentPackets, 7, ' ').add("    0 ").number(one.sentDrops, 4, ' ');
            out.add("    0     0       0          0\n");
        }
    }

    /** The main table over IPv4: what leads through lo is in another one. */
    private void routes(Text out) {
        int start = out.neededBytes();
        out.add("Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT");
        out.padTo(start, ROUTE_LINE_BYTES).newline();
        for (int i = 0; i < net.routes.routeCount(); i++) {
            Route route = net.routes.route(i);
            if (route.through.isLoopback || !Ip.isMapped(route.high, route.low)) {
                continue;
            }
            int bits = route.bits - MAPPED_BITS;
            int mask = bits == 0 ? 0 : -1 << 32 - bits;
            start = out.neededBytes();
            out.add(route.through.name).character('\t');
            swapped(out, (int) route.low & mask);
            out.character('\t');
            swapped(out, (int) route.gatewayLow);
            out.character('\t');
            hex(out, RTF_UP | (route.hasGateway() ? RTF_GATEWAY : 0), 4);
            out.add("\t0\t0\t").number(route.metric).character('\t');
            swapped(out, mask);
            out.add("\t0\t0\t0").padTo(start, ROUTE_LINE_BYTES).newline();
        }
    }

    /** As rt6_info_route() writes them: target, source, next hop, metric, users, uses, flags, device. */
    private void routes6(Text out) {
        for (int i = 0; i < net.routes.routeCount(); i++) {
            Route route = net.routes.route(i);
            if (!Ip.isMapped(route.high, route.low)) {
                out.hex(route.networkHigh(), 16).hex(route.networkLow(), 16).character(' ').hex(route.bits, 2);
                out.add(NO_SOURCE);
                out.hex(route.gatewayHigh, 16).hex(route.gatewayLow, 16).character(' ');
                out.hex(route.metric(), 8);
                out.add(" 00000001 00000000 ").hex(RTF_UP | (route.hasGateway() ? RTF_GATEWAY : 0), 8).character(' ');
                for (int fill = route.through.name.length(); fill < 8; fill++) {
                    out.character(' ');
                }
                out.add(route.through.name).newline();
            }
        }
    }

    private void ipv6Addresses(Text out) {
        for (int i = 0; i < net.routes.interfaceCount(); i++) {
            NetInterface one = net.routes.at(i);
            for (int j = 0; j < one.addresses(); j++) {
                long high = one.high(j);
                long low = one.low(j);
                if (!Ip.isMapped(high, low)) {
                    String scope = Ip.isLoopback(high, low) ? " 10 " : Ip.isLinkLocal(high, low) ? " 20 " : " 00 ";
                    out.hex(high, 16).hex(low, 16).character(' ').hex(one.index, 2).character(' ');
                    out.hex(one.prefixBits(j), 2).add(scope).hex(one.addressFlags(j), 2).character(' ');
                    for (int fill = one.name.length(); fill < 8; fill++) {
                        out.character(' ');
                    }
                    out.add(one.name).newline();
                }
            }
        }
    }

    private void tcp(Text out, boolean ipv6) {
        header(out, ipv6, "  sl  local_address ", "", TCP_LINE_BYTES);
        for (int i = 0; i < net.tcp.listenerCount(); i++) {
            Binding binding = net.tcp.listenerBinding(i);
            if (binding.takesIpv6 == ipv6) {
                int start = begin(out, 4, ipv6, binding.high, binding.low, binding.port);
                address(out, ipv6, 0, 0, 0);
                middle(out, TcpState.LISTEN, 0, net.tcp.listenerPending(i), net.tcp.listenerUser(i));
                out.add(" 1").padTo(start, ipv6 ? 0 : TCP_LINE_BYTES).newline();
            }
        }
        for (TcpConnection c = net.tcp.after(null); c != null; c = net.tcp.after(c)) {
            if (isIpv6(c) == ipv6) {
                int start = begin(out, 4, ipv6, c.localHigh(), c.localLow(), c.localPort());
                address(out, ipv6, c.remoteHigh(), c.remoteLow(), c.remotePort());
                middle(out, c.state(), c.queuedBytes(), c.readable(), c.user());
                out.add(" 1").padTo(start, ipv6 ? 0 : TCP_LINE_BYTES).newline();
            }
        }
    }

    /** By its socket, which may be one of IPv6 though the peer is not. */
    static boolean isIpv6(TcpConnection c) {
        return c.user() instanceof InetSocket socket ? socket.isIpv6() : !Ip.isMapped(c.remoteHigh(), c.remoteLow());
    }

    private void udp(Text out, boolean ipv6) {
        header(out, ipv6, "   sl  local_address ", " ref pointer drops", UDP_LINE_BYTES);
        Ports ports = net.udp.ports;
        for (int bucket = 0; bucket < Ports.BUCKETS; bucket++) {
            for (Binding binding = ports.first(bucket); binding != null; binding = ports.after(binding)) {
                if (binding.takesIpv6 == ipv6) {
                    endpoint(out, ipv6, (UdpEndpoint) binding.endpoint);
                }
            }
        }
    }

    private void raw(Text out, boolean ipv6, boolean pings) {
        header(out, ipv6, "  sl  local_address ", " ref pointer drops", pings ? UDP_LINE_BYTES : 0);
        for (RawEndpoint one = net.raw.after(null); one != null; one = net.raw.after(one)) {
            if (one.ipv6 == ipv6 && one.isPing == pings) {
                endpoint(out, ipv6, one);
            }
        }
    }

    private void endpoint(Text out, boolean ipv6, UdpEndpoint endpoint) {
        int start = begin(out, 5, ipv6, endpoint.binding.high, endpoint.binding.low, endpoint.binding.port);
        boolean connected = endpoint.connected;
        address(out, ipv6, connected ? endpoint.remote.high : 0, connected ? endpoint.remote.low : 0,
                connected ? endpoint.remote.port : 0);
        middle(out, connected ? TcpState.ESTABLISHED : TcpState.CLOSED, 0, endpoint.queuedBytes(), endpoint.user());
        out.add(" 2 0000000000000000 ").number(endpoint.drops());
        out.padTo(start, ipv6 || endpoint instanceof RawEndpoint ? 0 : UDP_LINE_BYTES).newline();
    }

    private static void header(Text out, boolean ipv6, String first, String last, int lineBytes) {
        int start = out.neededBytes();
        out.add(ipv6 ? "  sl  local_address                         remote_address                       "
                : first).add(ipv6 ? "" : "rem_address  ");
        out.add(" st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode").add(last);
        out.padTo(start, ipv6 ? 0 : lineBytes).newline();
    }

    /** The number of the line and the local end; answers where the line begins. */
    private int begin(Text out, int width, boolean ipv6, long high, long low, int port) {
        int start = out.neededBytes();
        out.number(lines++, width, ' ').character(':');
        address(out, ipv6, high, low, port);
        return start;
    }

    private static void address(Text out, boolean ipv6, long high, long low, int port) {
        out.character(' ');
        if (ipv6) {
            swapped(out, (int) (high >>> 32));
            swapped(out, (int) high);
            swapped(out, (int) (low >>> 32));
        }
        swapped(out, (int) low);
        out.character(':');
        hex(out, port, 4);
    }

    private static void middle(Text out, int state, int sendBytes, int receiveBytes, Notified user) {
        InetSocket socket = user instanceof InetSocket inet ? inet : null;
        out.character(' ');
        hex(out, state, 2);
        out.character(' ');
        hex(out, sendBytes, 8);
        out.character(':');
        hex(out, receiveBytes, 8);
        out.add(" 00:00000000 00000000 ").number(socket == null ? 0 : socket.ownerUid(), 5, ' ');
        out.add("        0 ").number(socket == null ? 0 : socket.inodeNumber());
    }

    /** A word as it stands in memory in network order, read by this CPU. */
    private static void swapped(Text out, int word) {
        hex(out, Integer.reverseBytes(word) & 0xffff_ffffL, 8);
    }

    private static void hex(Text out, long value, int width) {
        for (int shift = 4 * width - 4; shift >= 0; shift -= 4) {
            out.character(HEX.charAt((int) (value >>> shift) & 15));
        }
    }
}

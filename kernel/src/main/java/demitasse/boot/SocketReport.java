package demitasse.boot;

import demitasse.base.memory.Text;
import demitasse.fs.proc.NetworkView;
import demitasse.net.ip.Ports;
import demitasse.net.link.Neighbours;
import demitasse.net.raw.RawEndpoint;
import demitasse.net.stack.IpCounters;
import demitasse.net.stack.NetInterface;
import demitasse.net.stack.NetStack;
import demitasse.net.tcp.TcpConnection;
import demitasse.net.tcp.TcpCounters;
import demitasse.net.tcp.TcpState;
import demitasse.net.wire.Ip;
import demitasse.posix.file.Files;
import demitasse.posix.netlink.NetlinkSocket;
import demitasse.posix.packet.PacketSocket;
import demitasse.posix.socket.UnixSocket;

/** Sockets that are not of the Internet, neighbours and counters as procfs shows them, in the formats of Linux. */
final class SocketReport {
    private static final int UNIX_LISTENS = 0x1_0000;
    private static final int UNIX_CONNECTED = 3;
    private static final int UNIX_UNCONNECTED = 1;

    private final Files files;
    /** That of who asks. */
    private NetStack net;

    SocketReport(Files files) {
        this.files = files;
    }

    void write(int kind, Text out) {
        net = files.net();
        switch (kind) {
            case NetworkView.UNIX -> unix(out);
            case NetworkView.PACKET -> packets(out);
            case NetworkView.NETLINK -> netlink(out);
            case NetworkView.NEIGHBOURS -> neighbours(out);
            case NetworkView.COUNTERS -> counters(out);
            case NetworkView.MORE_COUNTERS -> moreCounters(out);
            case NetworkView.COUNTERS6 -> counters6(out);
            case NetworkView.IN_USE6 -> inUse6(out);
            default -> inUse(out);
        }
    }

    /** What stands for the address of a socket in the kernel, which Linux hides as well. */
    private static void pointer(Text out) {
        out.add("0000000000000000");
    }

    private void unix(Text out) {
        out.add("Num       RefCount Protocol Flags    Type St Inode Path\n");
        for (UnixSocket one = files.unixSockets().after(null); one != null; one = files.unixSockets().after(one)) {
            if (one.network != net) {
                continue;
            }
            pointer(out);
            out.add(": ").padHex(one.references() + 1, 8).add(" 00000000 ");
            out.padHex(one.isListening() ? UNIX_LISTENS : 0, 8).add(" ").padHex(one.type(), 4).add(" ");
            out.padHex(one.isConnected() ? UNIX_CONNECTED : UNIX_UNCONNECTED, 2).add(" ");
            out.number(one.inodeNumber(), 5, ' ');
            byte[] name = one.address();
            if (name != null) {
                out.character(' ');
                for (byte character : name) {
                    out.character(character == 0 ? '@' : character & 255);
                }
            }
            out.newline();
        }
    }

    private void packets(Text out) {
        out.add("sk       RefCnt Type Proto  Iface R Rmem   User   Inode\n");
        for (PacketSocket one = files.packetSockets().after(null); one != null;
                one = files.packetSockets().after(one)) {
            pointer(out);
            out.add(" 3      ").number(one.type()).add("    ").padHex(one.etherType(), 4).add("   ");
            out.number(one.boundInterface()).add("     1 ").number(one.mailbox().heldBytes()).add("      ");
            out.number(one.ownerUid()).add("      ").number(one.inodeNumber()).newline();
        }
    }

    private void netlink(Text out) {
        out.add("sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n");
        for (NetlinkSocket one = files.netlink().after(null); one != null; one = files.netlink().after(one)) {
            pointer(out);
            out.add(" ").number(one.protocol()).add("   ").unsigned(one.port() & 0xffff_ffffL).add(" ");
            out.padHex(one.groups() & 0xffff_ffffL, 8).add(" ").number(one.mailbox().heldBytes());
            out.add(" 0        0     2        ").number(one.mailbox().drops()).add("        ");
            out.number(one.inodeNumber()).newline();
        }
    }

    private void neighbours(Text out) {
        out.add("IP address       HW type     Flags       HW address            Mask     Device\n");
        for (int i = 0; i < net.routes.interfaceCount(); i++) {
            NetInterface one = net.routes.at(i);
            for (int j = 0; one.neighbours() != null && j < Neighbours.ENTRIES; j++) {
                if (one.neighbours().state(j) != Neighbours.FREE
                        && Ip.isMapped(one.neighbours().high(j), one.neighbours().low(j))) {
                    neighbour(out, one, one.neighbours(), j);
                }
            }
        }
    }

    private static void neighbour(Text out, NetInterface on, Neighbours neighbours, int slot) {
        int start = out.neededBytes();
        for (int shift = 24; shift >= 0; shift -= 8) {
            out.number(neighbours.low(slot) >>> shift & 255).add(shift == 0 ? "" : ".");
        }
        out.padTo(start, 16).add(" 0x1         0x");
        out.add(neighbours.state(slot) == Neighbours.INCOMPLETE ? "0" : "2").add("         ");
        for (int shift = 40; shift >= 0; shift -= 8) {
            out.padHex(neighbours.mac(slot) >>> shift & 255, 2).add(shift == 0 ? "" : ":");
        }
        out.add("     *        ").add(on.name).newline();
    }

    /** A line of names and one of numbers. */
    private static void pair(Text out, String group, String names, long... values) {
        out.add(group).add(": ").add(names).newline().add(group).character(':');
        for (long value : values) {
            out.character(' ').number(value);
        }
        out.newline();
    }

    private int established() {
        int found = 0;
        for (TcpConnection c = net.tcp.after(null); c != null; c = net.tcp.after(c)) {
            found += c.state() == TcpState.ESTABLISHED || c.state() == TcpState.CLOSE_WAIT ? 1 : 0;
        }
        return found;
    }

    /** /proc/net/snmp. */
    private void counters(Text out) {
        TcpCounters tcp = net.tcp.counters;
        IpCounters ip = net.counters.ipv4;
        pair(out, "Ip", "Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos "
                + "InDiscards InDelivers OutRequests OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs "
                + "ReasmFails FragOKs FragFails FragCreates", 2, 64, ip.inReceives, ip.inHeaderErrors,
                ip.inAddressErrors, 0,
                ip.inUnknownProtocols, ip.inDiscards, ip.inDelivers, ip.outRequests, ip.outDiscards, 0,
                ip.reassemblyTimeouts, ip.reassemblyNeeded, ip.reassembled, ip.reassemblyFails, ip.fragmented,
                ip.fragmentFails, ip.fragmentsMade);
        pair(out, "Icmp", "InMsgs InErrors InCsumErrors InEchos InEchoReps OutMsgs OutErrors OutEchoReps",
                net.icmp.echoes() + net.counters.echoReplies + net.icmp.bad(), net.icmp.bad(), net.icmp.bad(),
                net.icmp.echoes(), net.counters.echoReplies, net.icmp.echoes() + net.icmp.sent(), 0,
                net.icmp.echoes());
        pair(out, "Tcp", "RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets "
                + "CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors", 1, 200, 120_000, -1,
                tcp.activeOpens, tcp.passiveOpens, tcp.attemptFails, tcp.establishedResets, established(),
                tcp.inSegments, tcp.outSegments, tcp.retransmitted, tcp.inErrors, tcp.outResets, tcp.badChecksums);
        pair(out, "Udp", "InDatagrams NoPorts InErrors OutDatagrams", net.udp.received(), net.udp.unknownPorts(),
                net.udp.errors(), net.udp.sent());
    }

    private static void line(Text out, String name, long value) {
        int start = out.neededBytes();
        out.add("Ip6").add(name).padTo(start, 32).character('\t').number(value).newline();
    }

    /** /proc/net/snmp6. */
    private void counters6(Text out) {
        IpCounters ip = net.counters.ipv6;
        line(out, "InReceives", ip.inReceives);
        line(out, "InHdrErrors", ip.inHeaderErrors);
        line(out, "InAddrErrors", ip.inAddressErrors);
        line(out, "InUnknownProtos", ip.inUnknownProtocols);
        line(out, "InTruncatedPkts", ip.inTruncated);
        line(out, "InDiscards", ip.inDiscards);
        line(out, "InDelivers", ip.inDelivers);
        line(out, "OutRequests", ip.outRequests);
        line(out, "OutDiscards", ip.outDiscards);
        line(out, "ReasmTimeout", ip.reassemblyTimeouts);
        line(out, "ReasmReqds", ip.reassemblyNeeded);
        line(out, "ReasmOKs", ip.reassembled);
        line(out, "ReasmFails", ip.reassemblyFails);
        line(out, "FragOKs", ip.fragmented);
        line(out, "FragFails", ip.fragmentFails);
        line(out, "FragCreates", ip.fragmentsMade);
        line(out, "InMcastPkts", ip.inMulticasts);
    }

    /** /proc/net/netstat. */
    private void moreCounters(Text out) {
        TcpCounters tcp = net.tcp.counters;
        pair(out, "TcpExt", "SyncookiesSent SyncookiesRecv SyncookiesFailed TWRecycled PAWSEstab ListenOverflows "
                + "ListenDrops TCPTimeouts TCPLossProbes TCPSackRecovery TCPOFOQueue TCPChallengeACK "
                + "TCPTimeWaitOverflow TCPRcvQDrop TCPLossProbeRecovery TCPKeepAlive TCPWinProbe TCPACKSkippedSeq",
                tcp.cookiesSent, tcp.cookiesReceived, tcp.cookiesFailed,
                tcp.timeWaitReused, tcp.pawsDrops, tcp.listenOverflows, tcp.listenDrops, tcp.timeouts, tcp.lossProbes,
                tcp.fastRecoveries, tcp.outOfOrder, tcp.challenges, tcp.timeWaitOverflows, tcp.memoryDrops,
                tcp.lossProbeRepairs, tcp.keepAliveProbes, tcp.zeroWindowProbes, tcp.rateLimited);
        long received = 0;
        long sent = 0;
        for (int i = 0; i < net.routes.interfaceCount(); i++) {
            received += net.routes.at(i).receivedBytes;
            sent += net.routes.at(i).sentBytes;
        }
        pair(out, "IpExt", "InOctets OutOctets", received, sent);
    }

    /** /proc/net/sockstat. */
    private void inUse(Text out) {
        int tcp = streams(false) + streams(true);
        int udp = datagrams(false) + datagrams(true);
        int raw = raws(false) + raws(true);
        out.add("sockets: used ").number((long) tcp + udp + raw).add("\nTCP: inuse ").number(streams(false));
        out.add(" orphan 0 tw ").number(net.tcp.timeWaits()).add(" alloc ").number(tcp).add(" mem 0\nUDP: inuse ");
        out.number(datagrams(false)).add(" mem 0\nUDPLITE: inuse 0\nRAW: inuse ").number(raws(false));
        out.add("\nFRAG: inuse 0 memory 0\n");
    }

    /** /proc/net/sockstat6. */
    private void inUse6(Text out) {
        out.add("TCP6: inuse ").number(streams(true)).add("\nUDP6: inuse ").number(datagrams(true));
        out.add("\nUDPLITE6: inuse 0\nRAW6: inuse ").number(raws(true)).add("\nFRAG6: inuse 0 memory 0\n");
    }

    private int streams(boolean ipv6) {
        int count = 0;
        for (int i = 0; i < net.tcp.listenerCount(); i++) {
            count += net.tcp.listenerBinding(i).takesIpv6 == ipv6 ? 1 : 0;
        }
        for (TcpConnection c = net.tcp.after(null); c != null; c = net.tcp.after(c)) {
            count += NetworkReport.isIpv6(c) == ipv6 && c.state() != TcpState.TIME_WAIT ? 1 : 0;
        }
        return count;
    }

    private int datagrams(boolean ipv6) {
        int count = 0;
        for (int bucket = 0; bucket < Ports.BUCKETS; bucket++) {
            for (var one = net.udp.ports.first(bucket); one != null; one = net.udp.ports.after(one)) {
                count += one.takesIpv6 == ipv6 ? 1 : 0;
            }
        }
        return count;
    }

    private int raws(boolean ipv6) {
        int count = 0;
        for (RawEndpoint one = net.raw.after(null); one != null; one = net.raw.after(one)) {
            count += one.ipv6 == ipv6 ? 1 : 0;
        }
        return count;
    }
}

package demitasse.net.stack;

import demitasse.base.annotation.HotPath;
import demitasse.device.net.Packet;
import demitasse.net.icmp.Icmp;
import demitasse.net.ip.PacketInfo;
import demitasse.net.tcp.Tcp;
import demitasse.net.udp.Udp;
import demitasse.net.wire.IcmpHeader;
import demitasse.net.wire.Ip;
import demitasse.net.wire.Ipv4Header;
import demitasse.net.wire.Ipv6Header;

/** The way of an IP packet upwards: its header, extension headers and fragments, then the protocol above. */
final class IpInput {
    private final NetStack stack;
    private final Routes routes;
    private final NetCounters counters;
    private final Reassembly reassembly;
    private final ExtensionHeaders extensions;
    private final Tcp tcp;
    private final Udp udp;
    private final Icmp icmp;
    private final PacketInfo info = new PacketInfo();
    /** Between whom the last packet was that passed {@link #isForUs} for one address: the next is mostly like it. */
    private long knownSourceHigh;
    private long knownSourceLow;
    private long knownTargetHigh;
    private long knownTargetLow;
    private NetInterface knownFrom;
    private int knownGeneration;
    private long nowNs;

    IpInput(NetStack stack, Reassembly reassembly) {
        this.stack = stack;
        routes = stack.routes;
        counters = stack.counters;
        tcp = stack.tcp;
        udp = stack.udp;
        icmp = stack.icmp;
        this.reassembly = reassembly;
        extensions = new ExtensionHeaders(icmp, reassembly);
    }

    /** A packet that begins with its IP header. */
    @HotPath("per packet")
    void receive(NetInterface from, Packet packet, long newNowNs) {
        nowNs = newNowNs;
        int version = packet.length() == 0 ? 0 : Ipv4Header.version(packet.address());
        if (version != 4 && version != 6) {
            counters.unknownVersions++;
            packet.release();
            return;
        }
        info.interfaceIndex = packet.interfaceIndex;
        info.isReassembled = false;
        packet.networkHeader = packet.address();
        IpCounters count = counters.of(version == 4);
        count.inReceives++;
        boolean valid = version == 4 ? read4(packet, count) : read6(packet, count);
        if (!valid || !isForUs(from, count)) {
            packet.release();
            return;
        }
        Packet whole = version == 4 ? strip4(packet, count) : extensions.strip(packet, info, count, nowNs);
        if (whole != null) {
            whole.arrivedNs = nowNs;
            count.inDelivers++;
            deliver(whole, count);
        }
    }

    private boolean read4(Packet packet, IpCounters count) {
        long header = packet.address();
        if (!Ipv4Header.isValid(header, packet.length())) {
            boolean shorter = packet.length() >= Ipv4Header.BYTES && Ipv4Header.totalBytes(header) > packet.length();
            bad(count, shorter);
            return false;
        }
        info.sourceHigh = 0;
        info.sourceLow = Ipv4Header.source(header);
        info.targetHigh = 0;
        info.targetLow = Ipv4Header.target(header);
        info.protocol = Ipv4Header.protocol(header);
        info.timeToLive = Ipv4Header.timeToLive(header);
        info.service = Ipv4Header.service(header);
        packet.trim(Ipv4Header.totalBytes(header));
        return true;
    }

    private boolean read6(Packet packet, IpCounters count) {
        long header = packet.address();
        if (!Ipv6Header.isValid(header, packet.length())) {
            bad(count, packet.length() >= Ipv6Header.BYTES);
            return false;
        }
        long source = Ipv6Header.sourceAddress(header);
        long target = Ipv6Header.targetAddress(header);
        info.sourceHigh = Ip.high(source);
        info.sourceLow = Ip.low(source);
        info.targetHigh = Ip.high(target);
        info.targetLow = Ip.low(target);
        info.protocol = Ipv6Header.nextHeader(header);
        info.timeToLive = Ipv6Header.hopLimit(header);
        info.service = Ipv6Header.service(header);
        // A mapped address never travels, RFC 4942 §2.2: it would pass for IPv4 above.
        if (Ip.isMapped(info.sourceHigh, info.sourceLow) || Ip.isMapped(info.targetHigh, info.targetLow)) {
            count.inAddressErrors++;
            return false;
        }
        packet.trim(Ipv6Header.BYTES + Ipv6Header.payloadBytes(header));
        packet.pull(Ipv6Header.BYTES);
        return true;
    }

    private static void bad(IpCounters count, boolean isTruncated) {
        if (isTruncated) {
            count.inTruncated++;
        } else {
            count.inHeaderErrors++;
        }
    }

    /** Nothing is forwarded; and what claims to come from ourselves comes by lo (RFC 1122 §3.2.1.3). */
    private boolean isForUs(NetInterface from, IpCounters count) {
        if (isKnown(from)) {
            info.isToMany = false;
            return true;
        }
        boolean many = Ip.isMulticast(info.targetHigh, info.targetLow);
        info.isToMany = many || routes.isBroadcast(info.targetHigh, info.targetLow, from);
        boolean ours = many ? routes.isMember(from, info.targetHigh, info.targetLow)
                : info.isToMany || routes.isLocal(info.targetHigh, info.targetLow);
        // An answer to such a source would go to many, or nowhere: RFC 1122 §3.2.1.3, RFC 4291 §2.5.2.
        boolean nobody = Ip.isMulticast(info.sourceHigh, info.sourceLow)
                || routes.isBroadcast(info.sourceHigh, info.sourceLow, from)
                || !info.isToMany && Ip.isAny(info.sourceHigh, info.sourceLow);
        if (!ours || nobody) {
            count.inAddressErrors++;
            return false;
        }
        if (!from.isLoopback && (Ip.isLoopback(info.targetHigh, info.targetLow)
                || routes.isLocal(info.sourceHigh, info.sourceLow))) {
            counters.forged++;
            return false;
        }
        count.inMulticasts += many ? 1 : 0;
        if (!info.isToMany) {
            note(from);
        }
        return true;
    }

    private boolean isKnown(NetInterface from) {
        return info.sourceLow == knownSourceLow && info.targetLow == knownTargetLow
                && info.sourceHigh == knownSourceHigh && info.targetHigh == knownTargetHigh && from == knownFrom
                && routes.generation() == knownGeneration;
    }

    private void note(NetInterface from) {
        knownSourceHigh = info.sourceHigh;
        knownSourceLow = info.sourceLow;
        knownTargetHigh = info.targetHigh;
        knownTargetLow = info.targetLow;
        knownFrom = from;
        knownGeneration = routes.generation();
    }

    /** The packet behind its header, once all of it is there; null when it is gone. */
    private Packet strip4(Packet packet, IpCounters count) {
        long header = packet.networkHeader;
        packet.pull(Ipv4Header.headerBytes(header));
        return !Ipv4Header.isFragment(header) ? packet
                : reassembly.add(packet, info, info.protocol, Ipv4Header.identification(header),
                        Ipv4Header.fragmentOffsetBytes(header), Ipv4Header.hasMoreFragments(header), nowNs);
    }

    private void deliver(Packet packet, IpCounters count) {
        boolean seen = !stack.raw.isEmpty() && stack.raw.deliver(packet, info);
        boolean v4 = Ip.isMapped(info.sourceHigh, info.sourceLow);
        // What one version has and the other does not is a stranger there: it would be read in the wrong way.
        boolean foreign = v4 ? info.protocol == Ip.ICMPV6 : info.protocol == Ip.ICMP || info.protocol == Ip.IGMP;
        switch (foreign ? Ip.NONE : info.protocol) {
            case Ip.TCP:
                tcp.input(packet, info);
                break;
            case Ip.UDP:
                if (!udp.input(packet, info)) {
                    icmp.portUnreachable(packet, info, nowNs);
                    packet.release();
                }
                break;
            case Ip.ICMP, Ip.ICMPV6:
                icmp.input(packet, info);
                packet.release();
                break;
            case Ip.IGMP:
                stack.membership(packet, info);
                packet.release();
                break;
            default:
                if (seen) {
                    packet.release();
                    break;
                }
                count.inUnknownProtocols++;
                if (v4) {
                    icmp.complain(packet, info, IcmpHeader.UNREACHABLE, IcmpHeader.UNREACHABLE_PROTOCOL, 0, nowNs);
                } else {
                    extensions.complain(packet, info, IcmpHeader.V6_PARAMETER_NEXT, nowNs);
                }
                packet.release();
                break;
        }
    }
}

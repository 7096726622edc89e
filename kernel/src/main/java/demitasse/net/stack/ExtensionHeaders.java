package demitasse.net.stack;

import demitasse.base.annotation.HotPath;
import demitasse.device.net.Packet;
import demitasse.net.icmp.Icmp;
import demitasse.net.ip.PacketInfo;
import demitasse.net.wire.Bytes;
import demitasse.net.wire.IcmpHeader;
import demitasse.net.wire.Ip;
import demitasse.net.wire.Ipv6Header;

/** What stands between an IPv6 header and its payload, RFC 8200 §4, with limits as RFC 8504 §5.3 allows them. */
final class ExtensionHeaders {
    private static final int HEADERS_MAX = 8;
    private static final int OPTIONS_MAX = 8;
    private static final int PAD_ONE = 0;
    private static final int PAD = 1;
    /** The two highest bits of an option's type: what to do with one that is not known, RFC 8200 §4.2. */
    private static final int DISCARD = 0x40;
    private static final int COMPLAIN = 0x80;
    private static final int COMPLAIN_TO_ONE = 0xc0;

    private final Icmp icmp;
    private final Reassembly reassembly;
    /** Where the number of the next header stands, and the current header, from the start of the packet. */
    private int numberAt;
    private long nowNs;

    ExtensionHeaders(Icmp icmp, Reassembly reassembly) {
        this.icmp = icmp;
        this.reassembly = reassembly;
    }

    /**
     * Takes the extension headers off; {@code info} tells the protocol then.
     *
     * @return the packet, or the whole one that its fragments make; null when it is gone
     */
    @HotPath("per packet")
    Packet strip(Packet received, PacketInfo info, IpCounters count, long newNowNs) {
        Packet packet = received;
        nowNs = newNowNs;
        numberAt = Ipv6Header.NEXT_HEADER;
        boolean joined = false;
        for (int i = 0; Ipv6Header.isExtension(info.protocol); i++) {
            boolean fragment = info.protocol == Ipv6Header.FRAGMENT;
            boolean hopByHop = info.protocol == Ipv6Header.HOP_BY_HOP;
            long header = packet.address();
            int bytes = packet.length() < Ipv6Header.EXTENSION_BYTES ? Integer.MAX_VALUE
                    : Ipv6Header.extensionBytes(header, fragment);
            if (hopByHop && i > 0) {
                complain(packet, info, IcmpHeader.V6_PARAMETER_NEXT, nowNs);
            }
            if (bytes > packet.length() || i == HEADERS_MAX || hopByHop && i > 0 || joined && fragment
                    || !fragment && !isPassable(packet, info, bytes)) {
                count.inHeaderErrors++;
                packet.release();
                return null;
            }
            info.protocol = Bytes.byteAt(header);
            numberAt = (int) (header - packet.networkHeader);
            packet.pull(bytes);
            if (fragment && !Ipv6Header.isWhole(header)) {
                packet = fragment(packet, info, header, count);
                if (packet == null) {
                    return null;
                }
                joined = true;
                numberAt = Ipv6Header.NEXT_HEADER;
            }
        }
        if (info.protocol == Ip.NONE) {
            count.inDelivers++;
            packet.release();
            return null;
        }
        return packet;
    }

    /** Tells the sender that the number of the next header, or what it stands for, is the trouble. */
    void complain(Packet packet, PacketInfo info, int code, long whenNs) {
        icmp.complain(packet, info, IcmpHeader.V6_PARAMETER, code, numberAt, whenNs);
    }

    private boolean isPassable(Packet packet, PacketInfo info, int bytes) {
        if (info.protocol != Ipv6Header.ROUTING) {
            return options(packet, info, bytes);
        }
        // RFC 5095, and no other kind is known: only one that leads nowhere any more is passed over.
        long left = packet.address() + Ipv6Header.SEGMENTS_LEFT;
        if (Bytes.byteAt(left) != 0) {
            icmp.complain(packet, info, IcmpHeader.V6_PARAMETER, IcmpHeader.V6_PARAMETER_FIELD,
                    (int) (left - 1 - packet.networkHeader), nowNs);
            return false;
        }
        return true;
    }

    private boolean options(Packet packet, PacketInfo info, int bytes) {
        long at = packet.address() + 2;
        long end = packet.address() + bytes;
        int count = 0;
        while (at < end) {
            int type = Bytes.byteAt(at);
            if (type == PAD_ONE) {
                at++;
                continue;
            }
            if (at + 2 > end || at + 2 + Bytes.byteAt(at + 1) > end || ++count > OPTIONS_MAX) {
                return false;
            }
            int action = type & COMPLAIN_TO_ONE;
            if (type > PAD && action != 0) {
                if (action != DISCARD && !(action == COMPLAIN_TO_ONE && info.isToMany)) {
                    icmp.complain(packet, info, IcmpHeader.V6_PARAMETER, IcmpHeader.V6_PARAMETER_OPTION,
                            (int) (at - packet.networkHeader), nowNs);
                }
                return false;
            }
            at += 2 + Bytes.byteAt(at + 1);
        }
        return true;
    }

    /** RFC 8200 §4.5. */
    private Packet fragment(Packet packet, PacketInfo info, long header, IpCounters count) {
        int offset = Ipv6Header.fragmentOffsetBytes(header);
        boolean more = Ipv6Header.hasMoreFragments(header);
        boolean ragged = more && (packet.length() & 7) != 0;
        if (ragged || offset + packet.length() > Ipv6Header.PAYLOAD_MAX_BYTES) {
            count.inHeaderErrors++;
            int where = ragged ? Ipv6Header.PAYLOAD_LENGTH : (int) (header + 2 - packet.networkHeader);
            icmp.complain(packet, info, IcmpHeader.V6_PARAMETER, IcmpHeader.V6_PARAMETER_FIELD, where, nowNs);
            packet.release();
            return null;
        }
        if (offset == 0 && !hasWholeChain(packet, info.protocol)) {
            count.inHeaderErrors++;
            packet.release();
            return null;
        }
        Packet whole = reassembly.add(packet, info, 0, Ipv6Header.fragmentIdentification(header), offset, more, nowNs);
        if (whole != null) {
            info.isReassembled = true;
        }
        return whole;
    }

    /** RFC 7112: the first fragment shows everything up to the header of the protocol above. */
    private static boolean hasWholeChain(Packet packet, int firstProtocol) {
        int protocol = firstProtocol;
        int skipped = 0;
        while (Ipv6Header.isExtension(protocol)) {
            if (packet.length() - skipped < Ipv6Header.EXTENSION_BYTES) {
                return false;
            }
            long header = packet.address() + skipped;
            skipped += Ipv6Header.extensionBytes(header, protocol == Ipv6Header.FRAGMENT);
            protocol = Bytes.byteAt(header);
        }
        int needed = protocol == Ip.TCP ? 20 : protocol == Ip.UDP || protocol == Ip.ICMPV6 ? 8 : 0;
        return packet.length() - skipped >= needed;
    }
}

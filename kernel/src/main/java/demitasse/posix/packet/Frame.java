package demitasse.posix.packet;

import demitasse.device.net.Packet;
import demitasse.net.stack.NetInterface;
import demitasse.net.wire.Bytes;
import demitasse.net.wire.EthernetHeader;
import demitasse.net.wire.Ip;
import demitasse.net.wire.PacketFilter;

/** A frame that passes, and what struct sockaddr_ll tells of it, packet(7). */
final class Frame {
    static final int ARPHRD_ETHER = 1;
    static final int ARPHRD_LOOPBACK = 772;
    private static final int HOST = 0;
    private static final int BROADCAST = 1;
    private static final int MULTICAST = 2;
    private static final int OTHER_HOST = 3;
    static final int OUTGOING = 4;
    /** TP_STATUS_CSUMNOTREADY, TP_STATUS_CSUM_VALID. */
    private static final int CHECKSUM_OPEN = 8;
    private static final int CHECKSUM_GOOD = 0x80;
    private static final int ADDRESS_BYTES = 6;
    private static final int IPV4_BYTES = 20;
    private static final int IPV6_BYTES = 40;
    /** More fragments, or not the first. */
    private static final int IPV4_FRAGMENT = 0x3fff;

    Packet packet;
    int interfaceIndex;
    boolean leaves;
    int protocol;
    int kind;
    int hardware;
    long sender;
    int status;

    /** Counts frames, so that one is told from the next. */
    int number;

    void set(NetInterface on, Packet newPacket, boolean nowLeaves) {
        packet = newPacket;
        number++;
        interfaceIndex = on.index;
        leaves = nowLeaves;
        long header = newPacket.address();
        long target = EthernetHeader.target(header);
        protocol = EthernetHeader.type(header);
        sender = EthernetHeader.source(header);
        hardware = on.isLoopback ? ARPHRD_LOOPBACK : ARPHRD_ETHER;
        kind = nowLeaves ? OUTGOING : on.isLoopback || target == on.device.address() ? HOST
                : target == EthernetHeader.BROADCAST ? BROADCAST : (target >>> 40 & 1) != 0 ? MULTICAST : OTHER_HOST;
        status = newPacket.checksumStart != Packet.NO_CHECKSUM ? CHECKSUM_OPEN
                : newPacket.checksumGood ? CHECKSUM_GOOD : 0;
    }

    /** What a program says of it, which sees the link header only of what leaves, as on Linux. */
    int look(PacketFilter program) {
        int skipped = leaves ? 0 : EthernetHeader.BYTES;
        return program.run(packet.address() + skipped, packet.length() - skipped, EthernetHeader.BYTES - skipped,
                protocol, kind, interfaceIndex);
    }

    /** The same for both directions of a flow: addresses and, in a first fragment or none, ports. */
    int flowHash() {
        long at = packet.address() + EthernetHeader.BYTES;
        int length = packet.length() - EthernetHeader.BYTES;
        if (protocol == EthernetHeader.IPV4 && length >= IPV4_BYTES) {
            int header = (Bytes.byteAt(at) & 15) * 4;
            boolean ported = (Bytes.intAt(at + 4) & IPV4_FRAGMENT) == 0 && hasPorts(Bytes.byteAt(at + 9));
            return mix(Bytes.intAt(at + 12) ^ Bytes.intAt(at + 16),
                    ported && length >= header + Integer.BYTES ? Bytes.intAt(at + header) : 0);
        }
        if (protocol == EthernetHeader.IPV6 && length >= IPV6_BYTES) {
            int addresses = 0;
            for (int i = 8; i < IPV6_BYTES; i += Integer.BYTES) {
                addresses ^= Bytes.intAt(at + i);
            }
            boolean ported = hasPorts(Bytes.byteAt(at + 6)) && length >= IPV6_BYTES + Integer.BYTES;
            return mix(addresses, ported ? Bytes.intAt(at + IPV6_BYTES) : 0);
        }
        return mix((int) sender, protocol);
    }

    private static boolean hasPorts(int carried) {
        return carried == Ip.TCP || carried == Ip.UDP;
    }

    /** Both ports in any order. */
    private static int mix(int addresses, int ports) {
        int hash = (addresses ^ ports >>> 16 ^ ports & 0xffff) * 0x9e37_79b1;
        return hash ^ hash >>> 15;
    }

    int randomBits() {
        int hash = number * 0x85eb_ca6b;
        return hash ^ hash >>> 13;
    }

    /** Bytes 8 to 11 of struct sockaddr_ll: hardware type, kind, length of the address. */
    int description() {
        return hardware | kind << 16 | ADDRESS_BYTES << 24;
    }

    /** Bytes 12 to 19: the address, left-justified. */
    long address() {
        return sender << 16;
    }
}

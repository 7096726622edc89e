package demitasse.posix.packet;

import demitasse.device.net.Packet;
import demitasse.net.stack.NetInterface;
import demitasse.net.wire.EthernetHeader;

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

    Packet packet;
    int interfaceIndex;
    boolean leaves;
    int protocol;
    int kind;
    int hardware;
    long sender;
    int status;

    void set(NetInterface on, Packet newPacket, boolean nowLeaves) {
        packet = newPacket;
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

    /** Bytes 8 to 11 of struct sockaddr_ll: hardware type, kind, length of the address. */
    int description() {
        return hardware | kind << 16 | ADDRESS_BYTES << 24;
    }

    /** Bytes 12 to 19: the address, left-justified. */
    long address() {
        return sender << 16;
    }
}

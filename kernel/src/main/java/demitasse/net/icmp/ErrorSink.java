package demitasse.net.icmp;

import demitasse.device.net.Packet;
import demitasse.net.ip.PacketInfo;

/** Who hears what ICMP has to tell: that a packet of ours did not arrive, and what is said about the link. */
public interface ErrorSink {
    /**
     * @param ports source and target port of the packet that was quoted, which claims to be ours
     * @param sequence what follows the ports; of TCP the sequence number
     * @param errno as a socket shows it
     * @param mtuBytes not 0: it was too long for a link on its way, which carries so much
     */
    void unreachable(int protocol, long localHigh, long localLow, long remoteHigh, long remoteLow, int ports,
            int sequence, int errno, int mtuBytes);

    /** A message of neighbour discovery, whose checksum is right; the caller keeps the packet. */
    void discovery(Packet packet, PacketInfo info);

    /** A message of IGMP, or one of MLD, whose checksum is right; the caller keeps the packet. */
    void membership(Packet packet, PacketInfo info);

    /** An echo reply: whoever sent the request may take a copy. */
    void echoReply(long address, int lengthBytes);
}

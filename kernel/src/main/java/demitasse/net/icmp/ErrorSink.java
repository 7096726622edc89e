package demitasse.net.icmp;

import demitasse.device.net.Packet;
import demitasse.net.ip.ErrorReport;
import demitasse.net.ip.PacketInfo;

/** Who hears what ICMP has to tell: that a packet of ours did not arrive, and what is said about the link. */
public interface ErrorSink {
    /** A packet that claims to be ours did not arrive; the report is valid during the call. */
    void unreachable(ErrorReport report);

    /** A message of neighbour discovery, whose checksum is right; the caller keeps the packet. */
    void discovery(Packet packet, PacketInfo info);

    /** A message of IGMP, or one of MLD, whose checksum is right; the caller keeps the packet. */
    void membership(Packet packet, PacketInfo info);

    /** An echo reply: whoever sent the request may take a copy. */
    void echoReply(Packet packet, PacketInfo info);
}

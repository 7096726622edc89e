package demitasse.net.ip;

import demitasse.device.net.Packet;

/** What IP tells the protocol above about a received packet, whose bytes begin with the transport header. */
public final class PacketInfo {
    public long sourceHigh;
    public long sourceLow;
    public long targetHigh;
    public long targetLow;
    public int protocol;
    public int timeToLive;
    public int service;
    public int interfaceIndex;
    /** Sent to a broadcast or multicast address. */
    public boolean isToMany;
    /** It came in fragments. */
    public boolean isReassembled;

    /** Notes on a packet what its receiver may ask for. */
    public void noteOn(Packet packet) {
        packet.sourceHigh = sourceHigh;
        packet.sourceLow = sourceLow;
        packet.targetHigh = targetHigh;
        packet.targetLow = targetLow;
        packet.timeToLive = timeToLive;
        packet.service = service;
        packet.interfaceIndex = interfaceIndex;
    }
}

package demitasse.net.ip;

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

    public void copyFrom(PacketInfo other) {
        sourceHigh = other.sourceHigh;
        sourceLow = other.sourceLow;
        targetHigh = other.targetHigh;
        targetLow = other.targetLow;
        protocol = other.protocol;
        timeToLive = other.timeToLive;
        service = other.service;
        interfaceIndex = other.interfaceIndex;
        isToMany = other.isToMany;
        isReassembled = other.isReassembled;
    }
}

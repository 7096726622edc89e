package demitasse.device.net;

/** A network device. Nothing here blocks, and no packet is ever copied on the way to its next owner. */
public interface NetDevice {
    /** {@link #offloads}: finishes the checksum of a packet that is sent. */
    int CHECKSUM = 1;
    /** {@link #offloads}: cuts large TCP segments over IPv4. */
    int SEGMENT_IPV4 = 1 << 1;
    /** {@link #offloads}: cuts large TCP segments over IPv6. */
    int SEGMENT_IPV6 = 1 << 2;
    /** {@link #offloads}: takes packets with a {@link Packet#tail}; by the end of {@link #transmit} it is copied. */
    int GATHER = 1 << 3;
    /** {@link #offloads}: cuts a large UDP datagram into several, over IPv4 and IPv6 (USO). */
    int SEGMENT_DATAGRAMS = 1 << 4;

    /** The MAC address in the low 48 bits; 0 for a device that has none. */
    long address();

    /** The largest IP datagram. */
    int mtuBytes();

    /** What the device does for a sender. */
    int offloads();

    boolean isUp();

    /** The next frame, now the caller's; null when there is none. */
    Packet receive();

    /** Whether it is to be asked for a frame again soon, and before sleep: it will not tell of the next by itself. */
    default boolean wantsLook() {
        return false;
    }

    /** Whether {@link #transmit} takes a packet now. False turns into true by {@link #flush} at the latest. */
    boolean hasRoom();

    /** True: the device owns it now; false: there is no room, the caller keeps it. */
    boolean transmit(Packet packet);

    /** One doorbell for everything transmitted since the last. */
    void flush();
}

package demitasse.net.ip;

import demitasse.device.net.Packet;

/** What TCP, UDP and ICMP ask of IP. */
public interface IpLayer {
    /**
     * Finds the way to an address.
     *
     * @param interfaceIndex only through this one; 0 for any
     * @return 0, -ENETUNREACH
     */
    int find(Hop out, long targetHigh, long targetLow, int interfaceIndex);

    /** Changes whenever an answer of {@link #find} may have changed. */
    int generation();

    /** Whether an address is one of ours (127/8 among them). */
    boolean isLocal(long high, long low);

    /**
     * Whether the device takes a packet now, or loses it at once, being down. A sender of much asks first: what a full
     * device refuses is lost. When there is no room, the waiter hears of it as soon as there is again.
     */
    boolean hasRoom(Hop hop, RoomWaiter waiter);

    /** Whether the device takes packets with a {@link Packet#tail} now. */
    boolean gathers(Hop hop);

    /**
     * Has the waiter called when the program that has written lets others run, with whatever else leaves then: for what
     * is worth no packet of its own yet. It is not long in coming, however long the program goes on.
     *
     * @return false where waiting would gain nothing, on lo
     */
    boolean later(Hop hop, RoomWaiter waiter);

    /**
     * Listens to a group at an interface, or, for 0, where its packets would go.
     *
     * @return the index of the interface, -ENODEV, -ENOBUFS
     */
    int join(long groupHigh, long groupLow, int interfaceIndex);

    /** Takes one {@link #join} back. */
    void leave(long groupHigh, long groupLow, int interfaceIndex);

    /** An empty packet with room for headers and so much payload; null when there are too many. */
    Packet take(int payloadBytes);

    /**
     * Sends a packet that begins with its transport header. It is the layer's from now on, whatever the result.
     *
     * @param protocol of {@link demitasse.net.wire.Ip}
     * @param service type of service, or traffic class
     * @param fragments whether it may be cut into fragments
     * @return 0, -EMSGSIZE, -ENOBUFS, -EHOSTUNREACH
     */
    int send(Packet packet, Hop hop, long sourceHigh, long sourceLow, long targetHigh, long targetLow, int protocol,
            int timeToLive, int service, boolean fragments);

    /** Sends a packet that begins with its IP header, to where the hop leads. It is gone, whatever the result. */
    int transmit(Packet packet, Hop hop);
}

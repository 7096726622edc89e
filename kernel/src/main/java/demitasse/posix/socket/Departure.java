package demitasse.posix.socket;

import demitasse.net.ip.SocketAddress;

/** A target with what control messages ask for this one message: ip(7) IP_PKTINFO, IP_TTL, IP_TOS and their kin. */
public final class Departure extends SocketAddress {
    public static final int UNSET = -1;

    /** 0 for any. */
    public int interfaceIndex;
    /** 0, 0 for the bound one. */
    public long sourceHigh;
    public long sourceLow;
    public int timeToLive = UNSET;
    public int service = UNSET;
    /** UDP_SEGMENT, udp(7). */
    public int segmentBytes = UNSET;
}

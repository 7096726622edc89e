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
    /** IPV6_DONTFRAG. */
    public boolean keepsWhole;
    /** Set before control messages are read: whose message it is may set a mark, and may say when it leaves. */
    public boolean isPrivileged;
    public boolean mayHaveTime;
    /** UDP_SEGMENT, udp(7). */
    public int segmentBytes = UNSET;
}

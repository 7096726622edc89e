package demitasse.net.ip;

/** How an address is reached: what {@link IpLayer#find} has found, kept by a connection until routes change. */
public final class Hop {
    /** Whose device sends; 1 is lo. */
    public int interfaceIndex;
    /** The neighbour to send to: a gateway, or the target itself. */
    public long nextHigh;
    public long nextLow;
    /** The address to send from when none was asked for. */
    public long sourceHigh;
    public long sourceLow;
    public int mtuBytes;
    /** Bits of {@link demitasse.device.net.NetDevice}. */
    public int offloads;
    /** Compared with {@link IpLayer#generation}. */
    public int generation;
    /** Whether what goes to a group or to all comes back to those of us who want it, IP_MULTICAST_LOOP. */
    public boolean loops;
}

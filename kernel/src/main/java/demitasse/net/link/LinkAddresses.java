package demitasse.net.link;

import demitasse.device.net.Packet;

/** What a link asks of its interface. */
public interface LinkAddresses {
    /** Whether an IPv4 address is the interface's. */
    boolean hasIpv4(int address);

    /** An IPv4 address of the interface in the network of a target; 0 without one. */
    int ipv4For(int target);

    /** Asks for the hardware address of an IPv6 neighbour: all who may have the address, or where it was before. */
    void solicit(long high, long low, boolean isProbe);

    /** A packet that begins with its IP header has waited for a neighbour in vain. The link keeps it. */
    void unreachable(Packet packet);

    /** A neighbour that was known answers no more. */
    void lost(long high, long low);
}

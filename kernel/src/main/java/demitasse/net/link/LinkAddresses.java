package demitasse.net.link;

/** What a link asks of its interface. */
public interface LinkAddresses {
    /** Whether an IPv4 address is the interface's. */
    boolean hasIpv4(int address);

    /** An IPv4 address of the interface in the network of a target; 0 without one. */
    int ipv4For(int target);
}

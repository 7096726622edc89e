package demitasse.net.stack;

/** Who hears what routers say that is not for IPv6 itself, RFC 4861 §4.2. */
public interface RouterNews {
    /**
     * A router has advertised itself. Nothing may be called back from inside.
     *
     * @param managed addresses are to be had by DHCPv6 (M)
     * @param other other settings are (O)
     */
    void advertised(boolean managed, boolean other);
}

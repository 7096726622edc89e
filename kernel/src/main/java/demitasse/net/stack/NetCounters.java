package demitasse.net.stack;

/** Packets that went no further, by reason. */
public final class NetCounters {
    public final IpCounters ipv4 = new IpCounters();
    public final IpCounters ipv6 = new IpCounters();
    /** Neither version of IP, or nothing at all. */
    public long unknownVersions;
    /** Said to come from ourselves, yet not by lo. */
    public long forged;
    public long echoReplies;
    /** ICMP about packets that we did not send. */
    public long strangeErrors;
    public long badDiscoveries;
    public long ignoredDiscoveries;
    public long duplicateAddresses;
    public long badGroupMessages;
    public long groupReports;

    IpCounters of(boolean v4) {
        return v4 ? ipv4 : ipv6;
    }
}

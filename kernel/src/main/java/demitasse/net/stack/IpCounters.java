package demitasse.net.stack;

/** What became of the packets of one version of IP; the names are those of /proc/net/snmp and snmp6. */
public final class IpCounters {
    public long inReceives;
    public long inHeaderErrors;
    public long inAddressErrors;
    public long inUnknownProtocols;
    public long inTruncated;
    /** No packet was free for what was to be kept. */
    public long inDiscards;
    public long inDelivers;
    public long inMulticasts;
    public long outRequests;
    public long outDiscards;
    public long reassemblyTimeouts;
    public long reassemblyNeeded;
    public long reassembled;
    public long reassemblyFails;
    /** Among them: fragments that overlap, RFC 5722, and those that found no room. */
    public long reassemblyOverlaps;
    public long reassemblyEvictions;
    public long fragmented;
    public long fragmentFails;
    public long fragmentsMade;
}

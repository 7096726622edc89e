package demitasse.net.stack;

/** Packets that went no further, by reason. */
public final class NetCounters {
    public long badHeaders;
    public long notForUs;
    public long fragmentsDropped;
    public long unknownProtocols;
    public long echoReplies;
}

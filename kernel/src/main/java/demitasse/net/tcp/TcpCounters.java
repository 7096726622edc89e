package demitasse.net.tcp;

/** What happened since boot; names as in /proc/net/snmp and netstat. */
public final class TcpCounters {
    public long activeOpens;
    public long passiveOpens;
    public long attemptFails;
    public long establishedResets;
    public long inSegments;
    public long outSegments;
    public long retransmitted;
    public long inErrors;
    public long outResets;
    public long badChecksums;
    public long listenOverflows;
    public long listenDrops;
    public long cookiesSent;
    public long cookiesReceived;
    public long cookiesFailed;
    public long challenges;
    public long orphanOverflows;
    public long outOfOrderRefused;
    public long rateLimited;
    public long zeroWindowProbes;
    public long keepAliveProbes;
    public long ecnReductions;
    public long ecnNegotiated;
    public long pawsDrops;
    public long timeouts;
    public long lossProbes;
    public long lossProbeRepairs;
    public long fastRecoveries;
    public long outOfOrder;
    public long memoryDrops;
    public long timeWaitReused;
    public long timeWaitOverflows;
}

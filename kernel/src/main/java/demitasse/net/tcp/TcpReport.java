package demitasse.net.tcp;

/** What TCP_INFO tells, tcp(7). */
public final class TcpReport {
    public final int state;
    public final int congestionState;
    public final int backoff;
    public final boolean hasTimestamps;
    public final boolean hasSack;
    public final boolean hasScale;
    public final long rtoUs;
    public final int sendSegmentBytes;
    public final int receiveSegmentBytes;
    public final int unacknowledged;
    public final int sacked;
    public final long rttUs;
    public final long rttVariationUs;
    public final long rttMinimumUs;
    public final int congestionWindow;
    public final long slowStartThreshold;
    public final int unsentBytes;

    TcpReport(TcpConnection connection) {
        Sender sender = connection.sender;
        int segment = Math.max(1, sender.segmentBytes());
        state = connection.state;
        congestionState = sender.recovery.congestionState();
        backoff = sender.roundTrip.backoff();
        hasTimestamps = connection.hasTimestamps;
        hasSack = connection.hasSack;
        hasScale = connection.hasScale;
        rtoUs = sender.roundTrip.rtoNs() / 1000;
        sendSegmentBytes = sender.segmentBytes();
        receiveSegmentBytes = sender.peerSegmentBytes();
        unacknowledged = sender.scoreboard.count();
        sacked = sender.scoreboard.sackedCount();
        rttUs = sender.roundTrip.smoothedNs() / 1000;
        rttVariationUs = sender.roundTrip.variationNs() / 1000;
        rttMinimumUs = sender.roundTrip.minimumNs() / 1000;
        congestionWindow = (int) (sender.congestion.window() / segment);
        slowStartThreshold = Math.min(Integer.MAX_VALUE, sender.congestion.threshold() / segment);
        unsentBytes = sender.unsentBytes();
    }
}

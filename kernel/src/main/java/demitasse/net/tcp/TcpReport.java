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
    public final int retransmits;
    public final int sendScale;
    public final int receiveScale;
    public final int lost;
    public final int resentInFlight;
    public final long sentMsAgo;
    public final long receivedMsAgo;
    public final long heardMsAgo;
    public final int pathMtuBytes;
    public final int offeredSegmentBytes;
    public final int receiveLimitBytes;
    public final int segmentsResent;
    public final long bytesAcknowledged;
    public final long bytesReceived;
    public final long bytesSent;
    public final long bytesResent;
    public final long segmentsIn;
    public final long segmentsOut;
    public final long dataSegmentsIn;
    public final long dataSegmentsOut;
    public final long sendWindowBytes;
    public final long receiveWindowBytes;

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
        retransmits = sender.roundTrip.backoff();
        sendScale = sender.scale();
        receiveScale = hasScale ? Receiver.SCALE : 0;
        lost = sender.scoreboard.count(Scoreboard.LOST);
        resentInFlight = sender.scoreboard.count(Scoreboard.RESENT);
        sentMsAgo = ago(connection, connection.statistics.dataSentNs);
        receivedMsAgo = ago(connection, connection.statistics.dataReceivedNs);
        heardMsAgo = ago(connection, connection.heardNs);
        pathMtuBytes = connection.hop.mtuBytes;
        offeredSegmentBytes = connection.hop.mtuBytes == 0 ? 0 : connection.offeredSegmentBytes();
        receiveLimitBytes = connection.receiver.limitBytes();
        segmentsResent = connection.statistics.segmentsResent;
        bytesAcknowledged = Math.max(0, Math.min(sender.unacknowledged(), sender.end()) - 1);
        bytesReceived = Math.max(0, connection.receiver.next() - (connection.receiver.isFinished() ? 2 : 1));
        bytesSent = connection.statistics.bytesSent;
        bytesResent = connection.statistics.bytesResent;
        segmentsIn = connection.statistics.segmentsIn;
        segmentsOut = connection.statistics.segmentsOut;
        dataSegmentsIn = connection.statistics.dataSegmentsIn;
        dataSegmentsOut = connection.statistics.dataSegmentsOut;
        sendWindowBytes = sender.window();
        receiveWindowBytes = connection.receiver.offeredBytes();
    }

    private static long ago(TcpConnection connection, long thenNs) {
        return thenNs == 0 ? 0 : Math.max(0, connection.tcp.nowNs() - thenNs) / 1_000_000;
    }
}

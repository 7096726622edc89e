package demitasse.net.tcp;

/** What one connection has sent and received, for TCP_INFO of tcp(7). */
public final class TcpStatistics {
    long segmentsIn;
    long segmentsOut;
    long dataSegmentsIn;
    long dataSegmentsOut;
    long bytesSent;
    long bytesResent;
    int segmentsResent;
    long dataSentNs;
    public long dataReceivedNs;
}

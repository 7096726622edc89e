package demitasse.net.icmp;

/** Who hears that a packet of ours did not arrive. */
public interface ErrorSink {
    /**
     * @param ports source and target port of the packet that was quoted, which we sent
     * @param errno as a socket shows it
     */
    void unreachable(int protocol, long localHigh, long localLow, long remoteHigh, long remoteLow, int ports,
            int errno);

    /** A packet to this address was too long for a link on its way. */
    void tooBig(long remoteHigh, long remoteLow, int mtuBytes);

    /** An echo reply: whoever sent the request may take a copy. */
    void echoReply(long address, int lengthBytes);
}

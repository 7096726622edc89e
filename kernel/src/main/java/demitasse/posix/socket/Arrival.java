package demitasse.posix.socket;

import demitasse.device.net.Packet;
import demitasse.net.ip.SocketAddress;

/** What came beside the bytes of a message: its sender, and what control messages tell, cmsg(3). */
public final class Arrival {
    public final SocketAddress from = new SocketAddress();
    /** Whether {@link #from} is set. */
    public boolean hasSender;
    /** The message was longer than the buffer. */
    public boolean truncated;
    /** It is the urgent byte of a stream. */
    public boolean outOfBand;
    /** The rest is set: where the message was sent to, where it came in, and when, by the monotonic clock. */
    public boolean hasDetails;
    public long targetHigh;
    public long targetLow;
    public int interfaceIndex;
    public int service;
    public int timeToLive;
    public long arrivedNs;
    /** MSG_ERRQUEUE: the error, where it comes from, struct sock_extended_err of ip(7); 0 for an ordinary message. */
    public int errno;
    public int origin;
    public int information;
    /** MSG_ZEROCOPY: what is told is no error but which messages need their memory no more. */
    public boolean isNotice;
    public int lastNotice;
    public long offenderHigh;
    public long offenderLow;
    /** UDP_GRO: how long each of several datagrams is that came in one; 0 for a single one. */
    public int segmentBytes;
    /** TCP_INQ: what waits in a stream behind what was received, its end too; -1 where nobody asked. */
    public int queuedBytes = -1;
    /** PACKET_AUXDATA: what the whole frame is like. */
    public int fullBytes;
    public int keptBytes;
    public int status;
    public int headerBytes;

    void describe(Packet packet) {
        hasDetails = true;
        targetHigh = packet.targetHigh;
        targetLow = packet.targetLow;
        interfaceIndex = packet.interfaceIndex;
        service = packet.service;
        timeToLive = packet.timeToLive;
        arrivedNs = packet.arrivedNs;
    }
}

package demitasse.net.ip;

import demitasse.device.net.Packet;
import demitasse.net.wire.Bytes;

/** What an ICMP message says about a packet of ours that did not arrive. */
public final class ErrorReport {
    /** SO_EE_ORIGIN_LOCAL, _ICMP and _ICMP6 of linux/errqueue.h. */
    public static final int LOCAL = 1;
    public static final int ICMP = 2;
    public static final int ICMP6 = 3;
    /** SO_EE_ORIGIN_ZEROCOPY, and SO_EE_CODE_ZEROCOPY_COPIED. */
    public static final int ZERO_COPY = 5;
    public static final int COPIED = 1;
    private static final int PAYLOAD_MAX_BYTES = 512;

    /** Of the packet that was quoted, which we sent. */
    public int protocol;
    public long localHigh;
    public long localLow;
    public long remoteHigh;
    public long remoteLow;
    /** Its transport header, and how much of it and what follows was quoted; at least eight bytes. */
    public long transport;
    public int transportBytes;
    /** As a socket shows it. */
    public int errno;
    public int type;
    public int code;
    /** Of the link that it was too long for; 0 otherwise. */
    public int mtuBytes;
    /** Who says so. */
    public long offenderHigh;
    public long offenderLow;

    public int localPort() {
        return Bytes.portsAt(transport) >>> 16;
    }

    public int remotePort() {
        return Bytes.portsAt(transport) & 0xffff;
    }

    /** What follows the ports; of TCP the sequence number. */
    public int sequence() {
        return Bytes.intAt(transport + 4);
    }

    /** Tells a mailbox that wants to know more than the errno; {@code headerBytes} are not quoted to it. */
    public void tell(Mailbox box, IpLayer ip, int headerBytes, int port) {
        int bytes = Math.max(0, Math.min(transportBytes - headerBytes, PAYLOAD_MAX_BYTES));
        Packet packet = ip.take(bytes);
        if (packet == null) {
            box.fail(errno);
            return;
        }
        Bytes.copy(transport + headerBytes, packet.append(bytes), bytes);
        packet.sourceHigh = offenderHigh;
        packet.sourceLow = offenderLow;
        packet.targetHigh = remoteHigh;
        packet.targetLow = remoteLow;
        packet.sourcePort = port;
        packet.service = type;
        packet.timeToLive = code;
        packet.segmentBytes = errno;
        packet.headerBytes = mtuBytes;
        box.offerError(packet);
    }
}

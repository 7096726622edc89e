package demitasse.driver.virtio;

import demitasse.base.annotation.HotPath;
import demitasse.base.memory.Memory;
import demitasse.device.net.Packet;

/**
 * What stands before a frame, virtio 1.2 §5.1.6: struct virtio_net_hdr. Linux's TAP devices use the short form of
 * before virtio 1.0.
 *
 * <pre>
 *  flags 1 | segmentation 1 | header 2 | segment 2 | checksum start 2 | offset 2 | (long form) buffers 2
 * </pre>
 */
public final class NetHeader {
    public static final int BYTES = 12;
    public static final int SHORT_BYTES = 10;

    private static final int SEGMENTATION = 1;
    private static final int HEADER = 2;
    private static final int SEGMENT = 4;
    private static final int START = 6;
    private static final int OFFSET = 8;
    private static final int BUFFERS = 10;
    private static final int NEEDS_CHECKSUM = 1;
    private static final int CHECKSUM_GOOD = 2;
    private static final int TCP_IPV4 = 1;
    private static final int TCP_IPV6 = 4;
    private static final int UDP = 5;
    /** Beside the others: a segment had the congestion bit. */
    private static final int CONGESTION = 0x80;
    private static final int ETHERNET_BYTES = 14;
    /** Where UDP has its checksum, RFC 768; TCP's is elsewhere. */
    private static final int UDP_CHECKSUM = 6;

    private NetHeader() {
    }

    /** Puts it before a frame that is to be sent; what the packet leaves to the device stands in it. */
    @HotPath("per packet")
    public static void push(Packet packet, int headerBytes) {
        int checksumStart = packet.checksumStart;
        long header = packet.push(headerBytes);
        Memory.fill(header, headerBytes, (byte) 0);
        if (checksumStart != Packet.NO_CHECKSUM) {
            Memory.putByte(header, (byte) NEEDS_CHECKSUM);
            Memory.putShort(header + START, (short) checksumStart);
            Memory.putShort(header + OFFSET, (short) packet.checksumOffset);
        }
        if (packet.segmentBytes != 0) {
            boolean ipv4 = Memory.getByte(header + headerBytes + ETHERNET_BYTES) >>> 4 == 4;
            int kind = packet.checksumOffset == UDP_CHECKSUM ? UDP : ipv4 ? TCP_IPV4 : TCP_IPV6;
            Memory.putByte(header + SEGMENTATION, (byte) kind);
            Memory.putShort(header + HEADER, (short) (ETHERNET_BYTES + packet.headerBytes));
            Memory.putShort(header + SEGMENT, (short) packet.segmentBytes);
        }
    }

    /** Sums that are only begun count: they come from this machine, or another guest of it. */
    public static boolean isChecksumGood(long header) {
        return (Memory.getByte(header) & (NEEDS_CHECKSUM | CHECKSUM_GOOD)) != 0;
    }

    /** How long the datagrams are that the device has put together, without headers; 0 for one, and for TCP. */
    public static int datagramBytes(long header) {
        boolean joined = (Memory.getByte(header + SEGMENTATION) & ~CONGESTION) == UDP;
        return joined ? Memory.getUnsignedShort(header + SEGMENT) : 0;
    }

    /** How many buffers of the device the frame takes; in the long form only. */
    static int buffers(long header) {
        return Memory.getUnsignedShort(header + BUFFERS);
    }
}

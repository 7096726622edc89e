package demitasse.device.net;

import demitasse.alloc.Allocator;
import demitasse.base.annotation.ColdPath;

/**
 * Where packets come from: three sizes, made when first needed, kept for reuse, bounded in number. When the bound is
 * reached a sender waits or a received packet is lost, and memory stays as it is.
 */
public final class PacketPool {
    /** Holds a frame of 1500 bytes with all headers. */
    public static final int SMALL_BYTES = 2048;
    /** Holds a frame of 9000 bytes, and what most programs put into a datagram: it counts with its whole memory. */
    public static final int MEDIUM_BYTES = 12 << 10;
    /** Holds the largest IP datagram, or a segment of that size for the device to cut. */
    public static final int LARGE_BYTES = 68 << 10;
    /** What the stack puts in front of a payload at most: device header 16, Ethernet 18, IPv6 40, TCP 60. */
    public static final int HEADROOM_BYTES = 144;

    private final Allocator memory;
    private final Size small;
    private final Size medium;
    private final Size large;
    private long shortages;

    /** @param limitBytes what all packets together may take */
    public PacketPool(Allocator memory, long limitBytes) {
        this.memory = memory;
        small = new Size(SMALL_BYTES, 64, (int) Math.min(1 << 16, limitBytes * 3 / 8 / SMALL_BYTES));
        medium = new Size(MEDIUM_BYTES, 4096, (int) Math.min(1 << 12, limitBytes / 8 / MEDIUM_BYTES));
        large = new Size(LARGE_BYTES, 4096, (int) Math.min(1 << 10, limitBytes / 2 / LARGE_BYTES));
    }

    /** An empty packet with {@link #HEADROOM_BYTES} in front and room for a payload; null when there are too many. */
    public Packet take(int payloadBytes) {
        Size size = sizeFor(payloadBytes + HEADROOM_BYTES);
        Packet packet = size == null ? null : size.free;
        if (packet != null) {
            size.free = packet.next;
        } else {
            packet = size == null ? null : create(size);
            if (packet == null) {
                shortages++;
                return null;
            }
        }
        packet.pooled = false;
        packet.reset(HEADROOM_BYTES);
        size.inUse++;
        return packet;
    }

    void give(Packet packet) {
        assert !packet.pooled : "a packet is given back once";
        packet.pooled = true;
        Size size = sizeFor(packet.capacityBytes());
        size.inUse--;
        packet.next = size.free;
        size.free = packet;
    }

    /** The smallest size of so many bytes; null when there is none. */
    private Size sizeFor(int bytes) {
        return bytes <= SMALL_BYTES ? small : bytes <= MEDIUM_BYTES ? medium : bytes <= LARGE_BYTES ? large : null;
    }

    /** Packets that somebody owns now. */
    public int inUse() {
        return small.inUse + medium.inUse + large.inUse;
    }

    /** Whether at least half of the packets of this one's size are nobody's. */
    boolean isPlentiful(Packet packet) {
        Size size = sizeFor(packet.capacityBytes());
        return size.inUse <= size.countMax / 2;
    }

    /** How often there was none. */
    public long shortages() {
        return shortages;
    }

    @ColdPath("the pool grows to what the load needs, once")
    private Packet create(Size size) {
        if (size.count >= size.countMax) {
            return null;
        }
        long address = memory.allocate(size.bytes, size.alignmentBytes);
        if (address == Allocator.NONE) {
            return null;
        }
        size.count++;
        return new Packet(this, address, size.bytes);
    }

    /** Packets of one size, of which the free ones are a list. */
    private static final class Size {
        final int bytes;
        final int alignmentBytes;
        final int countMax;
        int count;
        int inUse;
        Packet free;

        Size(int bytes, int alignmentBytes, int countMax) {
            this.bytes = bytes;
            this.alignmentBytes = alignmentBytes;
            this.countMax = countMax;
        }
    }
}

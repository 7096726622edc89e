package demitasse.device.net;

import demitasse.alloc.Allocator;
import demitasse.base.annotation.ColdPath;

/**
 * Where packets come from: two sizes, made when first needed, kept for reuse, bounded in number. When the bound is
 * reached a sender waits or a received packet is lost, and memory stays as it is.
 */
public final class PacketPool {
    /** Holds a frame of 1500 bytes with all headers. */
    public static final int SMALL_BYTES = 2048;
    /** Holds the largest IP datagram, or a segment of that size for the device to cut. */
    public static final int LARGE_BYTES = 68 << 10;
    /** What the stack puts in front of a payload at most: device header 16, Ethernet 18, IPv6 40, TCP 60. */
    public static final int HEADROOM_BYTES = 144;

    private final Allocator memory;
    private final int smallMax;
    private final int largeMax;
    private Packet freeSmall;
    private Packet freeLarge;
    private int smallCount;
    private int largeCount;
    private int inUse;
    private long shortages;

    /** @param limitBytes what all packets together may take */
    public PacketPool(Allocator memory, long limitBytes) {
        this.memory = memory;
        smallMax = (int) Math.min(1 << 16, limitBytes / 2 / SMALL_BYTES);
        largeMax = (int) Math.min(1 << 10, limitBytes / 2 / LARGE_BYTES);
    }

    /** An empty packet with {@link #HEADROOM_BYTES} in front and room for a payload; null when there are too many. */
    public Packet take(int payloadBytes) {
        boolean small = payloadBytes <= SMALL_BYTES - HEADROOM_BYTES;
        Packet packet = small ? freeSmall : freeLarge;
        if (packet == null) {
            packet = payloadBytes <= LARGE_BYTES - HEADROOM_BYTES ? create(small) : null;
            if (packet == null) {
                shortages++;
                return null;
            }
        } else if (small) {
            freeSmall = packet.next;
        } else {
            freeLarge = packet.next;
        }
        packet.pooled = false;
        packet.reset(HEADROOM_BYTES);
        inUse++;
        return packet;
    }

    void give(Packet packet) {
        assert !packet.pooled : "a packet is given back once";
        packet.pooled = true;
        inUse--;
        if (packet.capacityBytes() == SMALL_BYTES) {
            packet.next = freeSmall;
            freeSmall = packet;
        } else {
            packet.next = freeLarge;
            freeLarge = packet;
        }
    }

    /** Packets that somebody owns now. */
    public int inUse() {
        return inUse;
    }

    /** How often there was none. */
    public long shortages() {
        return shortages;
    }

    @ColdPath("the pool grows to what the load needs, once")
    private Packet create(boolean small) {
        if (small ? smallCount >= smallMax : largeCount >= largeMax) {
            return null;
        }
        int bytes = small ? SMALL_BYTES : LARGE_BYTES;
        long address = memory.allocate(bytes, small ? 64 : 4096);
        if (address == Allocator.NONE) {
            return null;
        }
        if (small) {
            smallCount++;
        } else {
            largeCount++;
        }
        return new Packet(this, address, bytes);
    }
}

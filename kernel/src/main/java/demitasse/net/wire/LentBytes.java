package demitasse.net.wire;

import demitasse.base.annotation.ColdPath;
import demitasse.device.net.Packet;

/**
 * Bytes of a stream that stay where they are until they are dropped: runs of a file or of packets, one behind the
 * other, with gaps between them that somebody else fills. Parallel arrays in a ring, as long as they have ever had to
 * be.
 */
final class LentBytes {
    /** As many as the largest send buffer can hold of {@link StreamBuffer#LENT_BYTES_MIN} bytes each. */
    static final int COUNT_MAX = 2048;
    private static final int INITIAL = 16;

    private final PageCache cache;
    private long[] starts;
    private long[] addresses;
    private int[] lengths;
    /** Whose frames are held, and go when nobody else holds them. */
    private boolean[] held;
    /** To be released, or null. */
    private Packet[] packets;
    private int first;
    private int count;

    LentBytes(PageCache cache) {
        this.cache = cache;
    }

    int count() {
        return count;
    }

    /**
     * Adds bytes behind all others; false when there are too many.
     *
     * @param isHeld whether they stand in frames that are to be held
     */
    boolean add(long position, long address, int lengthBytes, boolean isHeld) {
        return count < COUNT_MAX && (!isHeld || cache.hold(address, lengthBytes))
                && add(position, address, lengthBytes, isHeld, null);
    }

    /** Adds bytes of a packet behind all others, and takes the packet; false when there are too many. */
    boolean add(long position, Packet packet, long address, int lengthBytes) {
        return count < COUNT_MAX && add(position, address, lengthBytes, false, packet);
    }

    private boolean add(long position, long address, int lengthBytes, boolean isHeld, Packet packet) {
        assert count == 0 || position >= end(count - 1) : "bytes are lent in the order of the stream";
        if (starts == null || count == starts.length) {
            grow();
        }
        int slot = slot(count++);
        starts[slot] = position;
        addresses[slot] = address;
        lengths[slot] = lengthBytes;
        held[slot] = isHeld;
        packets[slot] = packet;
        return true;
    }

    /** The first run that ends behind a position; {@link #count} for none. */
    int find(long position) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = low + high >>> 1;
            if (end(middle) > position) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    long start(int index) {
        return starts[slot(index)];
    }

    long end(int index) {
        int slot = slot(index);
        return starts[slot] + lengths[slot];
    }

    /** Where a byte of a run stands. */
    long at(int index, long position) {
        int slot = slot(index);
        return addresses[slot] + (position - starts[slot]);
    }

    /** Gives back what ends before or at a position. */
    void dropTo(long position) {
        while (count > 0 && end(0) <= position) {
            if (held[first]) {
                cache.drop(addresses[first], lengths[first]);
            }
            if (packets[first] != null) {
                packets[first].release();
                packets[first] = null;
            }
            first = slot(1);
            count--;
        }
    }

    /** Gives everything back. */
    void clear() {
        dropTo(Long.MAX_VALUE);
        starts = null;
        addresses = null;
        lengths = null;
        held = null;
        packets = null;
    }

    private int slot(int index) {
        return first + index & starts.length - 1;
    }

    @ColdPath("the ring doubles while a connection gathers speed")
    private void grow() {
        int length = starts == null ? INITIAL : 2 * starts.length;
        long[] newStarts = new long[length];
        long[] newAddresses = new long[length];
        int[] newLengths = new int[length];
        boolean[] newHeld = new boolean[length];
        Packet[] newPackets = new Packet[length];
        for (int i = 0; i < count; i++) {
            int slot = slot(i);
            newStarts[i] = starts[slot];
            newAddresses[i] = addresses[slot];
            newLengths[i] = lengths[slot];
            newHeld[i] = held[slot];
            newPackets[i] = packets[slot];
        }
        starts = newStarts;
        addresses = newAddresses;
        lengths = newLengths;
        held = newHeld;
        packets = newPackets;
        first = 0;
    }
}

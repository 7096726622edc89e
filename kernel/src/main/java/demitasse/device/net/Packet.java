package demitasse.device.net;

/**
 * A frame or datagram on its way: raw memory with room in front, so that each layer puts its header before what is
 * there. Pooled; it has one owner at a time, who hands it on or gives it back by {@link #release}.
 */
public final class Packet {
    /** {@link #checksumStart} of a packet whose checksums are all in place. */
    public static final int NO_CHECKSUM = -1;

    /** For whoever owns the packet. */
    public Packet next;
    /** Set by the sender: offset from {@link #address} of the first byte that a checksum covers, to be finished. */
    public int checksumStart = NO_CHECKSUM;
    /** Where the checksum goes, from {@link #checksumStart}; there stands the sum of the pseudo header. */
    public int checksumOffset;
    /** Set by the device: the transport checksum was found right, or never left the machine. */
    public boolean checksumGood;
    /** The device is to cut the payload into pieces of this size (TSO, USO), or has joined datagrams of it; else 0. */
    public int segmentBytes;
    /** The headers that go before each segment. */
    public int headerBytes;
    /** What is behind the bytes here, for a device that gathers it; null for nothing. */
    public Pieces tail;
    /** For the stack: where the network header of a received packet stands. */
    public long networkHeader;
    /** For the stack: who sent a datagram, to whom, and through which interface it came. */
    public long sourceHigh;
    public long sourceLow;
    public int sourcePort;
    public long targetHigh;
    public long targetLow;
    public int service;
    public int timeToLive;
    public int interfaceIndex;
    /** For the stack: where a fragment belongs in its datagram. */
    public int fragmentOffset;
    /** For the stack: when it came, by the monotonic clock; set for whole batches. */
    public long arrivedNs;

    private final PacketPool pool;
    private final long memory;
    private final int capacityBytes;
    private int start;
    private int end;
    boolean pooled;

    Packet(PacketPool pool, long memory, int capacityBytes) {
        this.pool = pool;
        this.memory = memory;
        this.capacityBytes = capacityBytes;
    }

    /** Empties it and leaves room in front. */
    public void reset(int headroomBytes) {
        assert headroomBytes <= capacityBytes;
        start = headroomBytes;
        end = headroomBytes;
        next = null;
        tail = null;
        checksumStart = NO_CHECKSUM;
        checksumGood = false;
        segmentBytes = 0;
        headerBytes = 0;
        interfaceIndex = 0;
    }

    /** Takes over what the stack has noted about another, of which this is a copy. */
    public void copyOriginOf(Packet other) {
        sourceHigh = other.sourceHigh;
        sourceLow = other.sourceLow;
        sourcePort = other.sourcePort;
        targetHigh = other.targetHigh;
        targetLow = other.targetLow;
        service = other.service;
        timeToLive = other.timeToLive;
        interfaceIndex = other.interfaceIndex;
        arrivedNs = other.arrivedNs;
    }

    /** Where the bytes begin. */
    public long address() {
        return memory + start;
    }

    /** With what is in its {@link #tail}. */
    public int length() {
        return end - start + (tail == null ? 0 : tail.bytes());
    }

    /** Without what is in its {@link #tail}. */
    public int headLength() {
        return end - start;
    }

    public int headroom() {
        return start;
    }

    /** Room behind the bytes. */
    public int tailroom() {
        return capacityBytes - end;
    }

    public int capacityBytes() {
        return capacityBytes;
    }

    /** Makes room for a header in front of the bytes; returns its address. */
    public long push(int bytes) {
        assert bytes >= 0 && bytes <= start : "a packet has room for its headers";
        start -= bytes;
        if (checksumStart != NO_CHECKSUM) {
            checksumStart += bytes;
        }
        return memory + start;
    }

    /** Takes a header off the front. */
    public void pull(int bytes) {
        assert bytes >= 0 && bytes <= end - start;
        start += bytes;
        if (checksumStart != NO_CHECKSUM) {
            checksumStart -= bytes;
        }
    }

    /** Makes room behind the bytes; returns its address. */
    public long append(int bytes) {
        assert bytes >= 0 && bytes <= capacityBytes - end : "a packet has room for what is appended";
        long address = memory + end;
        end += bytes;
        return address;
    }

    /** Cuts off what is behind the first bytes. */
    public void trim(int lengthBytes) {
        assert lengthBytes >= 0 && lengthBytes <= end - start;
        end = start + lengthBytes;
    }

    /** Whether it may wait with its data for a program: of its size there are more for what comes and goes. */
    public boolean mayStay() {
        return pool.isPlentiful(this);
    }

    /** Back to the pool. */
    public void release() {
        pool.give(this);
    }

    long memory() {
        return memory;
    }
}

package demitasse.net.wire;

import demitasse.base.memory.Memory;
import demitasse.device.net.Packet;
import demitasse.device.net.Pieces;

/**
 * The bytes that a connection has to send, or that have come and were not read, at their positions in the stream:
 * copied into pages, {@link PageRing}, or where they were, {@link LentBytes}: lent by a file, or in the packet that
 * brought them. What a file lends may change until it has arrived, as sendfile(2) says in its NOTES, yet it stays
 * memory of nobody else.
 */
public final class StreamBuffer {
    /** Fewer bytes are copied as fast as they are lent, and the packets need fewer {@link Pieces}. */
    static final int LENT_BYTES_MIN = 2048;
    /** A packet is kept for so many bytes, a quarter of the largest: for fewer it would take too much memory. */
    public static final int KEPT_BYTES_MIN = 16 << 10;

    private final PageRing ring;
    private final LentBytes lent;

    public StreamBuffer(PageCache cache, long start) {
        ring = new PageRing(cache, start);
        lent = new LentBytes(cache);
    }

    /** As {@link PageRing#restart}. */
    public void restart(long position) {
        ring.restart(position);
    }

    public long start() {
        return ring.start();
    }

    /** As {@link PageRing#place}; behind everything that is there. */
    public long place(long position) {
        return ring.place(position);
    }

    /**
     * Has bytes stay where they are, behind everything that is there; false when they are better copied, which is
     * also so when there are too many.
     *
     * @param isHeld whether they stand in frames that are to be held as long; else they never go away
     */
    public boolean lend(long position, long address, int lengthBytes, boolean isHeld) {
        return lengthBytes >= LENT_BYTES_MIN && lent.add(position, address, lengthBytes, isHeld);
    }

    /** As {@link PageRing#store}. */
    public boolean store(long position, long source, int lengthBytes) {
        return ring.store(position, source, lengthBytes);
    }

    /**
     * Keeps a packet for its data, behind everything that is there; false when that is better copied: where it is
     * little, or so many packets are kept that those that come and go would run short.
     */
    public boolean keep(long position, Packet packet, long data, int lengthBytes) {
        return lengthBytes >= KEPT_BYTES_MIN && packet.mayStay() && lent.add(position, packet, data, lengthBytes);
    }

    /** Where a byte stands that is there. */
    public long at(long position) {
        return address(position, lent.find(position));
    }

    /** How many bytes stand in one piece from a position on, up to another. */
    public int span(long position, long end) {
        return span(position, end, lent.find(position));
    }

    /** Says where bytes stand, until they are dropped; false when that is in too many places. */
    public boolean locate(long position, int lengthBytes, Pieces out) {
        long at = position;
        long end = position + lengthBytes;
        int run = lent.find(position);
        while (at < end) {
            int some = span(at, end, run);
            if (!out.add(address(at, run), some)) {
                return false;
            }
            at += some;
            run += run < lent.count() && at == lent.end(run) ? 1 : 0;
        }
        return true;
    }

    /** Copies bytes out. */
    public void load(long position, long target, int lengthBytes) {
        long at = position;
        long end = position + lengthBytes;
        int run = lent.find(position);
        while (at < end) {
            int some = span(at, end, run);
            Memory.copy(address(at, run), target + (at - position), some);
            at += some;
            run += run < lent.count() && at == lent.end(run) ? 1 : 0;
        }
    }

    /** As {@link PageRing#dropTo}. A run goes when its last byte does. */
    public void dropTo(long position, boolean nothingBeyond) {
        lent.dropTo(position);
        ring.dropTo(position, nothingBeyond);
    }

    /** Gives all memory back. */
    public void clear() {
        lent.clear();
        ring.clear();
    }

    /** How many bytes stand in one piece, in a run that is the first to end behind the position or before it. */
    private int span(long at, long end, int run) {
        if (run == lent.count()) {
            return (int) Math.min(end - at, PageRing.span(at));
        }
        long start = lent.start(run);
        return (int) (start <= at ? Math.min(end, lent.end(run)) - at
                : Math.min(Math.min(end, start) - at, PageRing.span(at)));
    }

    private long address(long at, int run) {
        return run < lent.count() && lent.start(run) <= at ? lent.at(run, at) : ring.at(at);
    }
}

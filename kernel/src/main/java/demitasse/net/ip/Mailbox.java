package demitasse.net.ip;

import demitasse.device.net.Packet;
import demitasse.device.net.PacketQueue;
import demitasse.net.wire.PacketFilter;
import demitasse.sched.wait.Events;

/** Where whole messages wait for a program: bounded by the memory that Linux counts, with what went wrong beside. */
public class Mailbox {
    /** net.core.rmem_default of Linux. */
    public static final int LIMIT_BYTES = 212_992;
    private static final int PAGE_BYTES = 4096;
    /** A struct sk_buff; and what stands beside the bytes in its memory: struct skb_shared_info and headers. */
    private static final int BUFFER_BYTES = 256;
    private static final int BESIDE_BYTES = 384;
    /** Errors that wait to be read with MSG_ERRQUEUE. */
    private static final int ERRORS_MAX = 16;

    public int receiveLimitBytes = LIMIT_BYTES;
    public int sendLimitBytes = LIMIT_BYTES;
    /** IP_RECVERR, ip(7): errors are kept with what they quote. */
    public boolean wantsErrors;
    /** SO_ATTACH_FILTER; null for none. */
    public PacketFilter filter;
    private final PacketQueue queue = new PacketQueue();
    private final PacketQueue errors = new PacketQueue();
    private final Notified user;
    private long heldBytes;
    private int error;
    private long drops;

    public Mailbox(Notified user) {
        this.user = user;
    }

    public final Notified user() {
        return user;
    }

    /** The next message, still queued; null when there is none. */
    public final Packet first() {
        return queue.first();
    }

    /** Takes the first message off. */
    public final void drop() {
        Packet packet = queue.take();
        heldBytes -= charge(packet);
        packet.release();
    }

    public final int queuedBytes() {
        return (int) queue.bytes();
    }

    /** What the queue holds in memory. */
    public final long heldBytes() {
        return heldBytes;
    }

    public final long drops() {
        return drops;
    }

    public final boolean hasError() {
        return error != 0;
    }

    /** The pending error, once. */
    public final int takeError() {
        int taken = error;
        error = 0;
        return taken;
    }

    /** Something that was sent did not arrive. */
    public final void fail(int errno) {
        error = errno;
        user.changed(Events.ERR | Events.IN | Events.OUT);
    }

    /**
     * Keeps what is known about an error; the packet is the box's. Its bytes are the message that did not arrive, its
     * source who says so, its target whom it was for, {@link Packet#service} the type, {@link Packet#timeToLive} the
     * code, {@link Packet#segmentBytes} the errno and {@link Packet#headerBytes} the MTU if that is the point.
     */
    public final void offerError(Packet packet) {
        int errno = packet.segmentBytes;
        if (errors.count() == ERRORS_MAX) {
            packet.release();
        } else {
            errors.add(packet);
        }
        fail(errno);
    }

    /** The next error, still queued; null when there is none. */
    public final Packet firstError() {
        return errors.first();
    }

    public final void dropError() {
        errors.take().release();
        error = errors.isEmpty() ? 0 : errors.first().segmentBytes;
    }

    /**
     * Whole pages, or of a small one what Linux counts, whose memory comes in powers of two. Programs rely on that some
     * hundreds of small messages find room at once.
     */
    private static int charge(Packet packet) {
        int small = 2 * Integer.highestOneBit(packet.length() + BESIDE_BYTES - 1) + BUFFER_BYTES;
        return Math.min(Math.min(packet.capacityBytes(), small), packet.length() + PAGE_BYTES & -PAGE_BYTES);
    }

    /** True: it is the queue's. As on Linux the last that is taken may go beyond the limit. */
    public final boolean offer(Packet packet) {
        if (filter != null && !isWanted(packet)) {
            return false;
        }
        if (heldBytes > receiveLimitBytes) {
            drops++;
            return false;
        }
        heldBytes += charge(packet);
        queue.add(packet);
        user.changed(Events.IN);
        return true;
    }

    /** Cuts a message to what the filter wants of it; false when that is nothing. */
    private boolean isWanted(Packet packet) {
        int kept = filter.run(packet.address(), packet.length(), 0, 0, 0, packet.interfaceIndex);
        if (kept > 0 && kept < packet.length()) {
            packet.trim(kept);
        }
        return kept != 0;
    }

    public final void clear() {
        queue.releaseAll();
        errors.releaseAll();
        heldBytes = 0;
    }
}

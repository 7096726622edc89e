package demitasse.net.tcp;

import demitasse.base.annotation.HotPath;
import demitasse.net.wire.StreamBuffer;
import demitasse.net.wire.TcpSegment;

/**
 * The receiving half of a connection: bytes in their places, the window that is offered, and when to acknowledge.
 * Position 0 is the peer's SYN, its data begins at 1.
 */
final class Receiver {
    static final int LIMIT_BYTES = 128 << 10;
    static final int LIMIT_MAX_BYTES = 4 << 20;
    /** The scale that lets {@link #LIMIT_MAX_BYTES} be offered. */
    static final int SCALE = 7;
    /** Delayed acknowledgements, RFC 9293 §3.8.6.3; Linux's TCP_DELACK_MIN. */
    static final long DELAY_NS = 40_000_000;
    private static final int QUICK_ACKS = 16;
    private static final int CLAMP_MIN_BYTES = 1152;

    private final TcpConnection connection;
    final Ranges outOfOrder = new Ranges();
    private final StreamBuffer buffer;
    private int initial;
    /** RCV.NXT. */
    private long next;
    /** How far the offered window reaches. */
    private long edge;
    private int scale;
    private int limitBytes = LIMIT_BYTES;
    private boolean limitFixed;
    private boolean finished;
    /** Where the peer's FIN stands; 0 before it came. */
    private long finPosition;
    private int segmentBytes = 536;

    boolean ackNow;
    /** What came since the last acknowledgement. */
    private int unackedBytes;
    private int quickAcks = QUICK_ACKS;
    private long acked;
    int timestampRecent;
    long timestampRecentNs;
    private long tunedAtNs;
    private long tunedRead;
    private boolean shut;
    /** A packet was marked on its way, and the peer has not said that it goes slower: RFC 3168 §6.1.3. */
    boolean echoesCongestion;
    /** What came twice, to be told once, RFC 2883; nothing where both are the same. */
    long repeatedStart;
    long repeatedEnd;

    Receiver(TcpConnection connection) {
        this.connection = connection;
        buffer = new StreamBuffer(connection.tcp.pages, 1);
    }

    /** The peer's SYN has come. */
    void begin(int initialSequence, boolean scaled) {
        initial = initialSequence;
        next = 1;
        acked = 1;
        edge = Math.max(edge, 1);
        scale = scaled ? SCALE : 0;
        tunedRead = 1;
    }

    long next() {
        return next;
    }

    int wire(long position) {
        return initial + (int) position;
    }

    /** The position that a sequence number near {@link #next} stands for. */
    long position(int sequence) {
        return next + (sequence - wire(next));
    }

    /** Of the next byte that the program reads. */
    long readPosition() {
        return buffer.start();
    }

    /** Bytes that can be read now. */
    int available() {
        long end = finished && next > finPosition ? finPosition : next;
        return (int) Math.max(0, end - buffer.start());
    }

    boolean isFinished() {
        return finished;
    }

    /** Nobody will read any more. */
    void shut() {
        shut = true;
    }

    boolean isShut() {
        return shut;
    }

    int limitBytes() {
        return limitBytes;
    }

    /** SO_RCVBUF: from now on it stays as it is. */
    void setLimit(int bytes) {
        limitBytes = Math.max(4096, Math.min(bytes, LIMIT_MAX_BYTES));
        limitFixed = true;
    }

    void inherit(Receiver other) {
        limitBytes = other.limitBytes;
        limitFixed = other.limitFixed;
    }

    long address(int skipBytes) {
        return buffer.at(buffer.start() + skipBytes);
    }

    int span(int skipBytes) {
        long at = buffer.start() + skipBytes;
        return buffer.span(at, at + available() - skipBytes);
    }

    /** The program has read bytes; true when the peer should hear that there is room. */
    @HotPath("per read")
    boolean consume(int bytes) {
        long start = buffer.start() + bytes;
        buffer.dropTo(start, start == next && outOfOrder.isEmpty());
        connection.urgent.passed(start);
        tune(start);
        long offered = offeredBytes();
        int half = widestBytes() / 2;
        return newEdge() - edge >= Math.min(half, 2L * segmentBytes) && offered < half
                || offered == 0 && newEdge() - edge >= Math.min(half, segmentBytes);
    }

    /** A program that reads about a buffer in a round trip gets a larger one, as Linux's tcp_rcv_space_adjust. */
    private void tune(long read) {
        long nowNs = connection.tcp.nowNs();
        long rttNs = Math.max(connection.sender.roundTrip.smoothedNs(), 1_000_000);
        if (nowNs - tunedAtNs < rttNs) {
            return;
        }
        if (!limitFixed && (read - tunedRead) * 2 > limitBytes && !connection.tcp.pages.isTight()) {
            limitBytes = Math.min(limitBytes * 2, LIMIT_MAX_BYTES);
        }
        tunedAtNs = nowNs;
        tunedRead = read;
    }

    private long newEdge() {
        return next + Math.max(0, widestBytes() - (next - buffer.start()));
    }

    /** What is offered when all was read: by TCP_WINDOW_CLAMP maybe less than one segment that has come before. */
    private int widestBytes() {
        int clamp = connection.windowClampBytes;
        return clamp == 0 ? limitBytes : Math.min(limitBytes, Math.max(clamp, CLAMP_MIN_BYTES));
    }

    /**
     * The window for a segment that leaves now, RFC 9293 §3.8.6.2.2: it never shrinks, and a narrow one moves in useful
     * steps. A wide one is told as it is, as by Linux's __tcp_select_window(): while a program reads all that comes it
     * stays the same, and so the peer, if it is Linux, stays on the short way through tcp_rcv_established().
     */
    @HotPath("per packet")
    int windowToOffer(boolean isSyn) {
        long wanted = newEdge();
        int half = widestBytes() / 2;
        if (wanted - edge >= Math.min(half, segmentBytes) || wanted - next >= half || isSyn) {
            edge = Math.max(edge, wanted);
        }
        if (isSyn) {
            edge = Math.min(edge, next + 65_535);
            return (int) (edge - next);
        }
        return (int) Math.min(65_535, offeredBytes() + (1 << scale) - 1 >> scale);
    }

    /** An acknowledgement leaves. */
    void acknowledged() {
        acked = next;
        ackNow = false;
        unackedBytes = 0;
    }

    long acked() {
        return acked;
    }

    /** How far the peer may think that the window reaches, as it was told in whole steps. */
    private long limit() {
        return edge + (1 << scale) - 1;
    }

    /** RFC 9293 §3.10.7.4: whether any of a segment lies in the window. */
    boolean isAcceptable(long position, int length) {
        long window = Math.max(0, limit() - next);
        if (length == 0) {
            return window == 0 ? position == next : position >= next && position <= next + window;
        }
        return position < next + window && position + length > next;
    }

    /** A segment came whose data, as far as it is old, has come before. */
    void noteRepeated(long position, int length) {
        if (length > 0 && position < next) {
            repeatedStart = position;
            repeatedEnd = Math.min(position + length, next);
        }
    }

    /** Takes the data of an acceptable segment. */
    @HotPath("per packet")
    void accept(TcpSegment segment, long segmentPosition) {
        long position = segmentPosition + (segment.has(TcpSegment.SYN) ? 1 : 0);
        long data = segment.data;
        int length = segment.dataBytes;
        boolean fin = segment.has(TcpSegment.FIN);
        if (length > 0) {
            segmentBytes = Math.max(segmentBytes, Math.min(length, connection.sender.segmentBytes()));
        }
        long limit = limit();
        // In order, what begins in the window is taken whole, as on Linux: it is one segment at the most. passt(1)
        // sends some bytes too many now and then, and loses itself when these are asked for again.
        boolean whole = position <= next && next < limit;
        if (!whole && position + length > limit) {
            length = (int) Math.max(0, limit - position);
            fin = false;
        }
        if (position < next) {
            int old = (int) Math.min(length, next - position);
            noteRepeated(position, length);
            ackNow |= segment.sequenceLength() > 0;
            data += old;
            length -= old;
            position += old;
        }
        if (fin && finPosition == 0) {
            finPosition = position + length;
        }
        if (length > 0 && (finPosition == 0 || position + length <= finPosition)) {
            store(segment, position, data, length);
        }
        if (finPosition != 0 && !finished && next == finPosition) {
            next++;
            finished = true;
            ackNow = true;
        }
    }

    private void store(TcpSegment segment, long position, long data, int length) {
        if (position > next && connection.tcp.pages.isTight()) {
            // Memory is for what can be read: the rest comes again.
            connection.tcp.counters.outOfOrderRefused++;
            ackNow = true;
            return;
        }
        boolean inOrder = position == next && outOfOrder.isEmpty();
        if (inOrder && segment.packet != null && buffer.keep(position, segment.packet, data, length)) {
            segment.packet = null;
        } else if (!buffer.store(position, data, length)) {
            connection.tcp.counters.memoryDrops++;
            return;
        }
        if (inOrder) {
            next += length;
            arrived(length);
        } else if (position <= next) {
            next = outOfOrder.joinTo(position + length);
            ackNow = true;
            arrived(length);
        } else {
            connection.tcp.counters.outOfOrder++;
            if (outOfOrder.contains(position, position + length)) {
                repeatedStart = position;
                repeatedEnd = position + length;
            }
            outOfOrder.add(position, position + length);
            ackNow = true;
        }
    }

    private void arrived(int length) {
        unackedBytes += length;
        if (unackedBytes >= 2 * segmentBytes || quickAcks > 0) {
            quickAcks -= quickAcks > 0 ? 1 : 0;
            ackNow = true;
        }
    }

    /** TCP_QUICKACK, tcp(7). */
    void setQuick(boolean on) {
        quickAcks = on ? QUICK_ACKS : 0;
    }

    boolean isQuick() {
        return quickAcks > 0;
    }

    boolean owesAck() {
        return next != acked;
    }

    /** What the peer may send; it may have sent a little more, as the window that it was told is rounded up. */
    long offeredBytes() {
        return Math.max(0, edge - next);
    }

    void clear() {
        buffer.clear();
        buffer.restart(finished ? finPosition : next);
        outOfOrder.clear();
    }
}

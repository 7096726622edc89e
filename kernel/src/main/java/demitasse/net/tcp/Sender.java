package demitasse.net.tcp;

import demitasse.base.annotation.HotPath;
import demitasse.device.net.Pieces;
import demitasse.net.wire.PageRing;
import demitasse.net.wire.StreamBuffer;
import demitasse.net.wire.TcpSegment;

/**
 * The sending half of a connection: bytes until they are acknowledged, and when more of them may leave. Position 0 is
 * our SYN, data begins at 1, the FIN stands behind the last byte.
 */
final class Sender {
    static final int LIMIT_BYTES = 256 << 10;
    static final int LIMIT_MAX_BYTES = 4 << 20;
    /** What each may have waiting while memory is short. */
    private static final int TIGHT_BYTES = 16 << 10;
    /** The segments that a device cuts, or lo carries, together are no longer than this. */
    private static final int BURST_BYTES_MAX = 65_535 - 40 - 60;
    private static final int SEGMENT_BYTES_MIN = 48;

    private final TcpConnection connection;
    private final StreamBuffer buffer;
    final Scoreboard scoreboard = new Scoreboard();
    final RoundTrip roundTrip = new RoundTrip();
    final Congestion congestion = new Congestion();
    final Recovery recovery;
    private int initial;
    /** SND.UNA, SND.NXT, and where the next byte of the program goes. */
    private long unacknowledged;
    private long next;
    private long end = 1;
    private boolean finQueued;
    private long window;
    private long windowMax;
    private long windowPosition;
    private long windowAck;
    private int scale;
    private int peerSegmentBytes = 536;
    private int segmentBytes = 536;
    private int limitBytes = LIMIT_BYTES;
    private boolean limitFixed;
    /** Where the last segment ended that was not full, Nagle as Minshall amended it. */
    private long smallEnd;
    private boolean windowLimited;
    private boolean fullOnly;
    private long lastSentNs;
    /** The next new data tells that we go slower, RFC 3168 §6.1.2. */
    boolean tellsReduced;

    Sender(TcpConnection connection) {
        this.connection = connection;
        buffer = new StreamBuffer(connection.tcp.pages, 1);
        recovery = new Recovery(connection, this);
    }

    void begin(int initialSequence) {
        initial = initialSequence;
    }

    int wire(long position) {
        return initial + (int) position;
    }

    /** The position that a sequence number near {@link #unacknowledged} stands for. */
    long position(int sequence) {
        return unacknowledged + (sequence - wire(unacknowledged));
    }

    long unacknowledged() {
        return unacknowledged;
    }

    long next() {
        return next;
    }

    long end() {
        return end;
    }

    long windowMax() {
        return windowMax;
    }

    long window() {
        return window;
    }

    int segmentBytes() {
        return segmentBytes;
    }

    int peerSegmentBytes() {
        return peerSegmentBytes;
    }

    int limitBytes() {
        return limitBytes;
    }

    /** SO_SNDBUF. */
    void setLimit(int bytes) {
        limitBytes = Math.max(4608, Math.min(bytes, LIMIT_MAX_BYTES));
        limitFixed = true;
    }

    void inherit(Sender other) {
        limitBytes = other.limitBytes;
        limitFixed = other.limitFixed;
        congestion.setReno(other.congestion.isReno());
    }

    /** The window scale of the peer. */
    int scale() {
        return scale;
    }

    /** Our SYN leaves. */
    void synSent() {
        next = 1;
    }

    /** The peer's options are known. */
    void negotiate(int maximumSegment, int windowScale) {
        peerSegmentBytes = Math.max(SEGMENT_BYTES_MIN, maximumSegment == 0 ? 536 : maximumSegment);
        scale = Math.max(0, windowScale);
        updateSegment();
        congestion.begin(segmentBytes);
        scoreboard.begin(1);
    }

    /** The way or its MTU has changed. */
    void updateSegment() {
        int options = connection.hasTimestamps ? TcpSegment.TIMESTAMPS_BYTES : 0;
        int payload = connection.hop.mtuBytes - connection.headerBytes();
        segmentBytes = Math.max(SEGMENT_BYTES_MIN, Math.min(peerSegmentBytes, payload) - options);
        congestion.setSegmentBytes(segmentBytes);
    }

    /** Our SYN was acknowledged. */
    void established(TcpSegment segment) {
        unacknowledged = 1;
        windowPosition = connection.receiver.position(segment.sequence);
        windowAck = 1;
        window = segment.has(TcpSegment.SYN) ? segment.window : (long) segment.window << scale;
        windowMax = window;
    }

    /**
     * RFC 9293 §3.10.7.4, "SND.WL1": only a newer segment says what the window is, or one that acknowledges more though
     * its data is older, as by Linux's tcp_may_update_window(); true when it has opened.
     */
    boolean updateWindow(TcpSegment segment, long segmentPosition, long ack) {
        boolean isNewer = segmentPosition > windowPosition || segmentPosition == windowPosition && ack >= windowAck;
        if (!isNewer && ack <= unacknowledged) {
            return false;
        }
        long offered = (long) segment.window << scale;
        boolean opened = ack + offered > windowAck + window;
        windowPosition = segmentPosition;
        windowAck = ack;
        window = offered;
        windowMax = Math.max(windowMax, offered);
        return opened;
    }

    /** How many bytes the program may add now. */
    int room() {
        return (int) Math.max(0, usableBytes() - (end - buffer.start()));
    }

    /** Those whose peers do not read would leave nothing to the others, as where Linux is under memory pressure. */
    private int usableBytes() {
        return connection.tcp.pages.isTight() ? Math.min(limitBytes, TIGHT_BYTES) : limitBytes;
    }

    /** Enough room to tell a program of it, as Linux's sk_stream_is_writeable. */
    boolean isRoomy() {
        long used = end - buffer.start();
        return usableBytes() - used >= used / 2;
    }

    /** Where the program's next bytes go; 0 without memory. */
    long address() {
        return buffer.place(end);
    }

    int span() {
        return Math.min(room(), PageRing.span(end));
    }

    void append(int bytes) {
        end += bytes;
    }

    /** As {@link #append}, of bytes that stay where they are; false when they are to be copied. */
    boolean lend(long address, int lengthBytes, boolean isHeld) {
        boolean lent = buffer.lend(end, address, lengthBytes, isHeld);
        end += lent ? lengthBytes : 0;
        return lent;
    }

    void queueFin() {
        finQueued = true;
    }

    boolean isFinQueued() {
        return finQueued;
    }

    boolean isFinAcknowledged() {
        return finQueued && unacknowledged > end;
    }

    int unsentBytes() {
        return (int) Math.max(0, end - next);
    }

    /** Bytes that are not acknowledged, SIOCOUTQ. */
    int queuedBytes() {
        return (int) (end - buffer.start());
    }

    void load(long position, long target, int lengthBytes) {
        buffer.load(position, target, lengthBytes);
    }

    /** As {@link StreamBuffer#locate}. */
    boolean locate(long position, int lengthBytes, Pieces out) {
        out.clear();
        return buffer.locate(position, lengthBytes, out);
    }

    /** Everything before a position has arrived; true when the program may hear of room. */
    @HotPath("per packet")
    void acknowledged(long ack) {
        unacknowledged = ack;
        long data = Math.min(ack, end);
        if (data > buffer.start()) {
            buffer.dropTo(data, data == end);
            if (!limitFixed && congestion.window() * 2 > limitBytes && !connection.tcp.pages.isTight()) {
                limitBytes = (int) Math.min(LIMIT_MAX_BYTES, congestion.window() * 2);
            }
        }
    }

    /** Sends what may be sent: first what was lost, then new data, RFC 9293 §3.8.6.2.1 and RFC 6675 §5. */
    @HotPath("per packet")
    void transmit() {
        if (connection.hop.generation != connection.tcp.ip.generation()) {
            // Also of who has nothing to send any more: the acknowledgements go the same way.
            connection.reroute();
        }
        if (!connection.maySend()) {
            return;
        }
        if (scoreboard.count() == 0 && !mustProbe()) {
            // Most segments that come bring nothing that would let us send.
            windowLimited = false;
            recovery.rest();
            return;
        }
        if (scoreboard.count() == 0 && connection.tcp.nowNs() - lastSentNs > roundTrip.rtoNs() && lastSentNs != 0) {
            congestion.idle();
        }
        boolean sent = recovery.resendLost();
        windowLimited = false;
        while ((next < end || finQueued && next == end) && !scoreboard.isFull() && sendOne(false)) {
            sent = true;
        }
        if (sent) {
            lastSentNs = connection.tcp.nowNs();
        }
        recovery.armTimer();
    }

    /** As {@link #transmit}, but what does not fill a segment stays. */
    @HotPath("per packet")
    void transmitFull() {
        fullOnly = true;
        transmit();
        fullOnly = false;
    }

    /** Sends one segment of new data; false when it has to wait. {@code probe} ignores all but the peer's window. */
    boolean sendOne(boolean probe) {
        long unsent = end - next;
        long usable = unacknowledged + window - next;
        long allowed = probe ? segmentBytes : recovery.allowedBytes();
        long length = Math.min(Math.min(unsent, usable), Math.min(allowed, burst()));
        // Less than nothing: a loss probe when the FIN has left, a window that shrank.
        if (unsent > 0 && usable <= 0 || unsent < 0 || usable < 0) {
            return false;
        }
        if (length < unsent && length < segmentBytes) {
            if (allowed < Math.min(unsent, segmentBytes)) {
                windowLimited = true;
                return false;
            }
            // The silly window: wait for more of it, unless that is half of what it ever was.
            if (length < windowMax / 2 && !probe) {
                return false;
            }
        }
        if (length > segmentBytes && (length < unsent || !finQueued)) {
            length -= length % segmentBytes;
        }
        boolean all = length == unsent;
        boolean fin = all && finQueued && usable > length;
        if (length == 0 && !fin) {
            return false;
        }
        // What fills half of the peer's largest window is as good as a full segment, tcp_bound_to_half_wnd() of Linux.
        if (!probe && all && length < segmentBytes && !fin && isHeldBack()) {
            return false;
        }
        if (!connection.tcp.output.data(connection, next, (int) length, fin, all)) {
            return false;
        }
        if (length < segmentBytes) {
            smallEnd = next + length;
        }
        if (scoreboard.count() == 0) {
            connection.timers.askedNs = connection.tcp.nowNs();
        }
        next += length + (fin ? 1 : 0);
        scoreboard.add(next, connection.tcp.nowNs(), allowed - length < segmentBytes);
        recovery.sent(length);
        return true;
    }

    /** Nagle, RFC 9293 §3.7.4, and TCP_CORK. */
    private boolean isHeldBack() {
        if (connection.corked || fullOnly) {
            return !connection.urgent.isSending();
        }
        return !connection.noDelay && !connection.urgent.isSending() && smallEnd > unacknowledged;
    }

    /** As much as goes into one packet: a segment, or what the device cuts. */
    private int burst() {
        boolean cuts = connection.canSegment() && !connection.urgent.isSending();
        return cuts ? Math.max(segmentBytes, BURST_BYTES_MAX / segmentBytes * segmentBytes)
                : segmentBytes;
    }

    /** Whether the congestion window kept data back since the last time data was sent. */
    boolean isWindowLimited() {
        return windowLimited;
    }

    /** Unsent data, and the peer offers no room for it while nothing is in flight: RFC 9293 §3.8.6.1. */
    boolean mustProbe() {
        return scoreboard.count() == 0 && (next < end || finQueued && next == end);
    }

    void clear() {
        buffer.clear();
        buffer.restart(end);
        scoreboard.clear();
    }
}

package demitasse.net.tcp;

import demitasse.base.annotation.ColdPath;
import demitasse.net.wire.TcpSegment;
import demitasse.sched.wait.Events;

/**
 * Urgent data, RFC 9293 §3.8.5, as everybody has made of it (RFC 6093 §2): one byte, in front of the place that the
 * urgent pointer names, which a program reads beside the others, tcp(7), or among them when it wants that.
 */
public final class Urgent {
    /** The peer has told of a byte that has not come; it has come; the program has read it. */
    private static final int AWAITED = 1;
    private static final int THERE = 2;
    private static final int TAKEN = 3;
    private static final int POINTER_MAX = 65_535;

    private final TcpConnection connection;
    /** SO_OOBINLINE, socket(7). */
    public boolean inline;
    private int state;
    private long mark;
    private int value;
    /** SND.UP: behind the last byte that we have told of. */
    private long sendEnd;

    Urgent(TcpConnection connection) {
        this.connection = connection;
    }

    // ---- sending ----

    /** What was appended last is urgent. */
    public void mark() {
        sendEnd = connection.sender.end();
    }

    /** Segments tell of it until it is acknowledged, and leave one by one, whatever Nagle says. */
    boolean isSending() {
        return sendEnd > connection.sender.unacknowledged();
    }

    /** What a segment has to tell at its position; 0 for nothing. */
    int pointer(long position) {
        return sendEnd > position && isSending() ? (int) Math.min(sendEnd - position, POINTER_MAX) : 0;
    }

    // ---- receiving ----

    /** A segment comes, before its data is taken; {@code position} is its first byte's. */
    @ColdPath("few programs send such")
    void arrived(TcpSegment segment, long position) {
        boolean isNew = segment.has(TcpSegment.URG) && note(position + Math.max(0, segment.urgent - 1));
        boolean comes = state == AWAITED && mark >= position && mark < position + segment.dataBytes;
        if (comes) {
            value = segment.dataByte((int) (mark - position));
            state = THERE;
        }
        if (isNew && connection.user() != null) {
            connection.user().urgent();
        }
        if (comes) {
            connection.notify(Events.IN | Events.PRI);
        }
    }

    /** True when it is a new mark. */
    private boolean note(long newMark) {
        Receiver receiver = connection.receiver;
        if (newMark < receiver.readPosition() || newMark < receiver.next() || state != 0 && newMark <= mark) {
            return false;
        }
        if (isAtMark() && !inline && receiver.available() > 0) {
            // What the old mark pointed at is not in the way of reading any more.
            receiver.consume(1);
        }
        state = AWAITED;
        mark = newMark;
        return true;
    }

    boolean isAwaited() {
        return state == AWAITED;
    }

    /** Whether a mark stands among what can be read, or will: readers ask the rest only then. */
    public boolean isMarked() {
        return state != 0;
    }

    /** SIOCATMARK, sockatmark(3): the next byte to be read is the urgent one. */
    public boolean isAtMark() {
        return state != 0 && mark == connection.receiver.readPosition();
    }

    /** POLLPRI. */
    public boolean isThere() {
        return state == THERE;
    }

    /** How many bytes stand in the way of reading on: the urgent one, unless it is read in its place. */
    public int hole() {
        return isAtMark() && !inline ? 1 : 0;
    }

    /** How many of the bytes there are can be read at once, behind a hole: a mark ends what one call reads. */
    public int limit(int availableBytes) {
        long before = mark - connection.receiver.readPosition();
        return state != 0 && before > 0 && before < availableBytes ? (int) before
                : Math.max(0, availableBytes - hole());
    }

    /** FIONREAD, tcp(7): of the bytes that are there those in front of the urgent one. */
    public int upToMark(int availableBytes) {
        long before = mark - connection.receiver.readPosition();
        return state != 0 && !inline && before < availableBytes ? (int) before : availableBytes;
    }

    /** The program has read on. */
    void passed(long readPosition) {
        if (readPosition > mark) {
            state = 0;
        }
    }

    /** MSG_OOB, recv(2): the byte; -1 while it has not come, -2 when there is none to be read so. */
    public int take(boolean keeps) {
        if (inline || state == 0 || state == TAKEN) {
            return -2;
        }
        if (state == AWAITED) {
            return -1;
        }
        state = keeps ? THERE : TAKEN;
        return value;
    }
}

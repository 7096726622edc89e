package demitasse.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import demitasse.net.ip.Notified;
import demitasse.net.tcp.TcpConnection;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a program writes to a peer elsewhere leaves when it lets others run, and soon in any case. */
class HeldOutputTest {
    private static final int PORT = 7;
    private static final int SEGMENT_BYTES = 1448;
    private static final int HEADERS_BYTES = 14 + 20 + 32;
    private static final long HELD_NS = 1_000_000;

    private final Pair pair = new Pair();
    private TcpConnection connection;

    /** A program that waits for data. */
    private static final class Reader implements Notified {
        @Override
        public void changed(int events) {
        }

        @Override
        public boolean isAwaited() {
            return true;
        }
    }

    @BeforeEach
    void connect() {
        connection = pair.connect(PORT);
    }

    /** How much data is in each segment that was sent since the last time. */
    private List<Integer> segments() {
        return segments(pair.a);
    }

    private static List<Integer> segments(LoneStack from) {
        List<Integer> bytes = new ArrayList<>();
        for (byte[] frame : from.sent) {
            bytes.add((ByteBuffer.wrap(frame).getShort(16) & 0xffff) + 14 - HEADERS_BYTES);
        }
        from.sent.clear();
        return bytes;
    }

    /** The other end, whose program has accepted and waits, after data has come for it. */
    private TcpConnection reader() {
        TcpConnection reader = pair.listener.accept();
        reader.setUser(new Reader());
        QuietPair.write(connection, 100);
        pair.a.stack.poll(100);
        byte[] frame = pair.a.sent.removeLast();
        pair.b.receive(frame);
        return reader;
    }

    @Test
    void acknowledgementGoesWithTheAnswer() {
        TcpConnection reader = reader();
        assertEquals(List.of(), segments(pair.b));
        assertEquals(100, QuietPair.read(reader));
        QuietPair.write(reader, 50);
        pair.b.stack.poll(100);
        assertEquals(List.of(50), segments(pair.b));
    }

    @Test
    void firstDataIsAcknowledgedWithTheAnswerOfAProgramThatAcceptsNow() {
        Pair other = new Pair();
        other.program = new Reader();
        QuietPair.write(other.connect(PORT), 100);
        other.a.stack.poll(100);
        other.b.receive(other.a.sent.removeLast());
        assertEquals(List.of(), segments(other.b));
        TcpConnection accepted = other.listener.accept();
        assertEquals(100, QuietPair.read(accepted));
        QuietPair.write(accepted, 50);
        other.b.stack.poll(100);
        assertEquals(List.of(50), segments(other.b));
    }

    @Test
    void withoutAnAnswerTheAcknowledgementLeavesAfterTheTurn() {
        reader();
        pair.b.stack.poll(100);
        assertEquals(List.of(0), segments(pair.b));
    }

    @Test
    void interruptedTurnKeepsTheAcknowledgementUntilItsTimeIsUp() {
        reader();
        pair.b.stack.pollWithinTurn(100);
        assertEquals(List.of(), segments(pair.b));
        pair.b.clock.advanceTo(pair.b.clock.monotonicNs() + HELD_NS);
        pair.b.timers.expire(pair.b.clock.monotonicNs(), 1);
        pair.b.stack.pollWithinTurn(100);
        assertEquals(List.of(0), segments(pair.b));
    }

    @Test
    void programThatWasWokenAndComputesDoesNotKeepTheAcknowledgement() {
        reader();
        pair.b.pass(HELD_NS);
        assertEquals(List.of(0), segments(pair.b));
    }

    @Test
    void headerAndPageGoInOneSegment() {
        QuietPair.write(connection, 100);
        QuietPair.write(connection, 612);
        assertEquals(List.of(), segments());
        pair.a.stack.poll(100);
        assertEquals(List.of(712), segments());
    }

    @Test
    void whatFillsSegmentsLeavesAtOnceAndItsRestLater() {
        QuietPair.write(connection, 2 * SEGMENT_BYTES + 10);
        assertEquals(List.of(SEGMENT_BYTES, SEGMENT_BYTES), segments());
        QuietPair.write(connection, 10);
        pair.a.stack.poll(100);
        assertEquals(List.of(20), segments());
    }

    @Test
    void programThatGoesOnComputingDoesNotKeepIt() {
        QuietPair.write(connection, 100);
        assertEquals(HELD_NS, pair.a.timers.nextDeadlineNs() - pair.a.clock.monotonicNs());
        pair.a.pass(HELD_NS);
        assertEquals(List.of(100), segments());
    }

    @Test
    void lastDataGoesWithTheEnd() {
        QuietPair.write(connection, 100);
        connection.close(false);
        pair.a.stack.poll(100);
        assertEquals(List.of(100), segments());
    }
}

package demitasse.net.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.alloc.Pages;
import demitasse.net.wire.PageCache;
import demitasse.net.wire.TcpSegment;
import demitasse.sched.timer.Timers;
import demitasse.testing.TestClock;
import demitasse.testing.TestMemory;
import org.junit.jupiter.api.Test;

class ReceiverTest {
    private static final int LIMIT_BYTES = 4096;
    private static final int BEYOND_BYTES = 300;
    private static final int STEP_BYTES = 1 << Receiver.SCALE;
    private static final int REQUEST_BYTES = 720;

    private final TestMemory memory = new TestMemory(8 << 20);

    /** Header prediction of Linux, tcp_rcv_established(), goes by it. */
    @Test
    void wideWindowStaysTheSameWhileAllIsRead() {
        Receiver receiver = receiver();
        int before = receiver.windowToOffer(false);
        for (int i = 0; i < 10; i++) {
            long position = receiver.next();
            receiver.accept(segment(REQUEST_BYTES), position);
            receiver.consume(REQUEST_BYTES);
            assertEquals(before, receiver.windowToOffer(false));
        }
    }

    /** RFC 9293 §3.8.6.2.2. */
    @Test
    void narrowWindowMovesInUsefulSteps() {
        Receiver receiver = receiver();
        receiver.setLimit(LIMIT_BYTES);
        receiver.windowToOffer(false);
        receiver.accept(segment(LIMIT_BYTES - STEP_BYTES), 1);
        receiver.consume(STEP_BYTES);
        assertEquals(1, receiver.windowToOffer(false));
        receiver.consume(LIMIT_BYTES / 2);
        assertEquals(LIMIT_BYTES / STEP_BYTES / 2 + 2, receiver.windowToOffer(false));
    }

    /** TCP_WINDOW_CLAMP, tcp(7): set late, the window is less than what has come in one segment before. */
    @Test
    void clampedWindowOpensAgain() {
        TcpConnection connection = connection();
        connection.hop.mtuBytes = 2 * LIMIT_BYTES;
        connection.sender.negotiate(LIMIT_BYTES, 0);
        Receiver receiver = connection.receiver;
        receiver.windowToOffer(false);
        receiver.accept(segment(LIMIT_BYTES), 1);
        receiver.consume(LIMIT_BYTES);
        connection.windowClampBytes = LIMIT_BYTES / 2;
        while (receiver.offeredBytes() > 0) {
            int some = (int) Math.min(LIMIT_BYTES, receiver.offeredBytes());
            receiver.accept(segment(some), receiver.next());
            receiver.consume(some);
        }
        assertEquals(LIMIT_BYTES / 2 / STEP_BYTES, receiver.windowToOffer(false));
    }

    /** A window is told in steps of 128 bytes; what comes beyond it must not make it the largest there is. */
    @Test
    void overfilledWindowIsClosed() {
        Receiver receiver = receiver();
        receiver.setLimit(LIMIT_BYTES);
        assertEquals(LIMIT_BYTES >> Receiver.SCALE, receiver.windowToOffer(false));
        receiver.accept(segment(LIMIT_BYTES + BEYOND_BYTES), 1);
        assertEquals(1 + LIMIT_BYTES + BEYOND_BYTES, receiver.next());
        assertEquals(0, receiver.windowToOffer(false));
        assertEquals(0, receiver.offeredBytes());
        assertTrue(receiver.consume(LIMIT_BYTES), "the peer hears of the room");
        assertEquals((LIMIT_BYTES - BEYOND_BYTES + STEP_BYTES - 1) / STEP_BYTES, receiver.windowToOffer(false));
    }

    private Receiver receiver() {
        return connection().receiver;
    }

    private TcpConnection connection() {
        Tcp tcp = new Tcp(null, new Timers(), new TestClock(), new PageCache(new Pages(memory), 4 << 20), () -> 1);
        TcpConnection connection = tcp.create();
        connection.receiver.begin(0, true);
        return connection;
    }

    private TcpSegment segment(int dataBytes) {
        TcpSegment segment = new TcpSegment();
        segment.data = memory.regionAddress(0) + memory.regionBytes(0) - 2 * LIMIT_BYTES;
        segment.dataBytes = dataBytes;
        return segment;
    }
}

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

    /** A window is told in steps of 128 bytes; what comes beyond it must not make it the largest there is. */
    @Test
    void overfilledWindowIsClosed() {
        TestMemory memory = new TestMemory(8 << 20);
        Pages pages = new Pages(memory);
        Tcp tcp = new Tcp(null, new Timers(), new TestClock(), new PageCache(pages, 4 << 20), () -> 1);
        Receiver receiver = tcp.create().receiver;
        receiver.begin(0, true);
        receiver.setLimit(LIMIT_BYTES);
        assertEquals(LIMIT_BYTES >> Receiver.SCALE, receiver.windowToOffer(false));
        TcpSegment segment = new TcpSegment();
        segment.data = memory.regionAddress(0) + memory.regionBytes(0) - 2 * LIMIT_BYTES;
        segment.dataBytes = LIMIT_BYTES + BEYOND_BYTES;
        receiver.accept(segment, 1);
        assertEquals(1 + LIMIT_BYTES + BEYOND_BYTES, receiver.next());
        assertEquals(0, receiver.windowToOffer(false));
        assertEquals(0, receiver.offeredBytes());
        assertTrue(receiver.consume(LIMIT_BYTES), "the peer hears of the room");
        assertEquals((LIMIT_BYTES - BEYOND_BYTES + STEP_BYTES - 1) / STEP_BYTES, receiver.windowToOffer(false));
    }
}

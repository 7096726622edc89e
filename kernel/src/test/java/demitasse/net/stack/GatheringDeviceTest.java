package demitasse.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.device.net.NetDevice;
import demitasse.net.tcp.TcpConnection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A device that gathers is told where the bytes of large segments stand. */
class GatheringDeviceTest {
    private static final int PORT = 7;
    private static final int STREAM_BYTES = 3_000_001;
    private static final int LARGE_BYTES = 32 << 10;
    private static final long STEP_NS = 1_000_000;

    private final Pair pair = new Pair();
    private TcpConnection connection;
    private TcpConnection accepted;
    private int largest;
    private boolean lends;

    @BeforeEach
    void connect() {
        pair.a.offloads = NetDevice.CHECKSUM | NetDevice.SEGMENT_IPV4 | NetDevice.GATHER;
        pair.b.takesSumsForGood = true;
        pair.wire = frame -> {
            largest = Math.max(largest, frame.length);
            return frame;
        };
        connection = pair.connect(PORT);
        accepted = pair.listener.accept();
        accepted.setUser(events -> { });
    }

    @Test
    void streamArrivesAsItWasWritten() {
        transfer();
        assertTrue(largest > LARGE_BYTES, "the largest frame: " + largest);
    }

    @Test
    void whatIsLentArrivesToo() {
        lends = true;
        transfer();
        assertTrue(largest > LARGE_BYTES, "the largest frame: " + largest);
    }

    @Test
    void whoLooksOnSeesPacketsInOnePiece() {
        pair.a.stack.setTap((index, packet, leaves) -> assertNull(packet.tail));
        transfer();
        assertTrue(largest > LARGE_BYTES, "the largest frame: " + largest);
    }

    private void transfer() {
        int sent = 0;
        int received = 0;
        for (int step = 0; received < STREAM_BYTES && step < 10_000; step++) {
            if (lends) {
                sent = Stream.write(connection, sent, Math.min(STREAM_BYTES, sent + step % 300));
                sent = Stream.lend(connection, pair.a.pages, sent, STREAM_BYTES);
                sent = Stream.lend(connection, pair.a.pages, sent, STREAM_BYTES);
            } else {
                sent = Stream.write(connection, sent, STREAM_BYTES);
            }
            pair.a.stack.poll(100);
            pair.pass(STEP_NS);
            received = Stream.read(accepted, received);
            pair.b.stack.poll(100);
        }
        assertEquals(STREAM_BYTES, received);
    }
}

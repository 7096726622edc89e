package demitasse.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.device.net.NetDevice;
import demitasse.device.net.PacketPool;
import demitasse.net.tcp.TcpConnection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A device that gathers is told where the bytes of large segments stand; who gets them keeps the packets. */
class GatheringDeviceTest {
    private static final int PORT = 7;
    private static final int STREAM_BYTES = 3_000_001;
    private static final int LARGE_BYTES = 32 << 10;
    /** As much as fits into the receive buffer, and large segments with it. */
    private static final int WAITING_BYTES = 120_000;
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

    @Test
    void packetsStayUntilTheyAreRead() {
        write(WAITING_BYTES);
        assertEquals(WAITING_BYTES, accepted.readable());
        assertTrue(pair.b.stack.packets().inUse() > 0, "packets wait for the program");
        int longest = 0;
        for (int at = 0; at < WAITING_BYTES; at += accepted.readSpan(at)) {
            longest = Math.max(longest, accepted.readSpan(at));
        }
        assertTrue(longest > LARGE_BYTES, "in one piece: " + longest);
        assertEquals(WAITING_BYTES, Stream.read(accepted, 0));
        assertEquals(0, pair.b.stack.packets().inUse());
    }

    @Test
    void halfOfThePacketsAreLeftForOthers() {
        accepted.setReceiveLimit(STREAM_BYTES);
        int before = pair.b.stack.packets().inUse();
        write(STREAM_BYTES - 1_000_000);
        assertEquals(STREAM_BYTES - 1_000_000, accepted.readable());
        int largeMax = (int) (pair.b.pages.totalBytes() / 8 / 2 / PacketPool.LARGE_BYTES);
        assertEquals(largeMax / 2, pair.b.stack.packets().inUse() - before, "of " + largeMax);
        assertEquals(STREAM_BYTES - 1_000_000, Stream.read(accepted, 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {100, WAITING_BYTES})
    void unreadDataGoesWithItsSocket(int bytes) {
        write(bytes);
        assertEquals(bytes, accepted.readable());
        connection.close(true);
        pair.a.stack.poll(100);
        pair.pass(STEP_NS);
        assertTrue(accepted.isGone(), "a reset has come");
        assertEquals(bytes, accepted.readable());
        accepted.close(false);
        assertEquals(0, pair.b.stack.packets().inUse());
        assertEquals(0, accepted.readable());
    }

    /** Sends so much, which nobody reads yet. */
    private void write(int bytes) {
        int sent = 0;
        for (int step = 0; accepted.readable() < bytes && step < 1000; step++) {
            sent = Stream.write(connection, sent, bytes);
            pair.a.stack.poll(100);
            pair.pass(STEP_NS);
            pair.b.stack.poll(100);
        }
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

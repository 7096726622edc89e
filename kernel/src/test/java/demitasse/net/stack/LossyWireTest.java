package demitasse.net.stack;

import static demitasse.base.error.Errno.ECONNREFUSED;
import static demitasse.base.error.Errno.EHOSTUNREACH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.net.tcp.TcpConnection;
import demitasse.net.tcp.TcpListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TCP over wires that lose, repeat, reorder and damage: every byte arrives once and in order, both ways end. */
class LossyWireTest {
    private static final long LIMIT_NS = 3600L * 1_000_000_000L;
    private static final long MS = 1_000_000;
    private static final int BYTES = 1 << 20;

    @ParameterizedTest
    @CsvSource({"1,0,0,0,0", "2,10,0,0,0", "3,50,0,0,0", "4,0,50,0,0", "5,0,0,200,0", "6,0,0,0,30", "7,20,20,100,10",
        "8,150,0,0,0", "9,100,100,300,50"})
    void everyByteArrives(long seed, int lost, int repeated, int reordered, int corrupted) {
        TwoStacks two = new TwoStacks(seed, new Wire.Spec(lost, repeated, reordered, corrupted, 5 * MS));
        long freePages = two.pages.freeBytes();
        TcpListener listener = two.listen();
        TcpConnection client = two.connect();
        TcpConnection[] accepted = {null};
        assertTrue(two.run(LIMIT_NS, () -> (accepted[0] = listener.accept()) != null), "no connection");
        TcpConnection server = accepted[0];
        server.setUser(events -> { });
        int[] sent = {0};
        int[] received = {0};
        boolean arrived = two.run(LIMIT_NS, () -> {
            sent[0] = Stream.write(client, sent[0], BYTES);
            if (sent[0] == BYTES && client.sendError() == 0) {
                client.shutdownWrite();
            }
            received[0] = Stream.read(server, received[0]);
            return server.isEndOfInput() && server.readable() == 0;
        });
        assertTrue(arrived, "received " + received[0] + " of " + BYTES + " with seed " + seed);
        assertEquals(BYTES, received[0]);
        server.close(false);
        client.close(false);
        assertTrue(two.run(LIMIT_NS, () -> client.isGone() && server.isGone()), "the connections end");
        two.server.stack.tcp.close(listener);
        assertEquals(0, two.client.stack.packets().inUse() + two.server.stack.packets().inUse());
        assertTrue(freePages - two.pages.freeBytes() < 8 << 20, "memory comes back");
    }

    @Test
    void goodWireFillsAtItsSpeedWithoutResending() {
        TwoStacks two = new TwoStacks(1, new Wire.Spec(0, 0, 0, 0, 10 * MS));
        TcpListener listener = two.listen();
        TcpConnection client = two.connect();
        TcpConnection[] accepted = {null};
        assertTrue(two.run(LIMIT_NS, () -> (accepted[0] = listener.accept()) != null));
        accepted[0].setUser(events -> { });
        int[] moved = {0, 0};
        long startNs = two.clock.monotonicNs();
        assertTrue(two.run(LIMIT_NS, () -> {
            moved[0] = Stream.write(client, moved[0], 4 * BYTES);
            moved[1] = Stream.read(accepted[0], moved[1]);
            return moved[1] == 4 * BYTES;
        }));
        long ms = (two.clock.monotonicNs() - startNs) / MS;
        assertEquals(0, two.client.stack.tcp.counters.retransmitted);
        assertTrue(ms < 400, "4 MiB over 20 ms of round trip took " + ms + " ms");
    }

    @Test
    void fullDeviceIsWaitedForAndNothingIsSentTwice() {
        TwoStacks two = new TwoStacks(1, new Wire.Spec(0, 0, 0, 0, 10 * MS), MS);
        TcpListener listener = two.listen();
        TcpConnection client = two.connect();
        TcpConnection[] accepted = {null};
        assertTrue(two.run(LIMIT_NS, () -> (accepted[0] = listener.accept()) != null));
        accepted[0].setUser(events -> { });
        int[] moved = {0, 0};
        long startNs = two.clock.monotonicNs();
        assertTrue(two.run(LIMIT_NS, () -> {
            moved[0] = Stream.write(client, moved[0], BYTES);
            moved[1] = Stream.read(accepted[0], moved[1]);
            return moved[1] == BYTES;
        }));
        long ms = (two.clock.monotonicNs() - startNs) / MS;
        assertEquals(0, two.client.stack.tcp.counters.retransmitted);
        assertTrue(ms < 850, "1 MiB in frames of a millisecond, 725 of them, took " + ms + " ms");
    }

    @Test
    void closedPortRefuses() {
        TwoStacks two = new TwoStacks(1, new Wire.Spec(0, 0, 0, 0, MS));
        TcpConnection client = two.connect();
        assertTrue(two.run(LIMIT_NS, client::isGone));
        assertEquals(ECONNREFUSED, client.takeError());
    }

    @Test
    void silentNeighbourIsNoRouteToTheHost() {
        TwoStacks two = new TwoStacks(1, new Wire.Spec(1000, 0, 0, 0, MS));
        TcpConnection client = two.connect();
        assertTrue(two.run(LIMIT_NS, client::isGone));
        assertEquals(EHOSTUNREACH, client.takeError());
    }
}

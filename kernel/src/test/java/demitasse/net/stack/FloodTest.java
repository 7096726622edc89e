package demitasse.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.alloc.Pages;
import demitasse.net.tcp.TcpConnection;
import demitasse.net.tcp.TcpListener;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Floods, and long use: service, tables and memory are afterwards what they were before. */
class FloodTest {
    private static final long MS = 1_000_000;
    private static final long S = 1000 * MS;
    private static final int FRAMES = 20_000;
    private static final int BATCH = 50;
    private static final int REQUEST_BYTES = 500;
    private static final int RESPONSE_BYTES = 8000;
    private static final long HEAP_SLACK_BYTES = 1 << 20;
    /** What a cache of pages may keep. */
    private static final long PAGES_SLACK_BYTES = 64L * Pages.PAGE_BYTES;
    /** A packet may wait for each neighbour that does not answer. */
    private static final int PARKED_MAX = 64;
    private static final int REPETITIONS = 100;

    private final TwoStacks two = new TwoStacks(1, new Wire.Spec(0, 0, 0, 0, MS / 2, 1_000_000_000, 0));
    private final TcpListener listener = two.listen();

    /** What must be the same. */
    private record State(int connections, int timeWaits, int packets, long freeBytes, long heapBytes) {
    }

    @ParameterizedTest
    @ValueSource(strings = {"syn", "rst", "ack", "fragment", "options", "arp", "neighbour", "datagram", "garbage"})
    void everythingIsAsItWas(String kind) {
        Attacker attacker = new Attacker(kind.hashCode());
        TcpConnection client = two.connect();
        TcpConnection server = accept();
        int position = exchange(client, server, 0, RESPONSE_BYTES);
        long quietNs = load(10);
        Supplier<byte[]> frames = frames(attacker, kind, client.localPort());
        flood(frames);
        State first = state();
        flood(frames);
        State second = state();
        assertEquals(first.connections, second.connections);
        assertEquals(1, second.connections, "only the one that lasted");
        assertEquals(0, second.timeWaits);
        assertTrue(second.packets <= PARKED_MAX, second.packets + " packets");
        assertTrue(first.freeBytes - second.freeBytes <= PAGES_SLACK_BYTES, first + " then " + second);
        assertTrue(second.heapBytes - first.heapBytes < HEAP_SLACK_BYTES, first + " then " + second);
        exchange(client, server, position, RESPONSE_BYTES);
        long againNs = load(10);
        assertTrue(againNs <= quietNs * 11 / 10, "took " + quietNs + " ns, then " + againNs);
    }

    @Test
    void whoeverMeansItGetsThroughAFloodOfSyns() {
        Attacker attacker = new Attacker(2);
        long quietNs = load(10);
        long longestNs = 0;
        for (int i = 0; i < 20; i++) {
            for (int j = 0; j < 10 * BATCH; j++) {
                two.client.outgoing.put(attacker.syn(), two.clock.monotonicNs());
            }
            longestNs = Math.max(longestNs, load(1));
        }
        assertTrue(two.server.stack.tcp.counters.cookiesSent > 1000, "cookies were sent");
        assertTrue(two.server.stack.tcp.counters.cookiesReceived >= 10, "cookies came back");
        // The flood itself takes its time on the wire.
        assertTrue(longestNs < quietNs / 10 + 20 * MS, "it took " + longestNs + " ns, before " + quietNs / 10);
        settle();
        assertEquals(0, two.server.stack.tcp.connectionCount());
    }

    @Test
    void nothingIsAmplified() {
        Attacker attacker = new Attacker(1);
        load(1);
        long before = two.server.outgoing.bytes;
        long put = two.client.outgoing.bytes;
        for (int i = 0; i < FRAMES; i++) {
            two.client.outgoing.put(attacker.garbage(), two.clock.monotonicNs());
            two.client.outgoing.put(attacker.datagram(9), two.clock.monotonicNs());
            two.run(MS, () -> false);
        }
        long answered = two.server.outgoing.bytes - before;
        assertTrue(answered < two.client.outgoing.bytes - put, answered + " bytes came back");
    }

    @Test
    void aHundredRepetitionsTakeAsLongAsTheFirst() {
        load(1);
        long firstNs = load(100);
        for (int i = 1; i < REPETITIONS; i++) {
            long ns = load(100);
            assertTrue(ns <= firstNs * 11 / 10 && ns >= firstNs * 9 / 10,
                    "repetition " + i + " took " + ns / MS + " ms, the first " + firstNs / MS);
        }
        assertTrue(two.client.stack.tcp.timeWaits() > 0, "connections wait");
        two.run(120 * S, () -> false);
        assertEquals(0, two.client.stack.tcp.connectionCount() + two.server.stack.tcp.connectionCount());
    }

    @Test
    void aDayGoesBy() {
        TcpConnection client = two.connect();
        client.keepAlive = true;
        TcpConnection server = accept();
        client.armKeepAlive();
        int position = exchange(client, server, 0, REQUEST_BYTES);
        long firstNs = load(3);
        settle();
        State before = state();
        for (long minute = 0; minute < 24 * 60; minute += 3) {
            long untilNs = two.clock.monotonicNs() + 180 * S;
            two.run(180 * S, () -> false);
            two.clock.advanceTo(untilNs);
            if (minute % 60 == 0) {
                position = exchange(client, server, position, REQUEST_BYTES);
            }
            long ns = load(3);
            assertTrue(ns <= firstNs * 11 / 10, "at minute " + minute + " it took " + ns);
        }
        settle();
        State after = state();
        assertEquals(before.connections, after.connections);
        assertEquals(0, before.packets + after.packets);
        assertTrue(before.freeBytes - after.freeBytes <= PAGES_SLACK_BYTES, before + " then " + after);
        assertTrue(after.heapBytes - before.heapBytes < HEAP_SLACK_BYTES, before + " then " + after);
    }

    private Supplier<byte[]> frames(Attacker attacker, String kind, int clientPort) {
        byte[] client = {10, 0, 0, 1};
        return switch (kind) {
            case "syn" -> attacker::syn;
            case "rst" -> () -> attacker.tcp(attacker.random.nextBoolean() ? "R" : "R.", clientPort, TwoStacks.PORT,
                    client, null, 0);
            case "ack" -> () -> attacker.random.nextBoolean() ? attacker.tcp(".", clientPort, TwoStacks.PORT, client,
                    null, attacker.random.nextInt(1000))
                    : attacker.tcp(".", attacker.random.nextInt(1 << 16), TwoStacks.PORT, null, null, 100);
            case "fragment" -> attacker::fragment;
            case "options" -> () -> attacker.options(clientPort);
            case "arp" -> attacker::arp;
            case "neighbour" -> attacker::neighbour;
            case "datagram" -> () -> attacker.datagram(attacker.random.nextInt(1 << 16));
            default -> attacker::garbage;
        };
    }

    private void flood(Supplier<byte[]> frames) {
        for (int i = 0; i < FRAMES; i += BATCH) {
            for (int j = 0; j < BATCH; j++) {
                two.client.outgoing.put(frames.get(), two.clock.monotonicNs());
            }
            two.run(MS, () -> false);
        }
        settle();
    }

    /** Half-open connections, waits and whatever was to be sent again come to their ends. */
    private void settle() {
        two.run(300 * S, () -> false);
    }

    private State state() {
        long heap = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            heap = Math.min(heap, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        NetStack stack = two.server.stack;
        return new State(stack.tcp.connectionCount(), stack.tcp.timeWaits(), stack.packets().inUse(),
                two.pages.freeBytes(), heap);
    }

    private TcpConnection accept() {
        TcpConnection[] accepted = {null};
        assertTrue(two.run(10 * S, () -> (accepted[0] = listener.accept()) != null), "a connection comes");
        accepted[0].setUser(events -> { });
        return accepted[0];
    }

    /** So many connections, one after another, each with a request and a response; how long that took. */
    private long load(int connections) {
        long startNs = two.clock.monotonicNs();
        for (int i = 0; i < connections; i++) {
            TcpConnection client = two.connect();
            TcpConnection server = accept();
            exchange(client, server, 0, REQUEST_BYTES);
            exchange(server, client, 0, RESPONSE_BYTES);
            client.close(false);
            assertTrue(two.run(10 * S, server::isEndOfInput), "the end comes");
            server.close(false);
            assertTrue(two.run(10 * S, server::isGone), "the connection ends");
        }
        return two.clock.monotonicNs() - startNs;
    }

    private int exchange(TcpConnection from, TcpConnection to, int position, int bytes) {
        int[] moved = {position, position};
        int end = position + bytes;
        assertTrue(two.run(10 * S, () -> {
            moved[0] = Stream.write(from, moved[0], end);
            moved[1] = Stream.read(to, moved[1]);
            return moved[1] == end;
        }), "bytes arrive");
        return end;
    }
}

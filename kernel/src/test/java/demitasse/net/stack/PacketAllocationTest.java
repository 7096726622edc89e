package demitasse.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.device.net.Packet;
import demitasse.net.tcp.TcpConnection;
import demitasse.net.tcp.TcpListener;
import demitasse.net.udp.UdpEndpoint;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Packets make no Java objects once a connection has gathered speed, as counted by the JVM; and what idle connections
 * cost, in objects and pages. The compiler's plugin proves the first over the call graph of what is {@code @HotPath}.
 */
class PacketAllocationTest {
    private static final int RAM_BYTES = 64 << 20;
    private static final int WARM_ROUNDS = 100;
    private static final int ROUNDS = 100;
    private static final int RUNS = 3;
    private static final int BULK_BYTES = 256 << 10;
    private static final int LENT_BYTES = 32 << 10;
    private static final int DATAGRAM_BYTES = 1000;
    private static final int IDLE = 10_000;
    private static final int IDLE_BYTES_MAX = 4096;
    private static final int IDLE_RAM_BYTES = 192 << 20;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private TcpConnection near;
    private TcpConnection far;

    private interface Round {
        /** Returns how many packets it should have caused at least. */
        int run();
    }

    @Test
    void theMeterSeesAllocations() {
        long[][] kept = new long[1][];
        assertTrue(leastPerRun(() -> {
            kept[0] = new long[4];
            return 1;
        }) >= ROUNDS * 32, "" + kept.length);
    }

    @ParameterizedTest
    @CsvSource({"true,true", "true,false", "false,false"})
    void bulk(boolean ipv4, boolean ethernet) {
        QuietPair pair = new QuietPair(RAM_BYTES, ipv4, ethernet);
        connect(pair);
        assertEquals(0, leastPerRun(() -> {
            int written = 0;
            int read = 0;
            while (read < BULK_BYTES) {
                written += QuietPair.write(near, BULK_BYTES - written);
                pair.settle();
                read += QuietPair.read(far);
                pair.settle();
            }
            return BULK_BYTES / 1500;
        }));
    }

    @Test
    void lentBulk() {
        QuietPair pair = new QuietPair(RAM_BYTES, true, true);
        connect(pair);
        long frames = pair.pages.allocateRun(LENT_BYTES / Pages.PAGE_BYTES + 1);
        assertEquals(0, leastPerRun(() -> {
            int written = 0;
            int read = 0;
            while (read < BULK_BYTES) {
                written += QuietPair.write(near, Math.min(100, BULK_BYTES - written));
                int some = Math.min(Math.min(LENT_BYTES, near.writable()), BULK_BYTES - written);
                if (near.lend(frames + 5, some, true)) {
                    written += some;
                    near.push();
                }
                pair.settle();
                read += QuietPair.read(far);
                pair.settle();
            }
            return BULK_BYTES / 1500;
        }));
    }

    @ParameterizedTest
    @CsvSource({"true,true", "true,false", "false,false"})
    void requestAndResponse(boolean ipv4, boolean ethernet) {
        QuietPair pair = new QuietPair(RAM_BYTES, ipv4, ethernet);
        connect(pair);
        assertEquals(0, leastPerRun(() -> {
            assertEquals(100, QuietPair.write(near, 100));
            pair.settle();
            assertEquals(100, QuietPair.read(far));
            assertEquals(5000, QuietPair.write(far, 5000));
            pair.settle();
            assertEquals(5000, QuietPair.read(near));
            pair.settle();
            return 5;
        }));
    }

    @ParameterizedTest
    @CsvSource({"true,true", "true,false", "false,false"})
    void datagrams(boolean ipv4, boolean ethernet) {
        QuietPair pair = new QuietPair(RAM_BYTES, ipv4, ethernet);
        UdpEndpoint from = endpoint(pair, pair.client);
        UdpEndpoint to = endpoint(pair, pair.server);
        assertEquals(0, leastPerRun(() -> {
            for (int i = 0; i < 10; i++) {
                Packet packet = pair.client.stack.udp.prepare(DATAGRAM_BYTES);
                Memory.putByte(packet.append(DATAGRAM_BYTES), (byte) i);
                assertEquals(0, pair.client.stack.udp.send(from, packet, pair.high(), pair.low(2), QuietPair.PORT, 0));
                pair.settle();
                assertTrue(to.first() != null && to.first().length() == DATAGRAM_BYTES);
                to.drop();
            }
            return 10;
        }));
    }

    @ParameterizedTest
    @CsvSource({"0", "16384"})
    void idleConnectionsAreSmall(int bytesBefore) {
        QuietPair pair = new QuietPair(IDLE_RAM_BYTES, true, true);
        TcpListener listener = pair.listen(64);
        TcpConnection[] ends = new TcpConnection[2 * IDLE];
        // What there is once for all, such as packets, is there from the first on.
        open(pair, listener, ends, 0, bytesBefore);
        long before = usedHeap() - pair.pages.freeBytes();
        for (int i = 1; i < IDLE; i++) {
            open(pair, listener, ends, i, bytesBefore);
        }
        assertEquals(IDLE, pair.server.stack.tcp.connectionCount());
        long each = (usedHeap() - pair.pages.freeBytes() - before) / (2 * (IDLE - 1));
        System.out.println("an idle connection takes " + each + " bytes after " + bytesBefore + " bytes each way");
        assertTrue(each <= IDLE_BYTES_MAX, each + " bytes each");
        assertTrue(ends[2 * IDLE - 1].state() == ends[0].state(), "all are alive");
    }

    private static void open(QuietPair pair, TcpListener listener, TcpConnection[] ends, int index, int bytes) {
        TcpConnection one = pair.connect();
        pair.settle();
        TcpConnection other = listener.accept();
        other.setUser(one.user());
        ends[2 * index] = one;
        ends[2 * index + 1] = other;
        exchange(pair, one, other, bytes);
        exchange(pair, other, one, bytes);
    }

    private static void exchange(QuietPair pair, TcpConnection from, TcpConnection to, int bytes) {
        int written = 0;
        int read = 0;
        while (read < bytes) {
            written += QuietPair.write(from, bytes - written);
            pair.settle();
            read += QuietPair.read(to);
            pair.settle();
        }
    }

    /** What lives; the least of a few looks, since a JVM does things of its own. */
    private static long usedHeap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    private UdpEndpoint endpoint(QuietPair pair, QuietPair.End end) {
        UdpEndpoint endpoint = new UdpEndpoint(events -> { });
        endpoint.binding.low = pair.any(0).low;
        endpoint.binding.port = QuietPair.PORT;
        endpoint.binding.takesIpv4 = true;
        endpoint.binding.takesIpv6 = true;
        assertEquals(0, end.stack.udp.ports.bind(endpoint.binding));
        return endpoint;
    }

    private void connect(QuietPair pair) {
        TcpListener listener = pair.listen(8);
        near = pair.connect();
        pair.settle();
        far = listener.accept();
        far.setUser(events -> { });
    }

    /** The least of several runs: class loading and the like happen once. */
    private static long leastPerRun(Round round) {
        for (int i = 0; i < WARM_ROUNDS; i++) {
            round.run();
        }
        long least = Long.MAX_VALUE;
        for (int run = 0; run < RUNS; run++) {
            int packets = 0;
            long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().threadId());
            for (int i = 0; i < ROUNDS; i++) {
                packets += round.run();
            }
            least = Math.min(least, THREADS.getThreadAllocatedBytes(Thread.currentThread().threadId()) - before);
            assertTrue(packets > 0);
        }
        return least;
    }
}

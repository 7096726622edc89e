package demitasse.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.net.tcp.TcpConnection;
import demitasse.net.tcp.TcpListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * How fast one connection is over loss, round trip and buffer, and over a bottleneck whose queue is short, in virtual
 * time: a table that stands in a file, so that a change of congestion control is a difference that somebody has to
 * read. {@code -Dthroughput=update} writes it anew.
 *
 * <p>For comparison Linux 6.18 with CUBIC over the same {@link Wire} in real time, 8 MiB, between two TAPs, Mbit/s:
 * loss of 0.1 % at 10, 50, 200 ms 47, 41, 19; 1 % at 10, 50 ms 9.9, 2.3; 5 % at 1, 10 ms 5.6, 2.8; none at 200 ms 26. A
 * queue of 4 frames at 10 ms 6.9, of 16 and 64 at 50 ms 7.3 and 24, of 64 and 256 at 200 ms 11 and 14. 5 % late at 1,
 * 10, 50, 200 ms 46, 47, 39, 20; 20 % late at 10, 50, 200 ms 44, 29, 16.
 */
class ThroughputTest {
    private static final Path TABLE = Path.of("src/test/resources/demitasse/net/stack/throughput.txt");
    private static final long MS = 1_000_000;
    private static final long RATE = 50_000_000;
    private static final int BYTES_MAX = 1 << 20;
    private static final long RUN_NS = 20_000 * MS;
    private static final int SEEDS = 3;
    private static final int[] LOST = {0, 1, 10, 50};
    private static final int[] RTT_MS = {1, 10, 50, 200};
    /** 0: the stack chooses, and lets it grow. */
    private static final int[] BUFFERS = {16 << 10, 64 << 10, 0};
    private static final int[] QUEUES = {4, 16, 64, 256};
    /** Repeated, reordered, corrupted. */
    private static final int[][] FAULTS = {{50, 0, 0}, {0, 50, 0}, {0, 200, 0}, {0, 0, 10}};

    /** What one or several runs came to. */
    private static final class Result {
        long bytes;
        long ns;
        long unneeded;
        long timeouts;

        double megabits() {
            return bytes * 8_000.0 / Math.max(1, ns);
        }

        String cell() {
            return String.format(Locale.ROOT, "%6.2f%+5d%4d", megabits(), unneeded, timeouts);
        }
    }

    @Test
    void tableIsAsItWas() throws IOException {
        String now = lossTable() + "\n" + queueTable() + "\n" + faultTable();
        if ("update".equals(System.getProperty("throughput"))) {
            Files.createDirectories(TABLE.getParent());
            Files.writeString(TABLE, now);
        }
        assertEquals(Files.readString(TABLE), now, "-Dthroughput=update writes " + TABLE + " anew");
    }

    private static String lossTable() {
        StringBuilder table = new StringBuilder("One connection through " + RATE / 1_000_000 + " Mbit/s, queue of 1000"
                + " frames: Mbit/s, segments sent again without need, time-outs (mean or sum of " + SEEDS
                + " seeds)\n\nRTT ms  buffer");
        for (int lost : LOST) {
            table.append(String.format(Locale.ROOT, "%13.1f %%", lost / 10.0));
        }
        table.append('\n');
        for (int rtt : RTT_MS) {
            for (int buffer : BUFFERS) {
                table.append(String.format(Locale.ROOT, "%6d  %6s", rtt, buffer == 0 ? "auto" : buffer >> 10));
                for (int lost : LOST) {
                    table.append(several(new Wire.Spec(lost, 0, 0, 0, rtt * MS / 2, RATE, 1000), buffer).cell());
                }
                table.append('\n');
            }
        }
        return table.toString();
    }

    private static String queueTable() {
        StringBuilder table = new StringBuilder("The same without loss, but with a queue of so many frames\n\n"
                + "RTT ms        ");
        for (int queue : QUEUES) {
            table.append(String.format(Locale.ROOT, "%15d", queue));
        }
        table.append('\n');
        for (int rtt : RTT_MS) {
            table.append(String.format(Locale.ROOT, "%6d        ", rtt));
            for (int queue : QUEUES) {
                table.append(several(new Wire.Spec(0, 0, 0, 0, rtt * MS / 2, RATE, queue), 0).cell());
            }
            table.append('\n');
        }
        return table.toString();
    }

    private static String faultTable() {
        StringBuilder table = new StringBuilder("The same with a queue of 1000 frames, of which some come twice, late"
                + " by up to a round trip, or damaged\n\nRTT ms         twice 5 %       late 5 %      late 20 %"
                + "    damaged 1 %\n");
        for (int rtt : RTT_MS) {
            table.append(String.format(Locale.ROOT, "%6d        ", rtt));
            for (int[] fault : FAULTS) {
                Wire.Spec spec = new Wire.Spec(0, fault[0], fault[1], fault[2], rtt * MS / 2, RATE, 1000);
                table.append(several(spec, 0).cell());
            }
            table.append('\n');
        }
        return table.toString();
    }

    private static Result several(Wire.Spec spec, int buffer) {
        Result sum = new Result();
        boolean chance = spec.lost() + spec.repeated() + spec.reordered() + spec.corrupted() > 0;
        for (int seed = 1; seed <= (chance ? SEEDS : 1); seed++) {
            one(spec, buffer, seed, sum);
        }
        return sum;
    }

    private static void one(Wire.Spec spec, int buffer, long seed, Result sum) {
        TwoStacks two = new TwoStacks(seed, spec);
        TcpConnection template = two.server.stack.tcp.create();
        TcpConnection client = two.client.stack.tcp.create();
        if (buffer > 0) {
            template.setReceiveLimit(buffer);
            client.setSendLimit(buffer);
        }
        TcpListener listener = two.listen(template);
        two.connect(client);
        TcpConnection[] accepted = {null};
        assertTrue(two.run(RUN_NS, () -> (accepted[0] = listener.accept()) != null), "no connection, seed " + seed);
        accepted[0].setUser(events -> { });
        two.client.outgoing.restart(seed);
        two.server.outgoing.restart(seed + SEEDS);
        int[] moved = {0, 0};
        long startNs = two.clock.monotonicNs();
        two.run(RUN_NS, () -> {
            moved[0] = Stream.write(client, moved[0], Integer.MAX_VALUE);
            moved[1] = Stream.read(accepted[0], moved[1]);
            return moved[1] >= BYTES_MAX;
        });
        assertTrue(moved[1] > 0, () -> "stalled: " + spec + " buffer " + buffer + " seed " + seed);
        sum.bytes += moved[1];
        sum.ns += Math.min(RUN_NS, two.clock.monotonicNs() - startNs);
        sum.unneeded += two.client.stack.tcp.counters.retransmitted - two.client.outgoing.dataLost;
        sum.timeouts += two.client.stack.tcp.counters.timeouts;
    }
}

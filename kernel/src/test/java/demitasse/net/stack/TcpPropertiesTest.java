package demitasse.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.alloc.Pages;
import demitasse.net.tcp.TcpConnection;
import demitasse.net.tcp.TcpListener;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Whatever the wire, the programs and their buffers do: streams arrive as they were sent, and everything ends. */
class TcpPropertiesTest {
    private static final long MS = 1_000_000;
    private static final long LIMIT_NS = 7200L * 1000 * MS;
    private static final long PAGES_SLACK_BYTES = 2 << 20;

    /** One end of a conversation: what it has written and read, in pieces of its own size. */
    private static final class Side {
        final TcpConnection connection;
        final int bytes;
        final int piece;
        /** Of bytes that are lent in between; null for none. */
        final Pages lender;
        int written;
        int read;

        Side(TcpConnection connection, int bytes, int piece, Pages lender) {
            this.lender = lender;
            this.connection = connection;
            this.bytes = bytes;
            this.piece = piece;
        }

        void step() {
            if (written < bytes) {
                int before = written;
                if (lender != null && (before / 1000 & 1) == 0) {
                    written = Stream.lend(connection, lender, written, bytes);
                }
                if (written == before) {
                    written = Stream.write(connection, written, Math.min(bytes, written + piece));
                }
            } else if (connection.sendError() == 0) {
                connection.shutdownWrite();
            }
            read = Stream.read(connection, read);
        }

        boolean hasAll() {
            return written == bytes && connection.isEndOfInput() && connection.readable() == 0;
        }
    }

    @Property(tries = 40)
    void streamsArriveBothWays(@ForAll @LongRange(min = 0, max = 1 << 20) long seed,
            @ForAll @IntRange(max = 150) int lost, @ForAll @IntRange(max = 100) int repeated,
            @ForAll @IntRange(max = 300) int reordered, @ForAll @IntRange(max = 50) int corrupted,
            @ForAll @LongRange(max = 100) long delayMs, @ForAll boolean stripsOptions,
            @ForAll @IntRange(max = 150_000) int there, @ForAll @IntRange(max = 150_000) int back,
            @ForAll @IntRange(min = 10, max = 20_000) int piece,
            @ForAll @IntRange(min = 4096, max = 200_000) int buffer) {
        TwoStacks two = new TwoStacks(seed, new Wire.Spec(lost, repeated, reordered, corrupted, delayMs * MS,
                20_000_000, 1 + (int) (seed % 100)));
        two.meet();
        two.client.outgoing.stripsOptions = stripsOptions;
        long freeBytes = two.pages.freeBytes();
        TcpConnection template = two.server.stack.tcp.create();
        template.setReceiveLimit(buffer);
        template.noDelay = seed % 2 == 0;
        TcpListener listener = two.listen(template);
        TcpConnection client = two.client.stack.tcp.create();
        client.setSendLimit(buffer);
        client.synRetries = 20;
        two.connect(client);
        TcpConnection[] accepted = {null};
        assertTrue(two.run(LIMIT_NS, () -> (accepted[0] = listener.accept()) != null), "no connection");
        accepted[0].setUser(events -> { });
        Side near = new Side(client, there, piece, seed % 3 == 0 ? null : two.pages);
        Side far = new Side(accepted[0], back, piece * 3, two.pages);
        assertTrue(two.run(LIMIT_NS, () -> {
            near.step();
            far.step();
            return near.hasAll() && far.hasAll();
        }), () -> "sent " + near.written + " got " + far.read + "; back " + far.written + " got " + near.read
                + "; states " + client.state() + " " + accepted[0].state());
        assertEquals(there, far.read);
        assertEquals(back, near.read);
        client.close(false);
        accepted[0].close(false);
        assertTrue(two.run(LIMIT_NS, () -> client.isGone() && accepted[0].isGone()), "the connections end");
        assertEquals(0, two.client.stack.tcp.connectionCount() + two.server.stack.tcp.connectionCount());
        assertEquals(0, two.client.stack.tcp.unfinishedBytes() + two.server.stack.tcp.unfinishedBytes());
        long keptBytes = freeBytes - two.pages.freeBytes();
        assertTrue(keptBytes < PAGES_SLACK_BYTES + 128L * Pages.PAGE_BYTES, keptBytes + " bytes are kept");
    }

    @Property(tries = 20)
    void theOtherHearsOfEveryEnd(@ForAll @LongRange(min = 0, max = 1 << 20) long seed,
            @ForAll @IntRange(max = 100) int lost, @ForAll @IntRange(max = 20_000) int bytes, @ForAll boolean aborts,
            @ForAll boolean reads) {
        TwoStacks two = new TwoStacks(seed, new Wire.Spec(lost, 0, 50, 0, 5 * MS));
        two.meet();
        TcpListener listener = two.listen();
        TcpConnection client = two.connect();
        TcpConnection[] accepted = {null};
        assertTrue(two.run(LIMIT_NS, () -> (accepted[0] = listener.accept()) != null), "no connection");
        TcpConnection server = accepted[0];
        server.setUser(events -> { });
        int[] written = {0};
        int[] read = {0};
        two.run(LIMIT_NS, () -> {
            written[0] = Stream.write(client, written[0], bytes);
            return written[0] == bytes;
        });
        if (reads) {
            assertTrue(two.run(LIMIT_NS, () -> (read[0] = Stream.read(server, read[0])) == bytes));
        }
        server.close(aborts);
        // A reset may get lost: then it is the next segment that is answered by one.
        two.run(LIMIT_NS, () -> {
            if (client.sendError() == 0) {
                written[0] = Stream.write(client, written[0], written[0] + 100);
            }
            return client.isEndOfInput();
        });
        assertTrue(client.isEndOfInput(), "the client hears of it, state " + client.state());
        client.close(false);
        assertTrue(two.run(LIMIT_NS, () -> client.isGone() && server.isGone()), "both are gone");
    }
}

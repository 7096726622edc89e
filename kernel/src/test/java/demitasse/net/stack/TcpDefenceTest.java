package demitasse.net.stack;

import static demitasse.base.error.Errno.EHOSTUNREACH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.base.memory.Memory;
import demitasse.net.ip.Binding;
import demitasse.net.tcp.TcpConnection;
import demitasse.net.tcp.TcpListener;
import demitasse.net.wire.Ip;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What TCP does about strangers, marks, small links and closed windows. */
class TcpDefenceTest {
    private static final long S = 1_000_000_000L;
    private static final int PORT = 7;
    private static final int PROTOCOL = 23;
    private static final int FLAGS = 14 + 20 + 13;
    private final Pair pair = new Pair();
    private final List<byte[]> seen = new ArrayList<>();

    @BeforeEach
    void address() {
        pair.a.stack.routes.addAddress(pair.a.eth0, 0, LoneStack.ipv4(1), 96 + 8);
        pair.b.stack.routes.addAddress(pair.b.eth0, 0, LoneStack.ipv4(2), 96 + 8);
    }

    private static Binding any(int port) {
        Binding binding = new Binding();
        binding.takesIpv4 = true;
        binding.takesIpv6 = true;
        binding.port = port;
        return binding;
    }

    private TcpListener listen(int backlog) {
        return listen(backlog, 0);
    }

    private TcpListener listen(int backlog, int deferS) {
        Binding binding = any(PORT);
        pair.b.stack.tcp.ports.add(binding);
        TcpConnection template = pair.b.stack.tcp.create();
        template.deferAcceptS = deferS;
        return pair.b.stack.tcp.listen(template, binding, backlog, events -> { });
    }

    private TcpConnection connect(long high, long low) {
        TcpConnection connection = pair.a.stack.tcp.create();
        connection.setUser(events -> { });
        assertEquals(0, pair.a.stack.tcp.connect(connection, any(0), high, low, PORT, 0));
        pair.a.stack.poll(100);
        return connection;
    }

    private TcpConnection accept(TcpListener listener) {
        pair.pass(S / 10);
        TcpConnection server = listener.accept();
        server.setUser(events -> { });
        return server;
    }

    private static void write(TcpConnection connection, int bytes) {
        for (int left = bytes; left > 0;) {
            int some = Math.min(left, connection.writeSpan());
            assertTrue(some > 0, "room to write");
            for (int i = 0; i < some; i++) {
                Memory.putByte(connection.writeAddress() + i, (byte) i);
            }
            connection.append(some);
            left -= some;
        }
        connection.push();
    }

    /** Reads until all is there or time is over; how much it was. */
    private int read(TcpConnection connection, int wanted, int centiseconds) {
        int all = 0;
        for (int i = 0; i < centiseconds && all < wanted; i++) {
            pair.pass(S / 100);
            while (connection.readable() > 0) {
                int some = connection.readSpan(0);
                connection.consume(some);
                all += some;
            }
        }
        return all;
    }

    private void watch() {
        pair.wire = frame -> {
            if (frame[12] == 8 && frame[PROTOCOL] == 6) {
                seen.add(frame);
            }
            return frame;
        };
    }

    /** A SYN with the options of Linux from a source that does not exist. */
    private static byte[] syn(int source, int sequence) {
        ByteBuffer segment = ByteBuffer.allocate(40);
        segment.putShort((short) 4000).putShort((short) PORT).putInt(sequence).putInt(0);
        segment.putShort((short) 0xa002).putShort((short) 64_240).putInt(0);
        segment.putInt(0x020405b4).putInt(0x0402080a).putInt(1000).putInt(0).putInt(0x01030307);
        return tcp(source, segment);
    }

    private static byte[] tcp(int source, ByteBuffer segment) {
        byte[] pseudo = ByteBuffer.allocate(12).putInt(source).putInt(0x0a000002).putShort((short) 6)
                .putShort((short) segment.capacity()).array();
        segment.putShort(16, (short) 0);
        segment.putShort(16, (short) ~Frames.sum(0, Frames.join(pseudo, segment.array())));
        byte[] frame = Frames.ipv4(source, 0x0a000002, 6, 64, 0, 0x4000, segment.array());
        frame[5] = 2;
        return frame;
    }

    @Test
    void floodOfSynsIsAnsweredByCookiesAndServiceGoesOn() {
        TcpListener listener = listen(16);
        for (int i = 0; i < 5000; i++) {
            pair.b.receive(syn(0x0a000100 + i, i));
        }
        assertTrue(pair.b.stack.tcp.connectionCount() <= 17);
        assertTrue(pair.b.stack.tcp.counters.cookiesSent > 4900);
        pair.b.sent.clear();
        TcpConnection client = connect(0, LoneStack.ipv4(2));
        TcpConnection server = accept(listener);
        assertEquals(1, pair.b.stack.tcp.counters.cookiesReceived);
        write(client, 200_000);
        assertEquals(200_000, read(server, 200_000, 100));
        assertTrue(server.report().hasScale && server.report().hasSack && server.report().hasTimestamps);
        assertEquals(1448, server.segmentBytes());
    }

    @Test
    void inventedCookieIsRefused() {
        TcpListener listener = listen(1);
        for (int i = 0; i < 100; i++) {
            pair.b.receive(syn(0x0a000100 + i, i));
        }
        for (int i = 0; i < 1000; i++) {
            ByteBuffer segment = ByteBuffer.allocate(20);
            segment.putShort((short) 4000).putShort((short) PORT).putInt(i).putInt(i * 7919);
            segment.putShort((short) 0x5010).putShort((short) 64_240).putInt(0);
            pair.b.receive(tcp(0x0a000201, segment));
        }
        assertNull(listener.accept());
        assertEquals(1000, pair.b.stack.tcp.counters.cookiesFailed);
    }

    @Test
    void markedPacketsSlowTheSenderOnceInARoundTrip() {
        pair.a.stack.tcp.requestsEcn = true;
        TcpListener listener = listen(16);
        boolean[] mark = {false};
        pair.wire = frame -> {
            if (frame[12] == 8 && frame[PROTOCOL] == 6) {
                seen.add(frame);
                if (mark[0] && (frame[15] & 3) == 2) {
                    mark[0] = false;
                    congest(frame);
                }
            }
            return frame;
        };
        TcpConnection client = connect(0, LoneStack.ipv4(2));
        accept(listener);
        assertEquals(0xc2, seen.get(0)[FLAGS] & 0xff, "SYN, ECE, CWR");
        assertEquals(0x52, seen.get(1)[FLAGS] & 0xff, "SYN, ACK, ECE");
        write(client, 50_000);
        pair.pass(S / 10);
        int window = client.report().congestionWindow;
        mark[0] = true;
        write(client, 50_000);
        pair.pass(S / 10);
        assertEquals(1, pair.a.stack.tcp.counters.ecnReductions);
        assertTrue(client.report().congestionWindow < window, "the window shrinks");
        assertEquals(0, pair.a.stack.tcp.counters.fastRecoveries + pair.a.stack.tcp.counters.timeouts);
        write(client, 10_000);
        pair.pass(S / 10);
        assertTrue(seen.stream().anyMatch(f -> (f[FLAGS] & 0x80) != 0 && (f[FLAGS] & 2) == 0), "CWR");
        assertEquals(0, seen.getLast()[FLAGS] & 0x40, "no echo any more");
    }

    /** Marks a packet as a router does. */
    private static void congest(byte[] frame) {
        frame[15] |= 3;
        frame[24] = 0;
        frame[25] = 0;
        int sum = ~Frames.sum(0, Arrays.copyOfRange(frame, 14, 34));
        frame[24] = (byte) (sum >>> 8);
        frame[25] = (byte) sum;
    }

    @Test
    void peerThatKeepsItsWindowClosedIsWaitedFor() {
        TcpListener listener = listen(16);
        TcpConnection client = connect(0, LoneStack.ipv4(2));
        TcpConnection server = accept(listener);
        server.setReceiveLimit(4096);
        write(client, 100_000);
        // Three hours: far beyond what a silent peer is given.
        for (int i = 0; i < 3 * 60; i++) {
            pair.a.pass(60 * S);
            pair.b.pass(60 * S);
            pair.pass(S / 100);
        }
        assertFalse(client.isGone());
        assertEquals(100_000, read(server, 100_000, 3000));
    }

    /** TCP_DEFER_ACCEPT: those who say nothing are no more than may be in a handshake, the rest is to be accepted. */
    @Test
    void whoSaysNothingIsKeptBackWithinBounds() {
        TcpListener listener = listen(16, 30);
        for (int i = 0; i < 100; i++) {
            connect(0, LoneStack.ipv4(2));
            pair.pass(S / 100);
        }
        assertEquals(17, listener.pending());
        assertEquals(34, pair.b.stack.tcp.connectionCount());
    }

    @Test
    void thoseWhoDoNotReadLeaveMemoryToOthers() {
        TcpListener listener = listen(16);
        for (int i = 0; i < 100; i++) {
            connect(0, LoneStack.ipv4(2));
            TcpConnection server = accept(listener);
            int all = 0;
            for (int some = server.writeSpan(); some > 0; some = server.writeSpan()) {
                assertTrue(server.writeAddress() != 0, "memory for connection " + i);
                server.append(some);
                all += some;
            }
            server.push();
            assertTrue(all >= 16 << 10, "connection " + i + " writes " + all);
        }
    }

    /** Each tells the peer where we are: none is at the cost of what others are to be told within the same second. */
    @Test
    void oldSegmentsAreAnsweredHoweverManyThereAre() {
        TcpListener listener = listen(16);
        TcpConnection client = connect(0, LoneStack.ipv4(2));
        accept(listener);
        watch();
        write(client, 100);
        pair.pass(S / 10);
        byte[] old = seen.getFirst();
        pair.b.sent.clear();
        for (int i = 0; i < 3000; i++) {
            pair.b.receive(old);
        }
        assertEquals(3000, pair.b.sent.size());
        assertEquals(0, pair.b.stack.tcp.counters.challenges);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void smallerLinkOnTheWayIsFoundOut(boolean v4) {
        pair.a.stack.startIpv6(pair.a.eth0, false);
        pair.b.stack.startIpv6(pair.b.eth0, false);
        TcpListener listener = listen(16);
        int mtu = v4 ? 1000 : 1280;
        int[] told = {0};
        pair.wire = frame -> {
            if (frame.length <= 14 + mtu || frame[v4 ? PROTOCOL : 20] != 6) {
                return frame;
            }
            told[0]++;
            byte[] quoted = Arrays.copyOfRange(frame, 14, 14 + 200);
            pair.a.receive(v4 ? tooBig4(mtu, quoted) : tooBig6(mtu, quoted));
            return null;
        };
        TcpConnection client =
                connect(v4 ? 0 : pair.b.eth0.high(1), v4 ? LoneStack.ipv4(2) : pair.b.eth0.low(1));
        TcpConnection server = accept(listener);
        write(client, 100_000);
        assertEquals(100_000, read(server, 100_000, 20), "no time-out was needed");
        assertTrue(told[0] > 0 && told[0] <= 10, "told " + told[0] + " times");
        assertEquals(mtu - (v4 ? 20 : 40) - 32, client.segmentBytes());
        assertEquals(0, pair.a.stack.tcp.counters.timeouts);
    }

    private static byte[] tooBig4(int mtu, byte[] quoted) {
        byte[] message = Frames.join(new byte[] {3, 4, 0, 0, 0, 0, (byte) (mtu >>> 8), (byte) mtu}, quoted);
        int sum = ~Frames.sum(0, message);
        message[2] = (byte) (sum >>> 8);
        message[3] = (byte) sum;
        return Frames.ipv4(1, 0, 0, message);
    }

    private static byte[] tooBig6(int mtu, byte[] quoted) {
        try {
            String own = InetAddress.getByAddress(Arrays.copyOfRange(quoted, 8, 24)).getHostAddress();
            return Frames.icmpv6("fe80::77", own, 64,
                    Frames.join(new byte[] {2, 0, 0, 0, 0, 0, (byte) (mtu >>> 8), (byte) mtu}, quoted));
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void strangersWordOnTheLinksIsNotBelieved() {
        TcpListener listener = listen(16);
        TcpConnection client = connect(0, LoneStack.ipv4(2));
        accept(listener);
        byte[] quoted = ByteBuffer.allocate(28).put((byte) 0x45).put((byte) 0).putShort((short) 1500).putInt(0)
                .put((byte) 64).put((byte) 6).putShort((short) 0).putInt(0x0a000001).putInt(0x0a000002)
                .putShort((short) client.localPort()).putShort((short) PORT).putInt(12345).array();
        pair.a.receive(tooBig4(600, quoted));
        assertEquals(1, pair.a.stack.counters.strangeErrors);
        assertEquals(1448, client.segmentBytes());
    }

    @Test
    void absentNeighbourIsNoRouteToTheHost() {
        TcpConnection client = connect(0, LoneStack.ipv4(99));
        pair.pass(4 * S);
        assertTrue(client.isGone());
        assertEquals(EHOSTUNREACH, client.takeError());
    }

    @Test
    void newSynEndsTheWait() {
        TcpListener listener = listen(16);
        TcpConnection client = connect(0, LoneStack.ipv4(2));
        TcpConnection server = accept(listener);
        server.close(false);
        pair.pass(S / 10);
        watch();
        client.close(false);
        pair.pass(S / 10);
        assertEquals(1, pair.b.stack.tcp.timeWaits());
        Binding same = any(ByteBuffer.wrap(seen.getFirst()).getShort(34) & 0xffff);
        same.low = Ip.MAPPED;
        TcpConnection again = pair.a.stack.tcp.create();
        again.setUser(events -> { });
        pair.pass(S);
        assertEquals(0, pair.a.stack.tcp.connect(again, same, 0, LoneStack.ipv4(2), PORT, 0));
        pair.a.stack.poll(100);
        pair.pass(S / 10);
        assertEquals(1, pair.b.stack.tcp.counters.timeWaitReused);
        assertEquals(1, again.state());
    }

    /** The SYN that leaves for a port of a peer from one of ours, 0 for any; the connection is given up. */
    private ByteBuffer synTo(int localPort, long peer, int port) {
        watch();
        seen.clear();
        TcpConnection connection = pair.a.stack.tcp.create();
        connection.setUser(events -> { });
        Binding binding = any(localPort);
        binding.low = Ip.MAPPED;
        assertEquals(0, pair.a.stack.tcp.connect(connection, binding, 0, peer, port, 0));
        pair.a.stack.poll(100);
        pair.pass(S / 100);
        connection.close(true);
        return ByteBuffer.wrap(seen.getFirst()).position(34).slice();
    }

    /** RFC 6528 §3: between the same ends the first number grows with time; of others it tells nothing. */
    @Test
    void firstSequenceNumbersGrowBetweenTheSameEndsAlone() {
        int first = synTo(5000, LoneStack.ipv4(2), PORT).getInt(4);
        long ticks = S / 64;
        int others = 0;
        for (int i = 1; i <= 20; i++) {
            int other = synTo(5000 + i, LoneStack.ipv4(2), PORT).getInt(4);
            others += Math.abs(other - first) < ticks ? 1 : 0;
        }
        assertTrue(others <= 2, others + " of 20 are near the first");
        pair.pass(S);
        int later = synTo(5000, LoneStack.ipv4(2), PORT).getInt(4) - first;
        assertTrue(later > ticks && later < 2 * ticks, "it has grown by " + later);
    }

    /** RFC 6056 §3.3.3: ports for one target follow each other, those for another begin elsewhere. */
    @Test
    void portsForAnotherTargetBeginElsewhere() {
        int near = 0;
        for (int i = 1; i <= 20; i++) {
            int one = synTo(0, LoneStack.ipv4(2), 100).getShort(0) & 0xffff;
            assertEquals(one + 1, synTo(0, LoneStack.ipv4(2), 100).getShort(0) & 0xffff);
            int other = synTo(0, LoneStack.ipv4(2), 100 + i).getShort(0) & 0xffff;
            near += Math.abs(other - one) < 100 ? 1 : 0;
            assertTrue(one >= 32_768 && other >= 32_768);
        }
        assertTrue(near <= 2, near + " of 20 are near each other");
    }
}

package demitasse.net.dhcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.alloc.Pages;
import demitasse.net.stack.NetInterface;
import demitasse.net.stack.NetStack;
import demitasse.net.wire.Ip;
import demitasse.sched.timer.Timers;
import demitasse.testing.TestClock;
import demitasse.testing.TestMemory;
import demitasse.testing.TestStack;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Random;
import java.util.function.BooleanSupplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client in virtual time, with a server that the test plays frame by frame. */
class DhcpClientTest {
    private static final long MAC = 0x0200_0000_0001L;
    private static final int OURS = 0x0a00_0005;
    private static final int SERVER = 0x0a00_0001;
    private static final int LEASE_S = 1000;
    private static final int UDP = 14 + 20;
    private static final int DHCP = UDP + 8;
    private static final int DISCOVER = 1;
    private static final int OFFER = 2;
    private static final int REQUEST = 3;
    private static final int ACK = 5;
    private static final int NAK = 6;
    private static final long SECOND_NS = 1_000_000_000L;

    private final class Wire extends TestStack {
        private final Deque<byte[]> sent = new ArrayDeque<>();
        private final Deque<byte[]> arriving = new ArrayDeque<>();

        Wire(Random random) {
            super((int) MAC & 0xff, new Pages(new TestMemory(16 << 20)), clock, random);
        }

        @Override
        protected byte[] arrives() {
            return arriving.poll();
        }

        @Override
        protected void leaves(byte[] frame) {
            sent.add(frame);
        }
    }

    private final TestClock clock = new TestClock();
    private Wire wire;
    private Timers timers;
    private NetStack stack;
    private NetInterface eth0;
    private DhcpClient client;

    @BeforeEach
    void start() {
        Random random = new Random(1);
        wire = new Wire(random);
        timers = wire.timers;
        stack = wire.stack;
        eth0 = wire.eth0;
        client = new DhcpClient(stack, eth0, timers, clock, random::nextLong);
        client.start();
    }

    /** Lets time pass until it holds; fails after so many seconds. */
    private void run(int limitS, BooleanSupplier done) {
        long endNs = clock.monotonicNs() + limitS * SECOND_NS;
        while (!done.getAsBoolean()) {
            if (timers.expire(clock.monotonicNs(), 10) + stack.poll(10) == 0) {
                assertTrue(timers.nextDeadlineNs() <= endNs, "nothing happens for " + limitS + " s");
                clock.advanceTo(timers.nextDeadlineNs());
            }
        }
    }

    /** The next frame of the client that is not ARP, which must be a message of this type. */
    private ByteBuffer message(int type, int limitS) {
        run(limitS, () -> {
            wire.sent.removeIf(bytes -> ByteBuffer.wrap(bytes).getShort(12) == 0x0806);
            return !wire.sent.isEmpty();
        });
        ByteBuffer frame = ByteBuffer.wrap(wire.sent.poll());
        assertEquals(0x0800, frame.getShort(12));
        assertEquals(68 << 16 | 67, frame.getInt(UDP));
        assertEquals(0x0101_0600, frame.getInt(DHCP));
        assertEquals(MAC, frame.getLong(DHCP + 28) >>> 16);
        assertEquals(0x6382_5363_3501_0000L | type << 8, frame.getLong(DHCP + 236) & ~0xffL);
        return frame;
    }

    private static byte[] options(int type) {
        return ByteBuffer.allocate(60).put((byte) 53).put((byte) 1).put((byte) type).put((byte) 54).put((byte) 4)
                .putInt(SERVER).put((byte) 1).put((byte) 4).putInt(0xffff_ff00).put((byte) 0).put((byte) 3)
                .put((byte) 4).putInt(SERVER).put((byte) 6).put((byte) 8).putInt(0x0808_0808).putInt(0x0909_0909)
                .put((byte) 51).put((byte) 4).putInt(LEASE_S).put((byte) 255).array();
    }

    /** Answers a frame of the client, as a broadcast. */
    private void answer(ByteBuffer to, int type) {
        answer(to.getInt(DHCP + 4), OURS, options(type));
    }

    private void answer(int transaction, int yours, byte[] options) {
        int udpBytes = 8 + 240 + options.length;
        ByteBuffer frame = ByteBuffer.allocate(UDP + udpBytes);
        frame.putLong(0xffff_ffff_ffff_0200L).putInt(0).putShort((short) 0x0800);
        frame.putInt(0x4500_0000 | 20 + udpBytes).putInt(0).putInt(0x4011_0000).putInt(SERVER).putInt(-1);
        int sum = 0;
        for (int i = 14; i < UDP; i += 2) {
            sum += frame.getShort(i) & 0xffff;
        }
        sum = (sum & 0xffff) + (sum >>> 16);
        frame.putShort(24, (short) ~((sum & 0xffff) + (sum >>> 16)));
        frame.putInt(67 << 16 | 68).putInt(udpBytes << 16);
        frame.putInt(0x0201_0600).putInt(transaction).putInt(0).putInt(0).putInt(yours);
        frame.putLong(DHCP + 28, MAC << 16).putInt(DHCP + 236, 0x6382_5363).position(DHCP + 240).put(options);
        wire.arriving.add(frame.array());
    }

    private void bind() {
        ByteBuffer discover = message(DISCOVER, 0);
        assertEquals(-1, discover.getInt(30), "to everybody");
        assertEquals(0, discover.getInt(26), "from nobody");
        answer(discover, OFFER);
        ByteBuffer request = message(REQUEST, 0);
        assertEquals(OURS, request.getInt(DHCP + 250));
        assertEquals(SERVER, request.getInt(DHCP + 256));
        answer(request, ACK);
        run(0, client::isBound);
    }

    @Test
    void offerIsTakenAndTheLeaseSetsTheInterfaceUp() {
        bind();
        assertEquals(OURS, client.address());
        assertEquals(Ip.mapped(OURS), eth0.low(eth0.firstIpv4()));
        assertEquals(96 + 24, eth0.prefixBits(eth0.firstIpv4()));
        assertEquals(2, client.nameServers());
        assertEquals(0x0909_0909, client.nameServer(1));
        assertEquals(Ip.mapped(SERVER), stack.routes.route(stack.routes.routeCount() - 1).gatewayLow);
    }

    @Test
    void nameServersAreThoseOfTheLease() {
        ByteBuffer discover = message(DISCOVER, 0);
        answer(discover, OFFER);
        ByteBuffer request = message(REQUEST, 0);
        answer(request, ACK);
        byte[] ofAnother = options(OFFER);
        answer(discover.getInt(DHCP + 4), OURS + 1, Arrays.copyOf(ofAnother, 15));
        run(0, () -> wire.arriving.isEmpty() && client.isBound());
        assertEquals(2, client.nameServers());
    }

    @Test
    void silenceIsAskedAgainLessAndLessOften() {
        long[] atNs = new long[8];
        for (int i = 0; i < atNs.length; i++) {
            message(DISCOVER, 100);
            atNs[i] = clock.monotonicNs();
        }
        assertTrue(atNs[1] - atNs[0] < 2 * SECOND_NS);
        assertTrue(atNs[7] - atNs[6] >= 64 * SECOND_NS && atNs[7] - atNs[6] < 65 * SECOND_NS);
    }

    @Test
    void requestWithoutAnswerStartsOver() {
        answer(message(DISCOVER, 0), OFFER);
        for (int i = 0; i < 4; i++) {
            message(REQUEST, 20);
        }
        message(DISCOVER, 20);
    }

    @Test
    void refusedRequestStartsOverAndStrangersAreNotHeard() {
        ByteBuffer discover = message(DISCOVER, 0);
        answer(discover.getInt(DHCP + 4) + 1, OURS, options(OFFER));
        answer(discover.getInt(DHCP + 4), 0, options(OFFER));
        answer(discover.getInt(DHCP + 4), 0x7f00_0001, options(OFFER));
        answer(discover, ACK);
        answer(message(DISCOVER, 2), OFFER);
        answer(message(REQUEST, 0), NAK);
        message(DISCOVER, 1);
        assertFalse(client.isBound());
    }

    @Test
    void serverThatRefusesWhatItOffersIsAskedLessOften() {
        for (int i = 0; i < 2; i++) {
            answer(message(DISCOVER, 1), OFFER);
            answer(message(REQUEST, 0), NAK);
        }
        long offeredNs = clock.monotonicNs();
        message(DISCOVER, 5);
        assertTrue(clock.monotonicNs() - offeredNs >= 4 * SECOND_NS);
    }

    @Test
    void leaseIsRenewedAtHalfTimeByItsServer() {
        bind();
        long boundNs = clock.monotonicNs();
        // Its neighbour is not known yet: the question for it goes first.
        run(LEASE_S / 2, () -> !wire.sent.isEmpty());
        assertEquals(0x0806, ByteBuffer.wrap(wire.sent.poll()).getShort(12));
        assertEquals(boundNs + LEASE_S / 2 * SECOND_NS, clock.monotonicNs());
        // Nobody answers it, so all servers are asked in the end.
        ByteBuffer request = message(REQUEST, LEASE_S / 2);
        assertEquals(boundNs + LEASE_S * 7 / 8 * SECOND_NS, clock.monotonicNs());
        assertEquals(-1, request.getInt(30));
        assertEquals(OURS, request.getInt(DHCP + 12));
        answer(request, ACK);
        run(0, () -> wire.arriving.isEmpty() && timers.nextDeadlineNs() > clock.monotonicNs() + SECOND_NS);
        assertTrue(client.isBound());
        assertEquals(1, eth0.addresses());
    }

    /** Answers the question for the server's hardware address, and gives the request that follows. */
    private ByteBuffer renewal() {
        run(LEASE_S / 2, () -> !wire.sent.isEmpty());
        assertEquals(0x0806, ByteBuffer.wrap(wire.sent.poll()).getShort(12));
        ByteBuffer reply = ByteBuffer.allocate(60);
        reply.putLong(MAC << 16 | 0x0200).putInt(0x0000_0002).putShort((short) 0x0806).putLong(0x0001_0800_0604_0002L);
        reply.putLong(0x0200_0000_0002L << 16 | SERVER >>> 16).putShort((short) SERVER);
        reply.putLong(MAC << 16 | OURS >>> 16).putShort((short) OURS);
        wire.arriving.add(reply.array());
        ByteBuffer request = message(REQUEST, 1);
        assertEquals(SERVER, request.getInt(30), "to its server alone");
        return request;
    }

    private long routerLow() {
        long low = 0;
        for (int i = 0; i < stack.routes.routeCount(); i++) {
            low = stack.routes.route(i).bits == 96 ? stack.routes.route(i).gatewayLow : low;
        }
        return low;
    }

    /** Everything that has come is dealt with. */
    private void settle() {
        int worked;
        do {
            worked = timers.expire(clock.monotonicNs(), 10) + stack.poll(10);
        } while (worked > 0 || !wire.arriving.isEmpty());
    }

    /** RFC 2131 §4.4.5. */
    @Test
    void renewalBringsAnotherMaskRouterNameServerAndTime() {
        bind();
        int[] told = {0};
        stack.nameServers.setListener(() -> told[0]++);
        int routes = stack.routes.routeCount();
        ByteBuffer request = renewal();
        byte[] other = ByteBuffer.allocate(60).put((byte) 53).put((byte) 1).put((byte) ACK).put((byte) 54)
                .put((byte) 4).putInt(SERVER).put((byte) 1).put((byte) 4).putInt(0xffff_0000).put((byte) 3)
                .put((byte) 4).putInt(SERVER + 8).put((byte) 6).put((byte) 4).putInt(0x0707_0707).put((byte) 51)
                .put((byte) 4).putInt(2 * LEASE_S).put((byte) 255).array();
        answer(request.getInt(DHCP + 4), OURS, other);
        long renewedNs = clock.monotonicNs();
        settle();
        assertEquals(1, eth0.addresses());
        assertEquals(96 + 16, eth0.prefixBits(0));
        assertEquals(Ip.mapped(SERVER + 8), routerLow());
        assertEquals(routes, stack.routes.routeCount());
        assertEquals(1, client.nameServers());
        assertEquals(0x0707_0707, client.nameServer(0));
        assertEquals(1, told[0]);
        wire.sent.clear();
        message(REQUEST, 2 * LEASE_S);
        assertTrue(clock.monotonicNs() - renewedNs >= (LEASE_S - 1) * SECOND_NS);
    }

    @Test
    void renewalThatChangesNothingTouchesNothing() {
        bind();
        int[] told = {0};
        stack.nameServers.setListener(() -> told[0]++);
        int generation = stack.routes.generation();
        answer(renewal(), ACK);
        settle();
        assertEquals(0, told[0]);
        assertEquals(generation, stack.routes.generation());
        assertTrue(client.isBound());
    }

    @Test
    void refusedRenewalStartsOver() {
        bind();
        stack.routes.addAddress(eth0, 0, Ip.mapped(0x0b00_0001), 96 + 24);
        answer(renewal(), NAK);
        message(DISCOVER, 1);
        assertFalse(client.isBound());
        assertEquals(1, eth0.addresses());
        assertEquals(Ip.mapped(0x0b00_0001), eth0.low(0));
        assertEquals(0, routerLow());
    }

    @Test
    void leaseThatNobodyRenewsTakesTheAddressAway() {
        bind();
        run(LEASE_S + 1, () -> !client.isBound());
        assertEquals(0, eth0.addresses());
        assertEquals(0, client.address());
        for (int i = 0; i < stack.routes.routeCount(); i++) {
            assertTrue(stack.routes.route(i).through.isLoopback);
        }
    }

    @Property(tries = 500)
    void noAnswerHarms(@ForAll byte[] options) {
        start();
        ByteBuffer discover = message(DISCOVER, 0);
        answer(discover.getInt(DHCP + 4), OURS, options);
        wire.sent.clear();
        run(10, () -> !wire.sent.isEmpty());
        assertFalse(client.isBound());
    }
}

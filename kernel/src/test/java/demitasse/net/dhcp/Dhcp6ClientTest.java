package demitasse.net.dhcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.alloc.Pages;
import demitasse.net.stack.NetInterface;
import demitasse.net.stack.NetStack;
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

/** The client in virtual time, with a router and a server that the test plays frame by frame. */
class Dhcp6ClientTest {
    private static final long MAC = 0x0200_0000_0001L;
    private static final long HIGH = 0xfd00_0000_0000_0007L;
    private static final long LOW = 0x1234;
    private static final int IP = 14;
    private static final int UDP = IP + 40;
    private static final int DHCP = UDP + 8;
    private static final int SOLICIT = 1;
    private static final int ADVERTISE = 2;
    private static final int REQUEST = 3;
    private static final int RENEW = 5;
    private static final int REBIND = 6;
    private static final int REPLY = 7;
    private static final int INFORMATION = 11;
    private static final int MANAGED = 0x80;
    private static final int OTHER = 0x40;
    private static final byte[] SERVER = {0, 3, 0, 1, 2, 0, 0, 0, 0, 9};
    private static final byte[] BETTER = {0, 2, 0, 0, 1};
    private static final long SECOND_NS = 1_000_000_000L;

    private final class Wire extends TestStack {
        private final Deque<byte[]> sent = new ArrayDeque<>();
        private final Deque<byte[]> arriving = new ArrayDeque<>();

        Wire(Random random) {
            super((int) MAC & 0xff, new Pages(new TestMemory(16 << 20)), clock, random);
            takesSumsForGood = true;
        }

        @Override
        protected byte[] arrives() {
            return arriving.poll();
        }

        @Override
        protected void leaves(byte[] frame) {
            boolean isDhcp = frame.length > DHCP && frame[12] == (byte) 0x86 && frame[IP + 6] == 17;
            if (isDhcp) {
                sent.add(frame);
            }
        }
    }

    private final TestClock clock = new TestClock();
    private Wire wire;
    private Timers timers;
    private NetStack stack;
    private NetInterface eth0;
    private Dhcp6Client client;

    @BeforeEach
    void start() {
        Random random = new Random(1);
        wire = new Wire(random);
        timers = wire.timers;
        stack = wire.stack;
        eth0 = wire.eth0;
        client = new Dhcp6Client(stack, eth0, timers, clock, random::nextLong);
        client.start();
        stack.startIpv6(eth0, false);
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

    private void pass(int seconds) {
        long endNs = clock.monotonicNs() + seconds * SECOND_NS;
        while (timers.expire(clock.monotonicNs(), 10) + stack.poll(10) > 0 || timers.nextDeadlineNs() <= endNs) {
            clock.advanceTo(Math.max(clock.monotonicNs(), Math.min(endNs, timers.nextDeadlineNs())));
        }
        clock.advanceTo(endNs);
    }

    private void arrive(int nextHeader, byte[] payload, long targetHigh, long targetLow) {
        ByteBuffer frame = ByteBuffer.allocate(UDP + payload.length);
        frame.putLong(0x3333_0000_0001_0200L).putInt(9).putShort((short) 0x86dd);
        frame.putInt(0x6000_0000).putShort((short) payload.length).put((byte) nextHeader).put((byte) 255);
        frame.putLong(0xfe80L << 48).putLong(9).putLong(targetHigh).putLong(targetLow).put(payload);
        wire.arriving.add(frame.array());
    }

    private void advertise(int flags) {
        byte[] message = new byte[16];
        message[0] = (byte) 134;
        message[5] = (byte) flags;
        message[7] = 100;
        arrive(58, message, 0xff02L << 48, 1);
        run(0, wire.arriving::isEmpty);
    }

    /** The next message of the client, which must be of this type. */
    private ByteBuffer message(int type, int limitS) {
        run(limitS, () -> !wire.sent.isEmpty());
        ByteBuffer frame = ByteBuffer.wrap(wire.sent.poll());
        assertEquals(0x0001_0002L, frame.getLong(IP + 32), "to all servers");
        assertEquals(546 << 16 | 547, frame.getInt(UDP));
        assertEquals(type, frame.get(DHCP));
        assertEquals(0x0001_000a, frame.getInt(DHCP + 4));
        assertEquals(MAC, frame.getLong(DHCP + 10) & 0xffff_ffff_ffffL);
        return frame;
    }

    private static byte[] option(int code, byte[] value) {
        return ByteBuffer.allocate(4 + value.length).putShort((short) code).putShort((short) value.length).put(value)
                .array();
    }

    private static byte[] association(long low, int preferredS, int validS) {
        byte[] address = ByteBuffer.allocate(24).putLong(HIGH).putLong(low).putInt(preferredS).putInt(validS).array();
        return option(3, ByteBuffer.allocate(40).putInt((int) MAC).putLong(0).put(option(5, address)).array());
    }

    /** Answers a message of the client. */
    private void answer(ByteBuffer to, int type, byte[]... options) {
        ByteBuffer answer = ByteBuffer.allocate(400).putInt(547 << 16 | 546).putInt(0);
        answer.putInt(type << 24 | to.getInt(DHCP) & 0xff_ffff);
        answer.put(option(1, ByteBuffer.allocate(10).putInt(0x0003_0001).putShort((short) (MAC >>> 32))
                .putInt((int) MAC).array()));
        for (byte[] one : options) {
            answer.put(one);
        }
        answer.putShort(4, (short) answer.position());
        arrive(17, Arrays.copyOf(answer.array(), answer.position()), eth0.high(0), eth0.low(0));
    }

    private void bind(int preferredS, int validS) {
        advertise(MANAGED);
        answer(message(SOLICIT, 1), ADVERTISE, option(2, SERVER), association(LOW, preferredS, validS));
        ByteBuffer request = message(REQUEST, 2);
        byte[] id = new byte[SERVER.length];
        request.position(DHCP + 22).get(id);
        assertArrayEquals(SERVER, id, "to whom has offered");
        assertEquals(LOW, request.getLong(request.limit() - 16));
        answer(request, REPLY, option(2, SERVER), association(LOW, preferredS, validS),
                option(23, ByteBuffer.allocate(16).putLong(HIGH).putLong(53).array()));
        run(0, client::isBound);
    }

    @Test
    void nobodyIsAskedUnlessARouterSaysSo() {
        pass(10);
        advertise(0);
        pass(10);
        assertTrue(wire.sent.isEmpty());
        assertFalse(client.isBound());
    }

    @Test
    void addressIsTakenWithItsNameServers() {
        bind(1000, 2000);
        int index = eth0.find(HIGH, LOW);
        assertTrue(index >= 0);
        assertEquals(128, eth0.prefixBits(index));
        assertEquals(1, stack.nameServers.count());
        assertEquals(53, stack.nameServers.low(0));
    }

    @Test
    void leaseIsRenewedAndEndsWithoutServer() {
        bind(1000, 2000);
        long boundNs = clock.monotonicNs();
        ByteBuffer renew = message(RENEW, 501);
        assertTrue(clock.monotonicNs() - boundNs >= 500 * SECOND_NS);
        answer(renew, REPLY, option(2, SERVER), association(LOW, 1000, 2000));
        run(0, wire.arriving::isEmpty);
        pass(10);
        assertTrue(wire.sent.isEmpty(), "the lease is new");
        message(RENEW, 500);
        run(400, () -> !wire.sent.isEmpty() && wire.sent.peekLast()[DHCP] == REBIND);
        wire.sent.clear();
        assertTrue(eth0.find(HIGH, LOW) >= 0);
        run(1300, () -> !wire.sent.isEmpty() && wire.sent.peekLast()[DHCP] == SOLICIT);
        assertEquals(-1, eth0.find(HIGH, LOW));
        assertFalse(client.isBound());
    }

    @Test
    void addressThatSomebodyHasSetDoesNotEndWithALease() {
        stack.routes.addAddress(eth0, HIGH, LOW, 64);
        bind(100, 200);
        pass(1000);
        assertEquals(Long.MAX_VALUE, eth0.validUntilNs(eth0.find(HIGH, LOW)));
    }

    @Test
    void betterServerIsTaken() {
        advertise(MANAGED);
        ByteBuffer solicit = message(SOLICIT, 1);
        answer(solicit, ADVERTISE, option(2, SERVER), association(LOW, 1000, 2000));
        answer(solicit, ADVERTISE, option(2, BETTER), option(7, new byte[] {9}), association(LOW + 1, 1000, 2000));
        ByteBuffer request = message(REQUEST, 2);
        assertEquals(LOW + 1, request.getLong(request.limit() - 16));
        answer(solicit, ADVERTISE, option(2, SERVER), option(7, new byte[] {-1}), association(LOW, 1000, 2000));
        run(0, wire.arriving::isEmpty);
        assertFalse(client.isBound());
    }

    @Test
    void whoMustBeTakenIsAskedAtOnce() {
        advertise(MANAGED);
        answer(message(SOLICIT, 1), ADVERTISE, option(2, SERVER), option(7, new byte[] {-1}),
                association(LOW, 1000, 2000));
        message(REQUEST, 0);
    }

    @Test
    void silenceIsAskedAgainLessAndLessOften() {
        advertise(MANAGED);
        long[] atNs = new long[6];
        for (int i = 0; i < atNs.length; i++) {
            message(SOLICIT, 40);
            atNs[i] = clock.monotonicNs();
        }
        assertTrue(atNs[1] - atNs[0] >= SECOND_NS && atNs[1] - atNs[0] <= SECOND_NS * 11 / 10);
        assertTrue(atNs[5] - atNs[4] >= 16 * SECOND_NS && atNs[5] - atNs[4] <= 18 * SECOND_NS);
    }

    @Test
    void refusalStartsOver() {
        advertise(MANAGED);
        answer(message(SOLICIT, 1), ADVERTISE, option(2, SERVER), association(LOW, 1000, 2000));
        answer(message(REQUEST, 2), REPLY, option(2, SERVER), option(13, new byte[] {0, 2}));
        message(SOLICIT, 2);
        assertFalse(client.isBound());
    }

    @Test
    void otherSettingsAloneAreAskedForWithoutAnAddress() {
        advertise(OTHER);
        ByteBuffer asked = message(INFORMATION, 1);
        answer(asked, REPLY, option(2, SERVER), option(23, ByteBuffer.allocate(16).putLong(HIGH).putLong(54).array()));
        run(0, () -> stack.nameServers.count() == 1);
        assertEquals(54, stack.nameServers.low(0));
        pass(100);
        assertTrue(wire.sent.isEmpty());
        advertise(MANAGED);
        message(SOLICIT, 1);
    }

    @Test
    void strangersAreNotHeard() {
        advertise(MANAGED);
        ByteBuffer solicit = message(SOLICIT, 1);
        ByteBuffer other = ByteBuffer.allocate(solicit.limit());
        other.putInt(DHCP, solicit.getInt(DHCP) + 1);
        answer(other, ADVERTISE, option(2, SERVER), association(LOW, 1000, 2000));
        answer(solicit, ADVERTISE, association(LOW, 1000, 2000));
        answer(solicit, ADVERTISE, option(2, SERVER), association(LOW, 2000, 1000));
        answer(solicit, REPLY, option(2, SERVER), association(LOW, 1000, 2000));
        message(SOLICIT, 2);
        assertFalse(client.isBound());
    }

    @Property(tries = 300)
    void brokenAnswersChangeNothing(@ForAll byte[] options) {
        start();
        advertise(MANAGED);
        ByteBuffer solicit = message(SOLICIT, 1);
        answer(solicit, ADVERTISE, Arrays.copyOf(options, Math.min(options.length, 300)));
        run(0, wire.arriving::isEmpty);
        assertFalse(client.isBound());
    }
}

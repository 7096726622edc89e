package demitasse.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.alloc.Pages;
import demitasse.base.memory.HostMemory;
import demitasse.base.memory.Memory;
import demitasse.device.net.Packet;
import demitasse.net.ip.Binding;
import demitasse.net.udp.UdpEndpoint;
import demitasse.net.wire.Ip;
import demitasse.net.wire.TcpSegment;
import demitasse.testing.TestClock;
import demitasse.testing.TestMemory;
import demitasse.testing.TestStack;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/**
 * Properties of everything that takes packets apart: whatever comes, no byte behind it is read, and what another writer
 * wrote is read as it was meant, and the other way round.
 */
class ParsersTest {
    private static final int RAM_BYTES = 32 << 20;
    private static final int FRAMES = 300;

    private final TestClock clock = new TestClock();
    /** Bytes, from the start of memory, that hold what an earlier packet left. */
    private final BitSet stale = new BitSet();

    /** Gives frames to a stack; what is behind one in its buffer must not be looked at before it is written. */
    private final class Giver extends TestStack {
        private byte[] next;

        Giver() {
            super(2, new Pages(new TestMemory(RAM_BYTES)), clock, new Random(1));
            HostMemory.watch(ParsersTest.this::access);
        }

        @Override
        protected byte[] arrives() {
            byte[] frame = next;
            next = null;
            return frame;
        }

        @Override
        public Packet receive() {
            Packet packet = super.receive();
            if (packet != null) {
                int end = (int) (packet.address() + packet.length() - HostMemory.BASE);
                stale.set(end, end + packet.tailroom());
            }
            return packet;
        }
    }

    private void access(long address, long lengthBytes, boolean write) {
        int from = (int) (address - HostMemory.BASE);
        if (write) {
            stale.clear(from, from + (int) lengthBytes);
        } else if (stale.nextSetBit(from) >= 0 && stale.nextSetBit(from) < from + lengthBytes) {
            throw new AssertionError("read behind a packet, " + lengthBytes + " bytes at " + Long.toHexString(address));
        }
    }

    @Property(tries = 20)
    void nothingIsReadBehindAFrame(@ForAll long seed) {
        Attacker attacker = new Attacker(seed);
        Giver giver = giver();
        for (int i = 0; i < FRAMES; i++) {
            byte[] frame = switch (attacker.random.nextInt(6)) {
                case 0 -> attacker.options(1);
                case 1 -> attacker.neighbour();
                case 2 -> attacker.fragment();
                case 3 -> attacker.datagram(TwoStacks.PORT);
                case 4 -> attacker.arp();
                default -> attacker.garbage();
            };
            boolean cut = attacker.random.nextInt(3) == 0;
            giver.next = cut ? Arrays.copyOf(frame, attacker.random.nextInt(frame.length + 1)) : frame;
            giver.stack.poll(10);
            clock.advance(1_000_000);
        }
        assertTrue(giver.stack.tcp.connectionCount() > 0, "SYNs among them arrived");
    }

    @Test
    void aReadBehindAFrameIsSeen() {
        Giver giver = giver();
        giver.next = new byte[100];
        Packet packet = giver.receive();
        assertThrows(AssertionError.class, () -> Memory.getInt(packet.address() + 97));
    }

    private Giver giver() {
        stale.clear();
        Giver giver = new Giver();
        NetStack stack = giver.stack;
        stack.routes.addAddress(giver.eth0, 0, TwoStacks.ipv4(2), 96 + 24);
        Binding tcp = any();
        stack.tcp.ports.add(tcp);
        stack.tcp.listen(stack.tcp.create(), tcp, 1000, events -> { });
        UdpEndpoint udp = new UdpEndpoint(events -> { });
        udp.binding.low = Ip.MAPPED;
        udp.binding.port = TwoStacks.PORT;
        udp.binding.takesIpv4 = true;
        stack.udp.ports.add(udp.binding);
        return giver;
    }

    private static Binding any() {
        Binding binding = new Binding();
        binding.low = Ip.MAPPED;
        binding.port = TwoStacks.PORT;
        binding.takesIpv4 = true;
        return binding;
    }

    @Property(tries = 200)
    void segmentsAreReadAsTheyWereWritten(@ForAll int sequence, @ForAll int acknowledgement,
            @ForAll @IntRange(max = 255) int flags, @ForAll @IntRange(max = 65_535) int window,
            @ForAll @IntRange(min = -1, max = 14) int scale, @ForAll boolean sackPermitted, @ForAll boolean stamps,
            @ForAll @IntRange(max = 3) int blocks, @ForAll @IntRange(max = 100) int dataBytes, @ForAll int number) {
        new TestMemory(1 << 20);
        ScriptSegment written = new ScriptSegment();
        written.source = new byte[] {10, 0, 0, 1};
        written.target = new byte[] {10, 0, 0, 2};
        written.sourcePort = window ^ 0x1234;
        written.targetPort = window;
        written.sequence = sequence;
        written.acknowledgement = acknowledgement;
        written.flags = flags | 2;
        written.window = window;
        written.scale = scale;
        written.sackPermitted = sackPermitted && blocks == 0;
        written.hasTimestamps = stamps && blocks < 3;
        written.timestamp = number;
        written.echo = ~number;
        for (int i = 0; i < blocks; i++) {
            written.sacks.add(new int[] {number + i, number - i});
        }
        written.dataBytes = dataBytes;
        written.data = new byte[dataBytes];
        byte[] packet = written.toPacket();
        for (int i = 20; i < packet.length; i++) {
            Memory.putByte(HostMemory.BASE + i, packet[i]);
        }
        TcpSegment read = new TcpSegment();
        assertTrue(read.parse(HostMemory.BASE + 20, packet.length - 20));
        assertEquals(written.sourcePort & 0xffff, read.sourcePort);
        assertEquals(written.targetPort, read.targetPort);
        assertEquals(sequence, read.sequence);
        assertEquals(acknowledgement, read.acknowledgement);
        assertEquals(written.flags, read.flags);
        assertEquals(window, read.window);
        assertEquals(scale, read.scale);
        assertEquals(written.sackPermitted, read.sackPermitted);
        assertEquals(written.hasTimestamps, read.hasTimestamps);
        assertEquals(dataBytes, read.dataBytes);
        assertEquals(blocks, read.sackBlocks);
        for (int i = 0; i < blocks; i++) {
            assertEquals(number + i, read.sackStart[i]);
            assertEquals(number - i, read.sackEnd[i]);
        }
    }

    @Property(tries = 300)
    void noOptionsAreTooOdd(@ForAll @LongRange(min = 0, max = 1 << 30) long seed) {
        stale.clear();
        new TestMemory(1 << 20);
        HostMemory.watch(this::access);
        Random random = new Random(seed);
        byte[] bytes = new byte[random.nextInt(100)];
        random.nextBytes(bytes);
        if (bytes.length > 12) {
            bytes[12] = (byte) (random.nextInt(6) + 5 << 4);
        }
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = i >= 20 && random.nextInt(3) > 0 ? (byte) random.nextInt(12) : bytes[i];
            Memory.putByte(HostMemory.BASE + i, bytes[i]);
        }
        stale.set(bytes.length, 1 << 20);
        TcpSegment segment = new TcpSegment();
        if (segment.parse(HostMemory.BASE, bytes.length)) {
            assertTrue(segment.dataBytes >= 0 && segment.data + segment.dataBytes == HostMemory.BASE + bytes.length);
            assertTrue(segment.sackBlocks <= TcpSegment.SACK_BLOCKS_MAX && segment.scale <= TcpSegment.SCALE_MAX);
        }
    }
}

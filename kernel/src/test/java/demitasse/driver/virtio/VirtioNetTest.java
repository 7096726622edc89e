package demitasse.driver.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.alloc.Pages;
import demitasse.alloc.Slabs;
import demitasse.base.memory.Memory;
import demitasse.device.net.NetDevice;
import demitasse.device.net.Packet;
import demitasse.device.net.PacketPool;
import demitasse.testing.TestMemory;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VirtioNetTest {
    private static final long CHECKSUM = 1;
    private static final long MTU = 1 << 3;
    private static final long MAC = 1 << 5;
    private static final long MERGED = 1 << 15;
    private static final long STATUS = 1 << 16;
    private static final long GUEST_DATAGRAMS = 3L << 54;
    private static final long HOST_DATAGRAMS = 1L << 56;
    private static final int RECEIVE = 0;
    private static final int SEND = 1;
    private static final int HEADER_BYTES = 12;
    private static final int BUFFERS = 128;

    private ModelDevice device;
    private PacketPool packets;

    private VirtioNet open(long features, int... configuration) {
        TestMemory memory = new TestMemory(64 << 20, 1 << 20);
        Pages pages = new Pages(memory);
        packets = new PacketPool(new Slabs(pages, 64 << 20), 32 << 20);
        device = new ModelDevice(features | ModelDevice.VERSION_1, configuration);
        device.takeFrom(memory.initrdAddress());
        VirtioNet net = new VirtioNet(device, device, -1);
        net.start(packets);
        return net;
    }

    private Packet packet(int bytes) {
        Packet packet = packets.take(bytes);
        Memory.fill(packet.append(bytes), bytes, (byte) 'x');
        return packet;
    }

    /** A frame behind its header, which says over how many buffers it goes. */
    private static byte[] frame(int bytes, int buffers) {
        byte[] frame = new byte[HEADER_BYTES + bytes];
        for (int i = 0; i < bytes; i++) {
            frame[HEADER_BYTES + i] = (byte) (i * 7);
        }
        frame[10] = (byte) buffers;
        return frame;
    }

    private static void assertContent(Packet packet, int bytes) {
        assertEquals(bytes, packet.length());
        for (int i = 0; i < bytes; i++) {
            assertEquals((byte) (i * 7), Memory.getByte(packet.address() + i), "byte " + i);
        }
    }

    @Test
    void configurationTellsAddressMtuAndLink() {
        VirtioNet net = open(MAC | MTU | STATUS | CHECKSUM, 0x12005452, 0x0001_5634, 9000 << 16);
        assertEquals(0x5254_0012_3456L, net.address());
        assertEquals(9000, net.mtuBytes());
        assertTrue(net.isUp());
        assertEquals(NetDevice.CHECKSUM, net.offloads());
        device.configure(4, 0x5634);
        net.acknowledge();
        assertFalse(net.isUp());
    }

    @Test
    void deviceWithoutAddressGetsALocalOne() {
        VirtioNet net = open(0);
        assertEquals(0x02, net.address() >>> 40 & 3);
        assertEquals(1500, net.mtuBytes());
        assertTrue(net.isUp());
    }

    @Test
    void frameOfOneBufferIsNotCopied() {
        VirtioNet net = open(MERGED);
        assertTrue(device.receive(RECEIVE, frame(60, 1), HEADER_BYTES + 60));
        Packet packet = net.receive();
        assertContent(packet, 60);
        assertFalse(packet.checksumGood);
        assertNull(net.receive());
        packet.release();
        net.flush();
        assertEquals(BUFFERS, device.available(RECEIVE));
    }

    @Test
    void frameOverSeveralBuffersIsJoined() {
        VirtioNet net = open(MERGED | MTU, 0, 0, 65_520 << 16);
        byte[] whole = frame(5000, 3);
        for (int at = 0; at < whole.length; at += 2048) {
            byte[] part = Arrays.copyOfRange(whole, at, Math.min(whole.length, at + 2048));
            assertTrue(device.receive(RECEIVE, part, part.length));
        }
        Packet packet = net.receive();
        assertContent(packet, 5000);
        assertEquals(PacketPool.MEDIUM_BYTES, packet.capacityBytes());
        packet.release();
        net.flush();
        assertEquals(BUFFERS, device.available(RECEIVE));
        assertEquals(BUFFERS, packets.inUse());
    }

    @Test
    void sumIsLeftToTheDevice() {
        VirtioNet net = open(CHECKSUM);
        Packet packet = packet(100);
        packet.checksumStart = 34;
        packet.checksumOffset = 16;
        assertTrue(net.transmit(packet));
        net.flush();
        String sent = device.output.get(SEND).toString();
        assertEquals("\1\0\0\0\0\0\42\0\20\0\0\0", sent.substring(0, HEADER_BYTES));
        assertEquals(HEADER_BYTES + 100, sent.length());
        net.flush();
        assertEquals(BUFFERS, packets.inUse());
    }

    @Test
    void datagramsAreLeftToTheDeviceToCut() {
        VirtioNet net = open(CHECKSUM | HOST_DATAGRAMS);
        assertEquals(NetDevice.CHECKSUM | NetDevice.SEGMENT_DATAGRAMS, net.offloads());
        Packet packet = packet(3042);
        packet.checksumStart = 34;
        packet.checksumOffset = 6;
        packet.headerBytes = 28;
        packet.segmentBytes = 100;
        assertTrue(net.transmit(packet));
        net.flush();
        String sent = device.output.get(SEND).toString();
        assertEquals("\1\5\52\0\144\0\42\0\6\0\0\0", sent.substring(0, HEADER_BYTES));
        assertEquals(HEADER_BYTES + 3042, sent.length());
    }

    @Test
    void datagramsThatTheDeviceHasJoinedAreToldApart() {
        VirtioNet net = open(MERGED | GUEST_DATAGRAMS);
        byte[] joined = frame(1000, 1);
        joined[1] = 5;
        joined[4] = 100;
        byte[] tcp = frame(1000, 1);
        tcp[1] = (byte) 0x81;
        tcp[4] = 100;
        assertTrue(device.receive(RECEIVE, joined, joined.length));
        assertTrue(device.receive(RECEIVE, tcp, tcp.length));
        assertEquals(100, net.receive().segmentBytes);
        assertEquals(0, net.receive().segmentBytes);
    }

    /** A device that joins datagrams and does not merge buffers gets long ones, of which there are few. */
    @Test
    void shortFrameDoesNotKeepALongBuffer() {
        VirtioNet net = open(GUEST_DATAGRAMS);
        assertTrue(device.receive(RECEIVE, frame(60, 1), HEADER_BYTES + 60));
        Packet small = net.receive();
        assertContent(small, 60);
        assertEquals(PacketPool.SMALL_BYTES, small.capacityBytes());
        assertTrue(device.receive(RECEIVE, frame(5000, 1), HEADER_BYTES + 5000));
        Packet large = net.receive();
        assertContent(large, 5000);
        assertEquals(PacketPool.LARGE_BYTES, large.capacityBytes());
        small.release();
        large.release();
        net.flush();
        assertEquals(BUFFERS, device.available(RECEIVE));
        assertEquals(BUFFERS, packets.inUse());
    }

    @Test
    void frameThatSaysItHasNoBufferIsTakenOnce() {
        VirtioNet net = open(MERGED);
        assertTrue(device.receive(RECEIVE, frame(60, 0), HEADER_BYTES + 60));
        Packet packet = net.receive();
        assertContent(packet, 60);
        packet.release();
        assertNull(net.receive());
    }

    @Test
    void fullQueueAsksForAnInterrupt() {
        VirtioNet net = open(0);
        device.stalled = true;
        for (int i = 0; i < BUFFERS; i++) {
            assertTrue(net.transmit(packet(60)));
        }
        assertFalse(device.wantsInterrupt(SEND));
        net.flush();
        Packet oneMore = packet(60);
        assertFalse(net.transmit(oneMore));
        assertTrue(device.wantsInterrupt(SEND));
        oneMore.release();
        device.drain(SEND);
        assertTrue(net.hasRoom());
        assertFalse(device.wantsInterrupt(SEND));
        assertEquals(BUFFERS, packets.inUse());
    }

    @Test
    void driverThatLooksByItselfIsNotInterrupted() {
        VirtioNet net = open(ModelDevice.EVENT_INDEX | MERGED);
        assertNull(net.receive());
        assertTrue(device.wantsInterrupt(RECEIVE));
        for (int i = 0; i < 3 * BUFFERS; i++) {
            assertTrue(device.receive(RECEIVE, frame(60, 1), HEADER_BYTES + 60));
            assertFalse(device.wantsInterrupt(RECEIVE), "the first has not been taken");
            assertTrue(device.receive(RECEIVE, frame(60, 1), HEADER_BYTES + 60));
            net.receive().release();
            assertFalse(device.wantsInterrupt(RECEIVE), "the second has not been taken");
            net.receive().release();
            assertNull(net.receive());
            assertTrue(net.wantsLook());
            assertFalse(device.wantsInterrupt(RECEIVE), "it looks again");
            assertNull(net.receive());
            assertFalse(net.wantsLook());
            assertTrue(device.wantsInterrupt(RECEIVE));
            net.flush();
        }
        assertFalse(device.wantsInterrupt(SEND));
    }

    @Test
    void doorbellRingsOnlyForTheEntryThatTheDeviceWaitsFor() {
        VirtioNet net = open(ModelDevice.EVENT_INDEX);
        int before = device.notified;
        assertTrue(net.transmit(packet(60)));
        assertTrue(net.transmit(packet(60)));
        net.flush();
        net.flush();
        assertEquals(before + 1, device.notified);
        device.stalled = true;
        device.waitFarAhead(SEND);
        assertTrue(net.transmit(packet(60)));
        net.flush();
        assertEquals(before + 1, device.notified);
    }

    @Test
    void fullQueueAsksForAnInterruptByItsEvent() {
        VirtioNet net = open(ModelDevice.EVENT_INDEX);
        device.stalled = true;
        for (int i = 0; i < BUFFERS; i++) {
            assertTrue(net.transmit(packet(60)));
        }
        net.flush();
        assertFalse(device.wantsInterrupt(SEND));
        assertFalse(net.hasRoom());
        assertTrue(device.wantsInterrupt(SEND));
        device.drain(SEND);
        assertTrue(net.hasRoom());
        assertFalse(device.wantsInterrupt(SEND));
        assertEquals(BUFFERS, packets.inUse());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void nonsenseOfTheDeviceDoesNoHarm(long seed) {
        VirtioNet net = open(MERGED | MTU, 0, 0, 65_520 << 16);
        Random random = new Random(seed);
        for (int i = 0; i < 5000; i++) {
            if (random.nextBoolean()) {
                device.giveNonsense(random.nextInt(2), random.nextInt(300) - 50, random.nextInt());
            } else {
                device.receive(RECEIVE, frame(random.nextInt(2000), random.nextInt(256)), random.nextInt(4000));
            }
            Packet packet = net.receive();
            if (packet != null) {
                packet.release();
            }
            net.flush();
        }
        assertNotNull(packets.take(100));
    }
}

package demitasse.net.stack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import demitasse.device.net.NetDevice;
import demitasse.device.net.Packet;
import demitasse.net.udp.UdpEndpoint;
import demitasse.net.wire.Ip;
import demitasse.testing.TestStack;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Datagrams that come and go in one packet: by a device that cuts and joins them, and by lo. */
class JoinedDatagramsTest {
    private static final int SEGMENT_BYTES = 1000;
    private static final int HEADER_BYTES = 14 + 20 + 8;
    private static final byte[] PAYLOAD = Frames.pattern(3 * SEGMENT_BYTES + 7);

    private LoneStack host;
    private UdpEndpoint endpoint;

    @BeforeEach
    void start() {
        host = new LoneStack();
        host.stack.routes.addAddress(host.eth0, 0, LoneStack.ipv4(1), 96 + 24);
        host.takesSumsForGood = true;
        endpoint = host.udp(7);
    }

    private void arrives() {
        host.joinsDatagramsOf = SEGMENT_BYTES;
        host.receive(Frames.ipv4(17, 1, 0, Frames.udp4(9, 7, PAYLOAD)));
    }

    private static void assertApart(List<byte[]> datagrams) {
        assertEquals(4, datagrams.size());
        for (int i = 0; i < 4; i++) {
            int start = i * SEGMENT_BYTES;
            byte[] expected = Arrays.copyOfRange(PAYLOAD, start, Math.min(PAYLOAD.length, start + SEGMENT_BYTES));
            assertArrayEquals(expected, datagrams.get(i), "datagram " + i);
        }
    }

    @Test
    void whoDoesNotAskForThemTogetherGetsThemApart() {
        arrives();
        assertApart(LoneStack.datagrams(endpoint));
    }

    @Test
    void eachKnowsWhereItCameFrom() {
        arrives();
        for (int i = 0; i < 4; i++) {
            Packet datagram = endpoint.first();
            assertEquals(9, datagram.sourcePort);
            assertEquals(LoneStack.ipv4(2), datagram.sourceLow);
            endpoint.drop();
        }
    }

    @Test
    void whoAsksGetsThemTogether() {
        endpoint.joins = true;
        arrives();
        assertEquals(SEGMENT_BYTES, endpoint.first().segmentBytes);
        List<byte[]> datagrams = LoneStack.datagrams(endpoint);
        assertEquals(1, datagrams.size());
        assertArrayEquals(PAYLOAD, datagrams.getFirst());
    }

    @Test
    void deviceThatCutsGetsThemInOnePacket() {
        host.offloads = NetDevice.CHECKSUM | NetDevice.SEGMENT_DATAGRAMS;
        host.eth0.link.heard(0, LoneStack.ipv4(2), 0x0200_0000_0002L, true, 0);
        send(LoneStack.ipv4(2));
        assertEquals(1, host.sent.size());
        byte[] frame = host.sent.getFirst();
        assertEquals(HEADER_BYTES + PAYLOAD.length, frame.length);
        assertArrayEquals(PAYLOAD, Arrays.copyOfRange(frame, HEADER_BYTES, frame.length));
    }

    @Test
    void overLoTheyStayTogetherUntilTheyArrive() {
        send(LoneStack.ipv4(1));
        assertApart(LoneStack.datagrams(endpoint));
    }

    /** The way that is asked how much goes in one piece is the one that the datagrams will take. */
    @Test
    void groupsGoWhereTheOptionSays() {
        endpoint.multicastInterface = host.stack.routes.at(0).index;
        assertEquals(65_536 - 28, host.stack.udp.wholeBytes(endpoint, 0, Ip.mapped(0xe000_0105), 0));
        endpoint.multicastInterface = host.eth0.index;
        assertEquals(1500 - 28, host.stack.udp.wholeBytes(endpoint, 0, Ip.mapped(0xe000_0105), 0));
    }

    private void send(long target) {
        assertEquals(1500 - 28, host.stack.udp.wholeBytes(endpoint, 0, LoneStack.ipv4(2), 0));
        Packet packet = host.stack.udp.prepare(PAYLOAD.length);
        TestStack.append(packet, PAYLOAD);
        packet.segmentBytes = SEGMENT_BYTES;
        assertEquals(0, host.stack.udp.send(endpoint, packet, 0, target, 7, 0));
        host.stack.poll(1000);
    }
}

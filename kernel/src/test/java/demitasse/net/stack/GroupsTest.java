package demitasse.net.stack;

import static demitasse.base.error.Errno.EADDRINUSE;
import static demitasse.base.error.Errno.EADDRNOTAVAIL;
import static demitasse.base.error.Errno.ENOBUFS;
import static demitasse.base.error.Errno.ENODEV;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.net.udp.UdpEndpoint;
import demitasse.net.wire.Ip;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Multicast: who gets what, and what routers hear, in the old words and the new. */
class GroupsTest {
    private static final long S = 1_000_000_000L;
    private static final int GROUP = 0xef01_0203;
    private static final long GROUP_LOW = Ip.mapped(GROUP);
    private static final byte[] GROUP_MAC = {1, 0, 0x5e, 1, 2, 3};
    private final LoneStack host = GoldenFramesTest.host(1);

    private List<byte[]> igmp() {
        return host.sent.stream().filter(f -> f[12] == 8 && f[23] == 2).toList();
    }

    private void query(String hex) {
        byte[] message = HexFormat.of().parseHex(hex);
        int sum = ~Frames.sum(0, message);
        message[2] = (byte) (sum >>> 8);
        message[3] = (byte) sum;
        byte[] frame = Frames.ipv4(0x0a000002, 0xe0000001, 2, 1, 0, 0, message);
        System.arraycopy(new byte[] {1, 0, 0x5e, 0, 0, 1}, 0, frame, 0, 6);
        host.receive(frame);
    }

    private void datagram(byte[] payload) {
        byte[] frame = Frames.ipv4(0x0a000002, GROUP, 17, 1, 0, 0, Frames.udp4(9, 7, payload));
        System.arraycopy(GROUP_MAC, 0, frame, 0, 6);
        host.receive(frame);
    }

    @Test
    void membersAloneGetAndAllWhoAreBoundGetACopy() {
        UdpEndpoint one = host.udp(7);
        UdpEndpoint other = new UdpEndpoint(events -> { });
        other.binding.takesIpv4 = true;
        other.binding.low = GROUP_LOW;
        other.binding.port = 7;
        host.stack.udp.ports.add(other.binding);
        datagram(new byte[] {1});
        assertEquals(0, LoneStack.datagrams(one).size());
        assertEquals(0, host.stack.udp.join(one, 0, GROUP_LOW, 0));
        datagram(new byte[] {2});
        assertArrayEquals(new byte[] {2}, LoneStack.datagrams(one).getFirst());
        assertArrayEquals(new byte[] {2}, LoneStack.datagrams(other).getFirst());
        host.stack.udp.close(one);
        datagram(new byte[] {3});
        assertEquals(0, LoneStack.datagrams(other).size());
        host.pass(10 * S);
        assertEquals(0, host.stack.packets().inUse());
    }

    @Test
    void whatWeSendComesBackUnlessItIsNotWanted() {
        UdpEndpoint one = host.udp(7);
        host.stack.udp.join(one, 0, GROUP_LOW, 2);
        host.stack.routes.addRoute(0, Ip.mapped(0), 96, 0, LoneStack.ipv4(9), host.eth0);
        assertEquals(0, host.sendUdp(one, new byte[] {1}, 0, GROUP_LOW, 7));
        assertEquals(1, host.sent.getLast()[22], "one hop");
        assertArrayEquals(GROUP_MAC, Arrays.copyOf(host.sent.getLast(), 6), "not to the router");
        assertEquals(2, one.first().interfaceIndex, "as if it had come by eth0");
        assertEquals(1, LoneStack.datagrams(one).size());
        one.multicastLoops = false;
        host.sendUdp(one, new byte[] {1}, 0, GROUP_LOW, 7);
        assertEquals(0, LoneStack.datagrams(one).size());
    }

    @Test
    void errnosAreThoseOfLinux() {
        UdpEndpoint one = host.udp(7);
        assertEquals(-ENODEV, host.stack.udp.join(one, 0, GROUP_LOW, 9));
        assertEquals(-EADDRNOTAVAIL, host.stack.udp.leave(one, 0, GROUP_LOW, 0));
        assertEquals(0, host.stack.udp.join(one, 0, GROUP_LOW, 2));
        assertEquals(-EADDRINUSE, host.stack.udp.join(one, 0, GROUP_LOW, 0));
        for (int i = 1; i < 20; i++) {
            assertEquals(0, host.stack.udp.join(one, 0, GROUP_LOW + i, 2));
        }
        assertEquals(-ENOBUFS, host.stack.udp.join(one, 0, GROUP_LOW + 20, 2));
        assertEquals(0, host.stack.udp.leave(one, 0, GROUP_LOW, 0));
    }

    @Test
    void queryIsAnsweredInItsTimeAndInItsVersion() {
        host.stack.join(0, GROUP_LOW, 2);
        host.pass(5 * S);
        host.sent.clear();
        query("112800000000000000000000");
        host.pass(4 * S);
        assertEquals(1, igmp().size());
        assertEquals(0x22, igmp().getFirst()[38]);
        assertEquals(2, igmp().getFirst()[46], "the mode is to exclude nobody");
        host.sent.clear();
        query("1114000000000000");
        host.pass(2 * S);
        assertEquals(0x16, igmp().getFirst()[38]);
        host.sent.clear();
        host.stack.leave(0, GROUP_LOW, 2);
        host.pass(5 * S);
        assertEquals(0x17, igmp().getFirst()[38]);
        host.sent.clear();
        query("112800000000000000000000");
        host.pass(5 * S);
        assertEquals(0, igmp().size(), "in no group any more");
    }

    @Test
    void brokenQueryIsCounted() {
        host.receive(Frames.ipv4(2, 0, 0, HexFormat.of().parseHex("1128000000000000")));
        host.receive(Frames.ipv4(2, 0, 0, HexFormat.of().parseHex("1128")));
        assertEquals(2, host.stack.counters.badGroupMessages);
        assertTrue(igmp().isEmpty());
    }

    @Test
    void solicitedNodesAreReportedWhereMldAsks() {
        host.sent.clear();
        byte[] query = HexFormat.of().parseHex("82000000000a0000" + "00".repeat(16) + "00000000");
        host.receive(Frames.icmpv6("fe80::2", "ff02::1", 64, query));
        assertEquals(1, host.stack.counters.badGroupMessages, "a query comes from the link");
        host.receive(Frames.icmpv6("fe80::2", "ff02::1", 1, query));
        host.pass(S);
        byte[] report = host.sent.stream().filter(f -> f[12] == (byte) 0x86 && f[62] == (byte) 143).findFirst()
                .orElseThrow();
        assertEquals(1, report[69], "both addresses share one group");
        assertEquals((byte) 0xff, report[62 + 8 + 4]);
    }
}

package demitasse.net.stack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.alloc.Pages;
import demitasse.net.link.Neighbours;
import demitasse.net.udp.UdpEndpoint;
import demitasse.net.wire.Ip;
import demitasse.testing.TestMemory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Frames that Linux has sent: all are understood, and in its place we say the same. */
class GoldenFramesTest {
    private static final long S = 1_000_000_000L;
    private static final long LINK_LOCAL = 0xfe80L << 48;
    private static final long PREFIX = 0x2001_0db8L << 32;

    private record Golden(String kind, byte[] frame) {
    }

    static Stream<byte[]> frames() {
        return all().stream().map(Golden::frame);
    }

    private static List<Golden> all() {
        try (InputStream in = GoldenFramesTest.class.getResourceAsStream("/demitasse/net/wire/linux.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().filter(l -> !l.startsWith("#"))
                    .map(l -> l.split(" ")).map(l -> new Golden(l[0], HexFormat.of().parseHex(l[1]))).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] golden(String kind, int index) {
        return all().stream().filter(g -> g.kind.equals(kind)).skip(index).findFirst().orElseThrow().frame;
    }

    /** A host of the capture: 1 is whom the frames went to, 2 who sent them. */
    static LoneStack host(int number) {
        return host(number, new Pages(new TestMemory(32 << 20)));
    }

    static LoneStack host(int number, Pages pages) {
        LoneStack host = new LoneStack(number, pages);
        host.stack.routes.addAddress(host.eth0, 0, LoneStack.ipv4(number), 96 + 24);
        host.stack.routes.addAddress(host.eth0, LINK_LOCAL, 0xff_fe00_0000L | number, 64);
        host.stack.routes.addAddress(host.eth0, PREFIX, number, 64);
        host.pass(3 * S);
        host.sent.clear();
        return host;
    }

    @Test
    void allOfThemAreUnderstood() {
        LoneStack host = host(1);
        UdpEndpoint endpoint = host.udp(9);
        frames().forEach(host::receive);
        byte[] large = new byte[2560];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) i;
        }
        List<byte[]> got = LoneStack.datagrams(endpoint);
        assertEquals(4, got.size());
        for (int i = 0; i < 4; i++) {
            byte[] wanted = i % 2 == 1 ? large : "ristretto".getBytes(StandardCharsets.US_ASCII);
            assertArrayEquals(wanted, got.get(i));
        }
        NetCounters counters = host.stack.counters;
        assertEquals(0, counters.ipv4.inHeaderErrors + counters.ipv6.inHeaderErrors + counters.badDiscoveries
                + counters.badGroupMessages + host.stack.udp.errors() + host.stack.tcp.counters.inErrors
                + host.stack.icmp.bad() + host.eth0.link.drops() + counters.forged);
        assertEquals(2, host.stack.icmp.echoes());
        assertEquals(9, host.stack.tcp.counters.inSegments);
        Neighbours known = host.eth0.link.neighbours;
        for (long[] address : new long[][] {{0, LoneStack.ipv4(2)}, {PREFIX, 2}}) {
            int index = known.find(address[0], address[1]);
            assertTrue(index >= 0 && known.mac(index) == 0x0200_0000_0002L);
        }
    }

    @Test
    void inItsPlaceWeSayTheSame() {
        LoneStack host = host(2);
        assertEquals(2, host.stack.join(0, Ip.mapped(0xef01_0203), 2));
        host.pass(0);
        assertArrayEquals(golden("igmp3-4", 0), host.sent.removeFirst());
        host.stack.join(0xff15L << 48, 0x42, 2);
        host.pass(0);
        assertArrayEquals(golden("mld2-4", 2), host.sent.removeFirst());
        host.pass(3 * S);
        host.sent.clear();
        host.stack.leave(0, Ip.mapped(0xef01_0203), 2);
        host.pass(0);
        assertArrayEquals(golden("igmp3-3", 0), host.sent.removeFirst());
        host.stack.leave(0xff15L << 48, 0x42, 2);
        host.pass(0);
        assertArrayEquals(golden("mld2-3", 0), host.sent.removeFirst());
        host.pass(3 * S);
        host.sent.clear();
        host.eth0.ndp.solicitRouters();
        assertArrayEquals(golden("icmp6-133", 0), host.sent.removeFirst());
        UdpEndpoint from = host.udp(9);
        byte[] small = "ristretto".getBytes(StandardCharsets.US_ASCII);
        host.sendUdp(from, small, 0, LoneStack.ipv4(1), 9);
        assertArrayEquals(golden("arp-request", 0), host.sent.removeFirst());
        host.sendUdp(from, small, PREFIX, 1, 9);
        assertArrayEquals(golden("icmp6-135", 2), host.sent.removeFirst());
    }

    @Test
    void datagramsAreTheSameButForTheirNumbers() {
        LoneStack host = host(2);
        host.eth0.link.heard(0, LoneStack.ipv4(1), 0x0200_0000_0001L, true, 0);
        host.eth0.link.heard(PREFIX, 1, 0x0200_0000_0001L, true, 0);
        UdpEndpoint from = host.udp(9);
        byte[] large = new byte[2560];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) i;
        }
        for (int family = 0; family < 2; family++) {
            boolean v4 = family == 0;
            for (byte[] payload : List.of("ristretto".getBytes(StandardCharsets.US_ASCII), large)) {
                host.sendUdp(from, payload, v4 ? 0 : PREFIX, v4 ? LoneStack.ipv4(1) : 1, 9);
            }
        }
        String[] kinds = {"udp4", "ipv4-fragment", "ipv4-fragment", "udp6", "ipv6-fragment", "ipv6-fragment"};
        assertEquals(kinds.length, host.sent.size());
        for (int i = 0; i < kinds.length; i++) {
            byte[] wanted = masked(golden(kinds[i], i > 0 && kinds[i].equals(kinds[i - 1]) ? 1 : 0));
            assertArrayEquals(wanted, masked(host.sent.get(i)), kinds[i] + " " + i);
        }
    }

    /** Without identification, and the checksum that covers it, or the flow label. */
    private static byte[] masked(byte[] frame) {
        byte[] same = frame.clone();
        if (frame[12] == 8) {
            Arrays.fill(same, 18, 20, (byte) 0);
            Arrays.fill(same, 24, 26, (byte) 0);
        } else {
            Arrays.fill(same, 15, 18, (byte) 0);
            Arrays.fill(same, 58, frame[20] == 44 ? 62 : 58, (byte) 0);
        }
        return same;
    }
}

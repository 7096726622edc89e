package demitasse.net.stack;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.net.link.Neighbours;
import demitasse.net.udp.UdpEndpoint;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** IPv6 over Ethernet: RFC 8200, 4861, 4862, 7217, 8201, as a peer sees it. */
class Ipv6Test {
    private static final long S = 1_000_000_000L;
    private static final String ROUTER = "fe80::1";
    private static final String ALL = "ff02::1";
    private static final long PREFIX = 0x2001_0db8_0000_0001L;

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    /** A router's advertisement: lifetime, and a prefix of 2001:db8:0:1::/64 with flags and lifetimes. */
    private static byte[] advertisement(int lifetimeS, int flags, int validS, int preferredS) {
        ByteBuffer message = ByteBuffer.allocate(16 + 8 + 8 + 32);
        message.put((byte) 134).put((byte) 0).putShort((short) 0).put((byte) 64).put((byte) 0);
        message.putShort((short) lifetimeS).putInt(0).putInt(0);
        message.put(hex("0101 020000000002")).put(hex("0501 0000 00000578"));
        message.put((byte) 3).put((byte) 4).put((byte) 64).put((byte) flags);
        message.putInt(validS).putInt(preferredS).putInt(0);
        message.putLong(PREFIX).putLong(0);
        return Frames.icmpv6(ROUTER, ALL, 255, message.array());
    }

    private static LoneStack started() {
        LoneStack lone = new LoneStack();
        lone.stack.startIpv6(lone.eth0, true);
        return lone;
    }

    private static int made(LoneStack lone) {
        for (int i = 0; i < lone.eth0.addresses(); i++) {
            if (lone.eth0.high(i) == PREFIX) {
                return i;
            }
        }
        return -1;
    }

    private static String text(LoneStack lone, int index) {
        byte[] bytes = ByteBuffer.allocate(16).putLong(lone.eth0.high(index)).putLong(lone.eth0.low(index)).array();
        try {
            return java.net.InetAddress.getByAddress(bytes).getHostAddress();
        } catch (java.net.UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static List<byte[]> icmp(LoneStack lone, int type) {
        return lone.sent.stream().filter(f -> f[12] == (byte) 0x86 && f[20] == 58 && (f[54] & 0xff) == type).toList();
    }

    @Test
    void linkLocalAddressIsTriedThenUsedAndRoutersAreSought() {
        LoneStack lone = started();
        assertTrue(lone.eth0.isTentative(0));
        byte[] probe = icmp(lone, 135).getFirst();
        assertArrayEquals(new byte[16], Arrays.copyOfRange(probe, 22, 38));
        assertEquals((byte) 255, probe[21]);
        lone.pass(2 * S);
        assertTrue(!lone.eth0.isTentative(0));
        assertTrue(icmp(lone, 133).size() >= 1);
        lone.pass(60 * S);
        assertEquals(3, icmp(lone, 133).size());
    }

    @Test
    void addressThatAnotherHasIsMadeAnew() {
        LoneStack lone = started();
        long first = lone.eth0.low(0);
        byte[] target = Arrays.copyOfRange(icmp(lone, 135).getFirst(), 62, 78);
        byte[] answer = Frames.join(hex("88000000 20000000"), target, hex("0201020000000002"));
        lone.receive(Frames.icmpv6("fe80::2", ALL, 255, answer));
        assertEquals(1, lone.eth0.addresses());
        assertNotEquals(first, lone.eth0.low(0));
        assertTrue(lone.eth0.isTentative(0));
        assertEquals(1, lone.stack.counters.duplicateAddresses);
        lone.pass(2 * S);
        assertTrue(!lone.eth0.isTentative(0));
        assertEquals(3, lone.stack.routes.routeCount());
    }

    @Test
    void routerGivesPrefixRouteAndMtuAndTakesThemBack() {
        LoneStack lone = started();
        lone.pass(2 * S);
        lone.receive(advertisement(1800, 0xc0, 86_400, 14_400));
        int index = made(lone);
        assertTrue(index > 0 && lone.eth0.isTentative(index));
        lone.pass(2 * S);
        assertTrue(!lone.eth0.isTentative(index));
        demitasse.net.ip.Hop hop = new demitasse.net.ip.Hop();
        assertEquals(0, lone.stack.find(hop, 0x2001_0db8_ffffL << 16, 1, 0));
        assertEquals(1, hop.nextLow);
        assertEquals(PREFIX, hop.sourceHigh);
        assertEquals(1400, hop.mtuBytes);
        lone.pass(1800 * S);
        assertEquals(-101, lone.stack.find(hop, 0x2001_0db8_ffffL << 16, 1, 0));
        assertEquals(0, lone.stack.find(hop, PREFIX, 1, 0));
        lone.pass(14_400 * S);
        assertTrue(lone.eth0.isDeprecated(made(lone)));
        lone.pass(86_400 * S);
        assertEquals(-1, made(lone));
        assertEquals(-101, lone.stack.find(hop, PREFIX, 1, 0));
    }

    /** An advertisement with name servers, RFC 8106 §5.1. */
    private static byte[] nameServers(int lifetimeS, long... lows) {
        ByteBuffer message = ByteBuffer.allocate(16 + 8 + 16 * lows.length);
        message.put((byte) 134).put((byte) 0).putShort((short) 0).put((byte) 64).put((byte) 0).putShort((short) 0);
        message.putInt(0).putInt(0).put((byte) 25).put((byte) (1 + 2 * lows.length)).putShort((short) 0);
        message.putInt(lifetimeS);
        for (long low : lows) {
            message.putLong(PREFIX).putLong(low);
        }
        return Frames.icmpv6(ROUTER, ALL, 255, message.array());
    }

    @Test
    void routersTellNameServersWithinABoundAndForATime() {
        LoneStack lone = started();
        NameServers servers = lone.stack.nameServers;
        int[] changes = {0};
        servers.setListener(() -> changes[0]++);
        lone.receive(nameServers(60, 1, 2));
        lone.receive(nameServers(600, 3, 4, 5));
        assertEquals(List.of(1L, 2L, 3L), List.of(servers.low(0), servers.low(1), servers.low(2)));
        assertEquals(3, servers.count());
        assertEquals(3, changes[0]);
        lone.receive(nameServers(600, 1));
        assertEquals(3, changes[0]);
        lone.pass(61 * S);
        assertEquals(List.of(1L, 3L), List.of(servers.low(0), servers.low(1)));
        assertEquals(2, servers.count());
        lone.receive(nameServers(0, 1, 3));
        assertEquals(0, servers.count());
        assertEquals(0, lone.stack.counters.badDiscoveries);
    }

    /** RFC 7217 §5: the key of F() is drawn at each start and known to nobody; the identifier stays while it runs. */
    @Test
    void identifiersAreOfOneStartAlone() {
        LoneStack lone = started();
        lone.pass(2 * S);
        lone.receive(advertisement(1800, 0xc0, 7300, 7300));
        long first = lone.eth0.low(made(lone));
        lone.pass(7300 * S);
        assertEquals(-1, made(lone));
        lone.receive(advertisement(1800, 0xc0, 7300, 7300));
        assertEquals(first, lone.eth0.low(made(lone)));
        LoneStack other = new LoneStack(2, lone.pages);
        other.stack.startIpv6(other.eth0, true);
        assertNotEquals(other.eth0.low(0), lone.eth0.low(0));
    }

    @Test
    void nobodyShortensALifetimeBelowTwoHours() {
        LoneStack lone = started();
        lone.pass(2 * S);
        lone.receive(advertisement(1800, 0xc0, 86_400, 14_400));
        lone.receive(advertisement(1800, 0xc0, 1, 1));
        lone.pass(7000 * S);
        assertTrue(made(lone) > 0);
        lone.pass(300 * S);
        assertEquals(-1, made(lone));
    }

    @Test
    void manyRoutersAndPrefixesAreNotHeard() {
        LoneStack lone = started();
        lone.pass(2 * S);
        for (int i = 0; i < 1000; i++) {
            byte[] frame = advertisement(1800, 0xc0, 86_400, 14_400);
            ByteBuffer.wrap(frame).putLong(54 + 48, PREFIX + i);
            byte[] message = Arrays.copyOfRange(frame, 54, frame.length);
            lone.receive(Frames.icmpv6("fe80::" + Integer.toHexString(i + 1), ALL, 255, message));
        }
        assertTrue(lone.eth0.addresses() <= NetInterface.ADDRESSES_MAX);
        assertTrue(lone.stack.routes.routeCount() <= 3 + Slaac.ROUTERS_MAX + Slaac.PREFIXES_MAX);
        lone.pass(5 * S);
        assertEquals(0, lone.stack.packets().inUse());
    }

    @Test
    void neighbourIsAskedAnsweredAndForgotten() {
        Pair pair = new Pair();
        pair.a.stack.startIpv6(pair.a.eth0, false);
        pair.b.stack.startIpv6(pair.b.eth0, false);
        pair.pass(S);
        UdpEndpoint from = pair.a.udp(9);
        UdpEndpoint to = pair.b.udp(7);
        long high = pair.b.eth0.high(0);
        long low = pair.b.eth0.low(0);
        byte[] payload = Frames.pattern(5000);
        assertEquals(0, pair.a.sendUdp(from, payload, high, low, 7));
        pair.pass(S / 100);
        assertArrayEquals(payload, LoneStack.datagrams(to).getFirst());
        Neighbours known = pair.a.eth0.link.neighbours;
        assertEquals(Neighbours.REACHABLE, known.state(known.find(high, low)));
        assertEquals(4, pair.a.stack.counters.ipv6.fragmentsMade);
        pair.pass(31 * S);
        assertEquals(0, pair.a.sendUdp(from, payload, high, low, 7));
        assertEquals(Neighbours.DELAY, known.state(known.find(high, low)));
        pair.wire = frame -> null;
        pair.pass(9 * S);
        assertEquals(-1, known.find(high, low));
    }

    @Test
    void strangersDoNotDisplaceTheRouter() {
        LoneStack lone = started();
        lone.pass(2 * S);
        lone.receive(advertisement(1800, 0xc0, 86_400, 14_400));
        lone.pass(2 * S);
        Neighbours known = lone.eth0.link.neighbours;
        byte[] answer = Frames.join(hex("88000000 60000000"), Frames.address(ROUTER), hex("0201020000000002"));
        lone.receive(Frames.icmpv6(ROUTER, text(lone, 0), 255, answer));
        assertEquals(Neighbours.REACHABLE, known.state(known.find(0xfe80L << 48, 1)));
        for (int i = 2; i < 2000; i++) {
            String stranger = PrefixText.of(i);
            byte[] ask = Frames.join(hex("87000000 00000000"), Frames.address(text(lone, made(lone))),
                    hex("0101020000000003"));
            lone.receive(Frames.icmpv6(stranger, text(lone, made(lone)), 255, ask));
            lone.receive(Frames.icmpv6(PrefixText.of(i + 10_000), text(lone, made(lone)), 64, hex("8000000000010001")));
        }
        assertEquals(Neighbours.REACHABLE, known.state(known.find(0xfe80L << 48, 1)));
        assertTrue(lone.stack.packets().inUse() <= 256);
        lone.pass(10 * S);
        assertEquals(0, lone.stack.packets().inUse());
    }

    private static final class PrefixText {
        static String of(int i) {
            return "2001:db8:0:1::" + Integer.toHexString(i);
        }
    }

    @Test
    void badDiscoveryIsCounted() {
        LoneStack lone = started();
        lone.pass(2 * S);
        byte[] good = Arrays.copyOfRange(advertisement(1800, 0xc0, 9, 9), 54, 54 + 64);
        lone.receive(Frames.icmpv6(ROUTER, ALL, 64, good));
        lone.receive(Frames.icmpv6("2001:db8::1", ALL, 255, good));
        byte[] endless = good.clone();
        endless[17] = 0;
        lone.receive(Frames.icmpv6(ROUTER, ALL, 255, endless));
        lone.receive(Frames.icmpv6(ROUTER, ALL, 255, Arrays.copyOf(good, 12)));
        assertEquals(4, lone.stack.counters.badDiscoveries);
        assertEquals(-1, made(lone));
    }

    @Test
    void extensionHeadersArePassedOrComplainedAbout() {
        LoneStack lone = started();
        lone.pass(2 * S);
        String own = text(lone, 0);
        UdpEndpoint endpoint = lone.udp(7);
        byte[] udp = Frames.udp6("fe80::2", own, 9, 7, new byte[] {42});
        lone.receive(Frames.ipv6("fe80::2", own, 0, 64, Frames.join(hex("3c00050200000100"), hex("1100010400000000"),
                udp)));
        assertEquals(1, LoneStack.datagrams(endpoint).size());
        byte[] ask = Frames.join(hex("87000000 00000000"), Frames.address(own), hex("0101020000000002"));
        lone.receive(Frames.icmpv6("fe80::2", own, 255, ask));
        lone.sent.clear();
        // An option that forbids to be passed over, a hop-by-hop header in the wrong place, an unknown protocol.
        lone.receive(Frames.ipv6("fe80::2", own, 60, 64, Frames.join(hex("11 00 80 04 00000000"), udp)));
        lone.receive(Frames.ipv6("fe80::2", own, 60, 64, Frames.join(hex("00 00 01 04 00000000"),
                hex("1100010400000000"), udp)));
        lone.receive(Frames.ipv6("fe80::2", own, 60, 64, Frames.join(hex("fd 00 01 04 00000000"), udp)));
        List<byte[]> complaints = icmp(lone, 4);
        assertEquals(3, complaints.size());
        assertEquals("02 00000002a".replace(" ", ""), complaint(complaints.get(0)));
        assertEquals("01000000028", complaint(complaints.get(1)));
        assertEquals("01000000028", complaint(complaints.get(2)));
        assertEquals(0, LoneStack.datagrams(endpoint).size());
        assertEquals(2, lone.stack.counters.ipv6.inHeaderErrors);
        assertEquals(1, lone.stack.counters.ipv6.inUnknownProtocols);
    }

    private static String complaint(byte[] frame) {
        return String.format("%02x%09x", frame[55], ByteBuffer.wrap(frame).getInt(58));
    }

    @Test
    void fragmentsOfIpv6JoinAndTinyFirstOnesDoNot() {
        LoneStack lone = started();
        lone.pass(2 * S);
        String own = text(lone, 0);
        UdpEndpoint endpoint = lone.udp(7);
        byte[] udp = Frames.udp6("fe80::2", own, 9, 7, Frames.pattern(2000));
        lone.receive(Frames.ipv6("fe80::2", own, 44, 64, Frames.join(hex("1100 03e8 00000007"),
                Arrays.copyOfRange(udp, 1000, udp.length))));
        lone.receive(Frames.ipv6("fe80::2", own, 44, 64, Frames.join(hex("1100 0001 00000007"),
                Arrays.copyOf(udp, 1000))));
        assertArrayEquals(Frames.pattern(2000), LoneStack.datagrams(endpoint).getFirst());
        // RFC 6946: a fragment that is the whole is not joined with others.
        lone.receive(Frames.ipv6("fe80::2", own, 44, 64, Frames.join(hex("1100 0000 00000008"), udp)));
        assertEquals(1, LoneStack.datagrams(endpoint).size());
        // RFC 7112.
        lone.receive(Frames.ipv6("fe80::2", own, 44, 64, Frames.join(hex("3c00 0001 00000009"),
                hex("1100010400000000"))));
        assertEquals(1, lone.stack.counters.ipv6.inHeaderErrors);
    }
}

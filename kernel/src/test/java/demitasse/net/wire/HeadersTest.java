package demitasse.net.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.base.memory.Memory;
import demitasse.testing.TestMemory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** Every header that is parsed: what is written is read back, and any bytes are read within their bounds. */
class HeadersTest {
    private static final TestMemory MEMORY = new TestMemory(1 << 20);
    /** Behind it there is no memory: a read too far ends the test. */
    private static final long END = MEMORY.regionAddress(0) + MEMORY.regionBytes(0);

    private static long place(byte[] bytes) {
        long address = END - bytes.length;
        for (int i = 0; i < bytes.length; i++) {
            Memory.putByte(address + i, bytes[i]);
        }
        return address;
    }

    @Property
    void checksumIsThatOfRfc1071(@ForAll @Size(max = 99) byte[] bytes, @ForAll @IntRange(max = 49) int half) {
        long address = place(bytes);
        long sum = 0;
        for (int i = 0; i < bytes.length; i++) {
            sum += (bytes[i] & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        int even = Math.min(half * 2, bytes.length & ~1);
        long parts = Checksum.add(Checksum.add(0, address, even), address + even, bytes.length - even);
        assertEquals((int) sum, Short.reverseBytes((short) Checksum.fold(parts)) & 0xffff);
    }

    @Property
    void anyIpv4HeaderIsJudgedWithinItsBounds(@ForAll @Size(max = 70) byte[] bytes) {
        long address = place(bytes);
        if (Ipv4Header.isValid(address, bytes.length)) {
            assertTrue(Ipv4Header.headerBytes(address) <= bytes.length);
        }
        Ipv6Header.isValid(address, bytes.length);
        ArpMessage.isValid(address, bytes.length);
    }

    @Property
    void ipv4HeaderIsReadAsWritten(@ForAll @IntRange(max = 255) int service, @ForAll @IntRange(max = 0xffff) int id,
            @ForAll @IntRange(max = 255) int hops, @ForAll @IntRange(max = 255) int protocol, @ForAll int source,
            @ForAll int target, @ForAll @IntRange(max = 80) int payload) {
        long header = END - 20 - payload;
        Ipv4Header.write(header, service, 20 + payload, id, Ipv4Header.DO_NOT_FRAGMENT, hops, protocol,
                Ip.mapped(source), Ip.mapped(target));
        assertTrue(Ipv4Header.isValid(header, 20 + payload));
        assertFalse(Ipv4Header.isValid(header, 19 + payload));
        assertFalse(Ipv4Header.isFragment(header));
        assertEquals(service, Ipv4Header.service(header));
        assertEquals(id, Ipv4Header.identification(header));
        assertEquals(hops, Ipv4Header.timeToLive(header));
        assertEquals(protocol, Ipv4Header.protocol(header));
        assertEquals(Ip.mapped(source), Ipv4Header.source(header));
        assertEquals(Ip.mapped(target), Ipv4Header.target(header));
        Memory.putByte(header + id % 20, (byte) (Memory.getByte(header + id % 20) ^ 1 << hops % 8));
        assertFalse(Ipv4Header.isValid(header, 20 + payload), "a bit has changed");
    }

    @Property
    void fragmentOfIpv4IsReadAsCut(@ForAll @IntRange(max = 8191) int place, @ForAll boolean more,
            @ForAll @IntRange(max = 0xffff) int id) {
        long header = END - 20;
        Ipv4Header.write(header, 0, 20, 0, Ipv4Header.DO_NOT_FRAGMENT, 64, Ip.UDP, Ip.mapped(1), Ip.mapped(2));
        Ipv4Header.cut(header, 20, id, place * 8, more);
        assertTrue(Ipv4Header.isValid(header, 20));
        assertEquals(place > 0 || more, Ipv4Header.isFragment(header));
        assertEquals(place * 8, Ipv4Header.fragmentOffsetBytes(header));
        assertEquals(more, Ipv4Header.hasMoreFragments(header));
        assertEquals(id, Ipv4Header.identification(header));
        Ipv4Header.joined(header, 20);
        assertTrue(Ipv4Header.isValid(header, 20) && !Ipv4Header.isFragment(header));
    }

    @Property
    void ipv6HeadersAreReadAsWritten(@ForAll @IntRange(max = 255) int service, @ForAll @IntRange(max = 60) int payload,
            @ForAll @IntRange(max = 255) int next, @ForAll @IntRange(max = 255) int hops, @ForAll long high,
            @ForAll long low, @ForAll @IntRange(max = 8191) int place, @ForAll boolean more, @ForAll int id) {
        long header = END - 40 - payload;
        Ipv6Header.write(header, service, payload, next, hops);
        Ipv6Header.putAddresses(header, high, low, low, high);
        assertTrue(Ipv6Header.isValid(header, 40 + payload));
        assertFalse(Ipv6Header.isValid(header, 39 + payload));
        assertEquals(service, Ipv6Header.service(header));
        assertEquals(next, Ipv6Header.nextHeader(header));
        assertEquals(hops, Ipv6Header.hopLimit(header));
        assertEquals(high, Ip.high(Ipv6Header.sourceAddress(header)));
        assertEquals(low, Ip.high(Ipv6Header.targetAddress(header)));
        long fragment = END - Ipv6Header.EXTENSION_BYTES;
        Ipv6Header.writeFragment(fragment, next, place * 8, more, id);
        assertEquals(next, Memory.getUnsignedByte(fragment));
        assertEquals(place * 8, Ipv6Header.fragmentOffsetBytes(fragment));
        assertEquals(more, Ipv6Header.hasMoreFragments(fragment));
        assertEquals(id, Ipv6Header.fragmentIdentification(fragment));
        assertEquals(place == 0 && !more, Ipv6Header.isWhole(fragment));
    }

    @Property
    void anyTcpSegmentIsTakenApartWithinItsBounds(@ForAll @Size(max = 80) byte[] bytes) {
        TcpSegment segment = new TcpSegment();
        long address = place(bytes);
        if (segment.parse(address, bytes.length)) {
            assertTrue(segment.data >= address + TcpSegment.BYTES && segment.data + segment.dataBytes == END);
            assertTrue(segment.sackBlocks >= 0 && segment.sackBlocks <= TcpSegment.SACK_BLOCKS_MAX);
            assertTrue(segment.scale <= TcpSegment.SCALE_MAX);
        }
    }

    @Property
    void tcpOptionsAreReadAsWritten(@ForAll @IntRange(min = 1, max = 0xffff) int size, @ForAll int stamp,
            @ForAll int echo, @ForAll @IntRange(max = 14) int scale) {
        int bytes = TcpSegment.BYTES + 4 + 4 + 12 + 4;
        long header = END - bytes;
        TcpSegment.write(header, 1, 2, 3, 4, TcpSegment.SYN, 5, bytes);
        long at = TcpSegment.putMaximumSegment(header + TcpSegment.BYTES, size);
        at = TcpSegment.putTimestamps(TcpSegment.putSackPermitted(at), stamp, echo);
        assertEquals(END, TcpSegment.putScale(at, scale));
        TcpSegment segment = new TcpSegment();
        assertTrue(segment.parse(header, bytes));
        assertEquals(size, segment.maximumSegment);
        assertEquals(scale, segment.scale);
        assertEquals(stamp, segment.timestamp);
        assertEquals(echo, segment.timestampEcho);
        assertTrue(segment.sackPermitted && segment.hasTimestamps && segment.dataBytes == 0);
    }

    @Property
    void anyOptionsOfDiscoveryAreWalkedWithinTheirBounds(@ForAll @Size(max = 90) byte[] bytes) {
        long address = place(bytes);
        if (NdpMessage.areValid(address, END)) {
            int all = 0;
            for (long at = address; at < END; at += NdpMessage.optionBytes(at)) {
                all += NdpMessage.optionBytes(at);
            }
            assertEquals(bytes.length, all);
            NdpMessage.link(address, END, NdpMessage.SOURCE_LINK);
        }
    }

    @Property
    void linkOptionIsFoundBehindOthers(@ForAll @LongRange(max = 0xffff_ffff_ffffL) long mac,
            @ForAll @IntRange(max = 5) int before) {
        long options = END - 8L * (before + 1);
        for (int i = 0; i < before; i++) {
            NdpMessage.writeLink(options + 8L * i, NdpMessage.TARGET_LINK, 1);
        }
        NdpMessage.writeLink(END - 8, NdpMessage.SOURCE_LINK, mac);
        assertTrue(NdpMessage.areValid(options, END));
        assertEquals(mac, NdpMessage.link(options, END, NdpMessage.SOURCE_LINK));
        assertEquals(before > 0 ? 1 : -1, NdpMessage.link(options, END, NdpMessage.TARGET_LINK));
    }

    @Property
    void delaysOfQueriesAreBounded(@ForAll byte code, @ForAll short delay) {
        long query = place(new byte[] {0x11, code, 0, 0, (byte) (delay >>> 8), (byte) delay, 0, 0});
        assertTrue(GroupMessage.igmpDelayMs(query, true) <= 3_174_400);
        assertTrue(GroupMessage.igmpDelayMs(query, false) <= 25_500);
        assertTrue(GroupMessage.mldDelayMs(query, true) <= 8_387_584);
    }

    @Property
    void arpIsReadAsWritten(@ForAll @IntRange(min = 1, max = 2) int operation, @ForAll int own, @ForAll int target,
            @ForAll @LongRange(max = 0xffff_ffff_ffffL) long mac) {
        long message = END - ArpMessage.BYTES;
        ArpMessage.write(message, operation, mac, own, 0, target);
        assertTrue(ArpMessage.isValid(message, ArpMessage.BYTES));
        assertEquals(operation, ArpMessage.operation(message));
        assertEquals(mac, ArpMessage.senderMac(message));
        assertEquals(own, ArpMessage.senderAddress(message));
        assertEquals(target, ArpMessage.targetAddress(message));
    }
}

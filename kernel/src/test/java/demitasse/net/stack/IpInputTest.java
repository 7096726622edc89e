package demitasse.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import demitasse.net.udp.UdpEndpoint;
import demitasse.net.wire.Ip;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each version of IP takes for a protocol. */
class IpInputTest {
    private static final String LINK = "fe80::ff:fe00:";
    private static final byte[] ECHO = {8, 0, 0, 0, 0, 1, 0, 1};
    private static final byte[] ECHO_6 = {(byte) 128, 0, 0, 0, 0, 1, 0, 1};
    private static final int ICMP_AT = 14 + 20;
    private static final int ICMP_6_AT = 14 + 40;

    private static final long PEER_MAC = 0x0200_0000_0002L;

    private final LoneStack host = GoldenFramesTest.host(1);

    /** So that no answer waits for a neighbour. */
    @BeforeEach
    void know() {
        host.eth0.link.heard(0, LoneStack.ipv4(2), PEER_MAC, true, 0);
        host.eth0.link.heard(0xfe80L << 48, 0xff_fe00_0002L, PEER_MAC, true, 0);
    }

    @Test
    void eachVersionAnswersItsOwnEcho() {
        byte[] echo = ECHO.clone();
        int sum = ~Frames.sum(0, echo);
        echo[2] = (byte) (sum >>> 8);
        echo[3] = (byte) sum;
        host.receive(Frames.ipv4(Ip.ICMP, 1, 0, echo));
        assertEquals(0, host.sent.getFirst()[ICMP_AT]);
        host.sent.clear();
        host.receive(Frames.icmpv6(LINK + "2", LINK + "1", 64, ECHO_6));
        assertEquals(129, host.sent.getFirst()[ICMP_6_AT] & 0xff);
    }

    @Test
    void theIcmpOfTheOtherVersionIsAProtocolThatNobodyKnows() {
        host.receive(Frames.ipv4(Ip.ICMPV6, 1, 0, ECHO_6));
        byte[] answer = host.sent.getFirst();
        assertEquals(0x0302, answer[ICMP_AT] << 8 | answer[ICMP_AT + 1], "protocol unreachable, RFC 792");
        host.sent.clear();
        for (int protocol : new int[] {Ip.ICMP, Ip.IGMP}) {
            host.receive(Frames.ipv6(LINK + "2", LINK + "1", protocol, 64, ECHO));
            answer = host.sent.removeFirst();
            assertEquals(0x0401, answer[ICMP_6_AT] << 8 | answer[ICMP_6_AT + 1], "no such next header, RFC 4443");
        }
        assertEquals(2, host.stack.counters.of(false).inUnknownProtocols);
    }

    @Test
    void whoeverHasNoAddressOfHisOwnIsNotHeard() {
        for (int source : new int[] {0, -1}) {
            host.receive(Frames.ipv4(source, 0x0a000001, Ip.UDP, 64, 1, 0, Frames.udp4(9, 7, new byte[1])));
        }
        assertEquals(2, host.stack.counters.of(true).inAddressErrors);
        assertEquals(0, host.sent.size(), "a port that nobody has is no reason to tell everybody so");
    }

    /** It is kept between whom the last packet was, and what it was found to be. */
    @Test
    void packetsOfThoseKnownAreLookedAtAnewWhenAddressesChange() {
        UdpEndpoint endpoint = host.udp(7);
        byte[] frame = Frames.ipv4(Ip.UDP, 1, 0, Frames.udp4(9, 7, new byte[1]));
        host.receive(frame);
        host.receive(frame);
        assertEquals(2, LoneStack.datagrams(endpoint).size());
        host.stack.routes.addAddress(host.eth0, 0, LoneStack.ipv4(2), 96 + 24);
        host.receive(frame);
        assertEquals(1, host.stack.counters.forged, "the sender's address is ours by now");
        host.stack.routes.removeAddress(host.eth0, host.eth0.find(0, LoneStack.ipv4(2)));
        host.receive(frame);
        assertEquals(1, LoneStack.datagrams(endpoint).size());
        host.stack.routes.removeAddress(host.eth0, host.eth0.find(0, LoneStack.ipv4(1)));
        host.receive(frame);
        assertEquals(0, LoneStack.datagrams(endpoint).size());
    }
}

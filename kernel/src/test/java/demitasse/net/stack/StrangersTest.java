package demitasse.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import demitasse.base.memory.Memory;
import demitasse.net.ip.Binding;
import demitasse.net.tcp.Admission;
import demitasse.net.tcp.TcpConnection;
import demitasse.net.tcp.TcpListener;
import demitasse.net.udp.UdpEndpoint;
import demitasse.net.wire.Ip;
import demitasse.net.wire.PacketFilter;
import demitasse.testing.TestMemory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What sockets with options of their own make of packets that are not for them, or are more than they asked for. */
class StrangersTest {
    private static final String LINK = "fe80::ff:fe00:";
    private static final long PEER_MAC = 0x0200_0000_0002L;
    private static final int PORT = 7;
    private static final int HEADERS_BYTES = 40 + 20;

    private final LoneStack host = GoldenFramesTest.host(1);

    @BeforeEach
    void know() {
        host.eth0.link.heard(0, LoneStack.ipv4(2), PEER_MAC, true, 0);
        host.eth0.link.heard(0xfe80L << 48, 0xff_fe00_0002L, PEER_MAC, true, 0);
    }

    /** SO_ATTACH_REUSEPORT_CBPF: it chooses among those that the packet may be for. */
    @Test
    void programGivesNobodyWhatIsForAnotherAddress() {
        UdpEndpoint first = choosing(LoneStack.ipv4(9));
        UdpEndpoint second = choosing(LoneStack.ipv4(9));
        host.receive(Frames.ipv4(Ip.UDP, 1, 0, Frames.udp4(9, PORT, new byte[1])));
        assertEquals(0, LoneStack.datagrams(first).size() + LoneStack.datagrams(second).size());
        assertEquals(1, host.sent.size(), "port unreachable");
    }

    @Test
    void programChoosesTheFirstThatCame() {
        UdpEndpoint first = choosing(LoneStack.ipv4(1));
        UdpEndpoint second = choosing(LoneStack.ipv4(1));
        for (int port = 1000; port < 1010; port++) {
            host.receive(Frames.ipv4(Ip.UDP, 1, 0, Frames.udp4(port, PORT, new byte[1])));
        }
        assertEquals(10, LoneStack.datagrams(first).size());
        assertEquals(0, LoneStack.datagrams(second).size());
    }

    /** TCP_SAVE_SYN: what getsockopt(2) has room for. */
    @Test
    void headersOfSynAreKeptUpToTheirBound() {
        int room = Admission.SAVED_BYTES_MAX - HEADERS_BYTES;
        assertEquals(HEADERS_BYTES, savedSyn(0).length);
        assertEquals(Admission.SAVED_BYTES_MAX - room % 8, savedSyn(room / 8 * 8).length);
        assertNull(savedSyn(room / 8 * 8 + 8));
    }

    private byte[] savedSyn(int extensionBytes) {
        int port = 100 + extensionBytes;
        Binding binding = new Binding();
        binding.takesIpv6 = true;
        binding.port = port;
        host.stack.tcp.ports.add(binding);
        TcpConnection template = host.stack.tcp.create();
        template.admission = new Admission();
        template.admission.savesSyn = 1;
        TcpListener listener = host.stack.tcp.listen(template, binding, 1, events -> { });
        byte[] extension = new byte[extensionBytes];
        if (extensionBytes > 0) {
            extension[0] = Ip.TCP;
            extension[1] = (byte) (extensionBytes / 8 - 1);
        }
        host.sent.clear();
        host.receive(Frames.ipv6(LINK + "2", LINK + "1", extensionBytes > 0 ? 60 : Ip.TCP, 64,
                Frames.join(extension, Frames.syn6(LINK + "2", LINK + "1", 1000, port))));
        byte[] answer = host.sent.getFirst();
        host.receive(Frames.ipv6(LINK + "2", LINK + "1", Ip.TCP, 64,
                Frames.acknowledgement6(LINK + "2", LINK + "1", 1000, port, answer)));
        return listener.accept().savedSyn;
    }

    /** One whose program says 0, whatever comes. */
    private UdpEndpoint choosing(long address) {
        UdpEndpoint endpoint = host.udp(PORT);
        endpoint.binding.low = address;
        endpoint.binding.reusePort = true;
        long program = new TestMemory(1 << 20).regionAddress(0);
        Memory.putLong(program, 6);
        endpoint.binding.chooser = PacketFilter.read(program, 1);
        return endpoint;
    }
}

package demitasse.tools.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.tools.DemiException;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

class ForwardTest {
    @Test
    void portsAddressesAndProtocolsAreUnderstood() {
        assertEquals(new Forward("", 8080, 80, false), Forward.parse("8080:80"));
        assertEquals(new Forward("127.0.0.1", 53, 5353, true), Forward.parse("127.0.0.1:53:5353/udp"));
        assertEquals(new Forward("::1", 1, 65535, false), Forward.parse("[::1]:1:65535/tcp"));
    }

    @Test
    void nonsenseGetsASentence() {
        for (String text : List.of("", "80", "a:b", "80:", ":80", "0:80", "80:65536", "80:80/sctp", "1:2:3:x")) {
            DemiException refused = assertThrows(DemiException.class, () -> Forward.parse(text), text);
            assertTrue(refused.getMessage().contains("[ADDRESS:]HOST:GUEST[/udp]"), refused.getMessage());
        }
    }

    @Test
    void passtHearsOfEachPort() {
        List<String> command = new Passt(Path.of("/usr/bin/passt"),
                List.of(Forward.parse("127.0.0.1:8080:80"), Forward.parse("53:53/udp")), Path.of("/tmp/x"))
                .commandLine();
        String line = String.join(" ", command);
        assertTrue(line.startsWith("/usr/bin/passt --one-off --quiet --socket /tmp/x/socket "), line);
        assertTrue(line.contains("-t 127.0.0.1/8080:80 -u 0.0.0.0/53:53"), line);
        assertFalse(line.contains("fd64"), line);
    }

    @Test
    void portOfIpv6GivesTheInstanceAnAddressOfIpv6() {
        Passt passt = new Passt(Path.of("/usr/bin/passt"), List.of(Forward.parse("[::1]:8080:80")), Path.of("/tmp/x"));
        String line = String.join(" ", passt.commandLine());
        assertTrue(line.contains("--address fd64:656d:69::15 --gateway fd64:656d:69::2"), line);
        assertTrue(line.endsWith("-t ::1/8080:80"), line);
        assertEquals(new Addresses("10.0.2.15/24", "10.0.2.2", "fd64:656d:69::15/64", "fd64:656d:69::2"),
                passt.network().addresses());
    }

    @Test
    void portInUseOfIpv6GetsASentence() throws IOException {
        InetAddress loopback = InetAddress.ofLiteral("::1");
        try (ServerSocket taken = new ServerSocket(0, 1, loopback)) {
            int port = taken.getLocalPort();
            DemiException refused = assertThrows(DemiException.class,
                    () -> Forward.parse("[::1]:" + port + ":80").requireFree());
            assertEquals("port " + port + " cannot be published at ::1: Address already in use", refused.getMessage());
        }
    }

    @Test
    void portInUseGetsASentence() throws IOException {
        InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
        try (ServerSocket tcp = new ServerSocket(0, 1, loopback);
                DatagramSocket udp = new DatagramSocket(0, loopback)) {
            for (String port : List.of(tcp.getLocalPort() + ":80", udp.getLocalPort() + ":80/udp")) {
                DemiException refused = assertThrows(DemiException.class,
                        () -> Forward.parse("127.0.0.1:" + port).requireFree(), port);
                assertEquals("port " + port.replaceFirst(":.*", "")
                        + " cannot be published at 127.0.0.1: Address already in use", refused.getMessage());
            }
        }
    }

    @Test
    void addressesThatAreNotOursGetASentence() {
        for (String address : List.of("192.0.2.1", "localhost", "[2001:db8::1]")) {
            DemiException refused = assertThrows(DemiException.class,
                    () -> Forward.parse(address + ":8080:80").requireFree(), address);
            assertTrue(refused.getMessage().contains(address.replaceAll("[\\[\\]]", "")), refused.getMessage());
        }
    }

    /** Whether the tests run as root or not, the sentence is the same. */
    @Test
    void portOfRootGetsASentence() {
        Forward forward = Forward.parse("80:8000");
        assertEquals("port 80 cannot be published: Permission denied; ports below 1024 are for root, another will do,"
                + " as in -p 8080:8000", forward.refusal("Permission denied"));
    }
}

package demitasse.test.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers in an instance that clients of the host reach through {@code demi run -p}, until a signal ends them. */
class PublishedServersTest {
    private static final int ATTEMPTS_MAX = 600;
    private static final int ATTEMPT_MS = 200;
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final String ECHO = """
        import socket
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind(("0.0.0.0", 7))
        while True:
            data, client = s.recvfrom(2000)
            s.sendto(data.upper(), client)
        """;

    @ParameterizedTest
    @CsvSource({"linux,127.0.0.1", "kvm,127.0.0.1", "linux,[::1]", "kvm,[::1]"})
    void webServerAnswersEachClientAndEndsBySigterm(String platform, String address) throws Exception {
        int port = freePort();
        assumeTrue(!address.startsWith("[") || Files.readAllLines(Path.of("/proc/net/ipv6_route")).stream()
                .anyMatch(line -> line.matches("0{32} 00 0{32} 00 .* (?!lo)\\S+")),
                "passt serves IPv6 only where the host has a default route of it");
        try (Interaction run = Interaction.onPipes(List.of("run", "--platform", platform, "-p",
                address + ":" + port + ":80",
                "deb:busybox-static", "--", "busybox", "sh", "-c",
                "echo hello > /tmp/page; exec busybox httpd -f -p 80 -h /tmp"))) {
            for (int i = 0; i < 3; i++) {
                String answer = page(InetAddress.ofLiteral(address.replaceAll("[\\[\\]]", "")), port);
                assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n") && answer.endsWith("\r\n\r\nhello\n"), answer);
            }
            run.signal("TERM");
            assertEquals(143, run.end(), run::text);
            assertNothingIsLeft(run, port);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void datagramsComeBack(String platform) throws Exception {
        int port = freePort();
        try (Interaction run = Interaction.onPipes(List.of("run", "--platform", platform, "-p",
                "127.0.0.1:" + port + ":7/udp",
                "deb:python3-minimal", "--", "python3", "-c", ECHO))) {
            assertEquals("FIRST", echo(port, "first"), run::text);
            assertEquals("SECOND", echo(port, "second"), run::text);
            run.signal("INT");
            assertEquals(130, run.end(), run::text);
            assertNothingIsLeft(run, port);
        }
    }

    @Test
    void programThatEndsAtOnceLeavesNothing() throws Exception {
        int port = freePort();
        try (Interaction run = Interaction.onPipes(List.of("run", "-p", "127.0.0.1:" + port + ":80",
                "--memory", "2M", "deb:busybox-static", "--", "busybox", "false"))) {
            assertTrue(run.end() != 0, run::text);
            assertNothingIsLeft(run, port);
        }
    }

    /** passt listens before the server does, and then closes or keeps silent. */
    private static String page(InetAddress address, int port) throws Exception {
        for (int i = 0; i < ATTEMPTS_MAX; i++) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address, port), ATTEMPT_MS);
                socket.setSoTimeout(ATTEMPT_MS * 10);
                socket.getOutputStream().write("GET /page HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                if (!answer.isEmpty()) {
                    return answer;
                }
            } catch (IOException e) {
                assert i < ATTEMPTS_MAX;
            }
            Thread.sleep(ATTEMPT_MS);
        }
        throw new AssertionError("nobody answers at port " + port);
    }

    private static String echo(int port, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        try (DatagramSocket socket = new DatagramSocket(0, LOOPBACK)) {
            socket.setSoTimeout(ATTEMPT_MS);
            DatagramPacket answer = new DatagramPacket(new byte[100], 100);
            for (int i = 0; i < ATTEMPTS_MAX; i++) {
                socket.send(new DatagramPacket(bytes, bytes.length, LOOPBACK, port));
                try {
                    socket.receive(answer);
                    return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII);
                } catch (SocketTimeoutException e) {
                    assert i < ATTEMPTS_MAX;
                }
            }
        }
        throw new AssertionError("no datagram comes back from port " + port);
    }

    /** Neither passt's directory nor passt, which holds the port. */
    private static void assertNothingIsLeft(Interaction run, int port) throws Exception {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            assertEquals(List.of(), files.filter(file -> file.getFileName().toString()
                    .startsWith("demi-net-" + run.pid() + "-")).toList());
        }
        for (int i = 0; !isFree(port); i++) {
            assertTrue(i < ATTEMPTS_MAX, "passt is still there");
            Thread.sleep(ATTEMPT_MS);
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket tcp = new ServerSocket(port, 1, LOOPBACK);
                DatagramSocket udp = new DatagramSocket(port, LOOPBACK)) {
            return tcp.isBound() && udp.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /** Free for both protocols. */
    private static int freePort() throws IOException {
        while (true) {
            try (ServerSocket socket = new ServerSocket(0, 1, LOOPBACK)) {
                int port = socket.getLocalPort();
                socket.close();
                if (isFree(port)) {
                    return port;
                }
            }
        }
    }
}

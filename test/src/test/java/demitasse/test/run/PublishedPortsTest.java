package demitasse.test.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server in an instance and a client on the host, through {@code demi run -p}. */
class PublishedPortsTest {
    private static final int GUEST_PORT = 7;
    private static final int START_LIMIT_S = 60;
    private static final int LIMIT_MS = 60_000;
    private static final int BYTES = 4 << 20;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"linux,microvm", "kvm,microvm", "kvm,q35"})
    void everyByteGoesInAndComesBack(String platform, String machine) throws Exception {
        int port = freePort();
        Path log = directory.resolve("log");
        List<String> command = new ArrayList<>(List.of(Commands.root().resolve("demi").toString(), "run", "--platform",
                platform, "--machine", machine, "-p", "127.0.0.1:" + port + ":" + GUEST_PORT, "deb:busybox-static",
                "--", "busybox", "nc", "-l", "-p", Integer.toString(GUEST_PORT), "-e", "busybox", "cat"));
        Process demi = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try (Socket socket = connect(port, demi)) {
            byte[] sent = new byte[BYTES];
            new Random(1).nextBytes(sent);
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
                try {
                    socket.getOutputStream().write(sent);
                    socket.shutdownOutput();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertArrayEquals(sent, socket.getInputStream().readAllBytes());
            writer.get(LIMIT_MS, TimeUnit.MILLISECONDS);
            assertTrue(demi.waitFor(LIMIT_MS, TimeUnit.MILLISECONDS), "the program does not end");
            assertEquals(0, demi.exitValue());
        } finally {
            demi.descendants().forEach(ProcessHandle::destroyForcibly);
            demi.destroyForcibly();
        }
    }

    /** passt leads the gateway's address to the host's own loopback. */
    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void clientReachesTheHostAndKnowsItsNameServer(String platform) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 6);
            exchange.getResponseBody().write("hello\n".getBytes(StandardCharsets.US_ASCII));
            exchange.close();
        });
        server.start();
        try {
            String script = "busybox wget -q -O - http://10.0.2.2:" + server.getAddress().getPort()
                    + "/; busybox cat /etc/resolv.conf; busybox head -n 1 /etc/hosts";
            Commands.Result result = Commands.demi(Duration.ofMillis(LIMIT_MS), "", List.of("run", "--platform",
                    platform, "--network", "passt", "deb:busybox-static", "--", "busybox", "sh", "-c", script));
            assertEquals(0, result.status(), result.transcript());
            assertEquals("hello\nnameserver 10.0.2.3\n127.0.0.1 localhost\n", result.output(), result.transcript());
        } finally {
            server.stop(0);
        }
    }

    /**
     * passt accepts before the program listens, and ends such a connection, after ten seconds if the instance was not
     * there yet: only one that gives a byte back counts.
     */
    private static Socket connect(int port, Process demi) throws IOException, InterruptedException {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_LIMIT_S);
        while (System.nanoTime() < endNs && demi.isAlive()) {
            Socket socket = new Socket();
            if (answers(socket, port)) {
                return socket;
            }
            socket.close();
            Thread.sleep(50);
        }
        throw new AssertionError("nobody answers at port " + port);
    }

    private static boolean answers(Socket socket, int port) {
        try {
            socket.setSoTimeout(LIMIT_MS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), LIMIT_MS);
            socket.getOutputStream().write('x');
            return socket.getInputStream().read() == 'x';
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}

package demitasse.test.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * An instance at a TAP device and the host's Linux in a namespace of the test, with {@link BadWire} between them: bulk
 * goes both ways and every byte is compared, whoever calls. The stack alone meets Linux in the kernel's
 * LinuxInteropTest.
 */
class BadWireTest {
    private static final String BYTES = "2000000";
    /** Busybox's nc reads nothing while it waits to write: what is on the way must fit into the buffers. */
    private static final String BUFFERED_BYTES = "200000";
    private static final int PORT = 7;
    private static final int LIMIT_S = 90;

    @TempDir
    Path directory;
    private final List<Process> processes = new ArrayList<>();
    private TapNamespace network;

    @BeforeEach
    void makeNamespace() {
        TapNamespace.require();
        // In the namespace there is no way to Debian's packages.
        Commands.fetch("deb:busybox-static");
        network = TapNamespace.empty();
        network.run("sysctl", "-q", "-w", "net.ipv6.conf.default.disable_ipv6=1");
        network.run("ip", "tuntap", "add", "inst0", "mode", "tap");
        // Linux must not answer there for its other device.
        network.run("ip", "link", "set", "inst0", "arp", "off", "up");
    }

    @AfterEach
    void removeNamespace() throws InterruptedException {
        for (Process process : processes) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        if (network != null) {
            network.close();
        }
    }

    /** The platform, who is who, and in thousandths: lost, repeated, reordered; then the delay of each way in ms. */
    @ParameterizedTest
    @CsvSource({"linux,10.78.0.1,10.78.0.2,0,0,0,0", "linux,10.78.0.1,10.78.0.2,20,20,50,5",
        "linux,fd78::1,fd78::2,20,20,50,5", "kvm,10.78.0.1,10.78.0.2,20,20,50,5", "kvm,fd78::1,fd78::2,0,0,0,0"})
    void everyByteReturnsToLinux(String platform, String guest, String host, int lost, int repeated, int reordered,
            int delayMs) throws Exception {
        beginWire(host, lost, repeated, reordered, delayMs);
        Process demi = run(platform, guest, "exec busybox nc -l -p " + PORT + " -e busybox cat");
        Process client = java("client", EchoClient.class, guest, PORT, BYTES);
        assertEnds(client);
        System.out.print(log("client"));
        assertEnds(demi);
    }

    /** The same with the instance as the one who calls. */
    @ParameterizedTest
    @CsvSource({"linux,10.78.0.1,10.78.0.2", "linux,fd78::1,fd78::2", "kvm,fd78::1,fd78::2"})
    void everyByteReturnsToTheInstance(String platform, String guest, String host) throws Exception {
        beginWire(host, 20, 20, 50, 5);
        Process server = java("client", EchoServer.class, host, PORT);
        awaitText(server, "client", "ready");
        String script = "busybox head -c %s /dev/urandom > /tmp/sent; busybox nc %s %d < /tmp/sent > /tmp/got;"
                .formatted(BUFFERED_BYTES, host, PORT) + " exec busybox cmp /tmp/sent /tmp/got";
        Process demi = run(platform, guest, script);
        assertEnds(demi);
        assertEnds(server);
    }

    private void beginWire(String host, int lost, int repeated, int reordered, int delayMs) throws Exception {
        Process wire = java("wire", BadWire.class, "inst0", "host0", lost, repeated, reordered, delayMs, 1);
        awaitText(wire, "wire", "ready");
        network.run("sysctl", "-q", "-w", "net.ipv6.conf.host0.disable_ipv6=0");
        boolean ipv6 = host.indexOf(':') >= 0;
        List<String> words = new ArrayList<>(List.of("ip", "addr", "add", host + (ipv6 ? "/64" : "/24"), "dev",
                "host0"));
        words.addAll(ipv6 ? List.of("nodad") : List.of());
        network.run(words.toArray(String[]::new));
        network.run("ip", "link", "set", "host0", "up");
    }

    private Process run(String platform, String guest, String script) throws IOException {
        return start("demi", Commands.root().resolve("demi").toString(), "run", "--platform", platform, "--network",
                "tap=inst0", "--ip", guest + (guest.indexOf(':') >= 0 ? "/64" : "/24"), "deb:busybox-static", "--",
                "busybox", "sh", "-c", script);
    }

    private void assertEnds(Process process) throws InterruptedException {
        assertTrue(process.waitFor(LIMIT_S, TimeUnit.SECONDS), () -> "no end; " + logs());
        assertEquals(0, process.exitValue(), () -> logs());
    }

    private Process java(String name, Class<?> program, Object... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx64m", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), program.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return start(name, command.toArray(String[]::new));
    }

    private Process start(String name, String... words) throws IOException {
        List<String> command = new ArrayList<>(network.prefix());
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(directory.resolve(name).toFile()).start();
        processes.add(process);
        return process;
    }

    private void awaitText(Process process, String name, String text) throws InterruptedException {
        while (!log(name).contains(text)) {
            assertTrue(process.isAlive(), () -> logs());
            Thread.sleep(20);
        }
    }

    private String logs() {
        return "wire: " + log("wire") + "\nclient: " + log("client") + "\ninstance: " + log("demi");
    }

    private String log(String name) {
        try {
            Path file = directory.resolve(name);
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException failure) {
            return failure.toString();
        }
    }
}

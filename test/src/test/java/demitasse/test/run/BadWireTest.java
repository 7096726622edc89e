package demitasse.test.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
 * goes both ways and every byte is compared. The stack alone meets Linux in the kernel's LinuxInteropTest.
 */
class BadWireTest {
    private static final String BYTES = "2000000";
    private static final int LIMIT_S = 40;
    private static final int IMAGE_LIMIT_S = 300;

    @TempDir
    Path directory;
    private final List<Process> processes = new ArrayList<>();
    private TapNamespace network;

    @BeforeEach
    void makeNamespace() {
        TapNamespace.require();
        // In the namespace there is no way to Debian's packages.
        Commands.Result image = Commands.demi(Duration.ofSeconds(IMAGE_LIMIT_S), "", List.of("run", "--platform",
                "linux", "deb:busybox-static", "--", "busybox", "true"));
        assertEquals(0, image.status(), image.transcript());
        network = TapNamespace.empty();
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

    /** In thousandths: lost, repeated, reordered; then the delay of each way in ms. */
    @ParameterizedTest
    @CsvSource({"0,0,0,0", "20,20,50,5"})
    void everyByteReturns(int lost, int repeated, int reordered, int delayMs) throws Exception {
        Process wire = java("wire", BadWire.class, "inst0", "host0", lost, repeated, reordered, delayMs, 1);
        awaitText(wire, "wire", "ready");
        network.run("ip", "addr", "add", "10.78.0.2/24", "dev", "host0");
        network.run("ip", "link", "set", "host0", "up");
        Process demi = start("demi", Commands.root().resolve("demi").toString(), "run", "--platform", "linux",
                "--network", "tap=inst0", "--ip", "10.78.0.1/24", "deb:busybox-static", "--", "busybox", "nc", "-l",
                "-p", "7", "-e", "busybox", "cat");
        Process client = java("client", EchoClient.class, "10.78.0.1", 7, BYTES);
        assertTrue(client.waitFor(LIMIT_S, TimeUnit.SECONDS), () -> "no end; " + logs());
        assertEquals(0, client.exitValue(), () -> logs());
        System.out.print(log("client"));
        assertTrue(demi.waitFor(LIMIT_S, TimeUnit.SECONDS), () -> "the program does not end; " + logs());
        assertEquals(0, demi.exitValue(), () -> logs());
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

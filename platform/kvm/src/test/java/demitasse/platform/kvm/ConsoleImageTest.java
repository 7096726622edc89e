package demitasse.platform.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The streams and the control port, with this test in the place of the tool. */
@Tag("qemu")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ConsoleImageTest {
    private static final int LONG_INPUT_BYTES = 300_000;

    private static Path kernel;

    @TempDir
    private Path directory;
    private ServerSocketChannel server;

    @BeforeAll
    static void compile() throws IOException {
        kernel = TestImages.compile("panic", PanicImage.class);
    }

    @BeforeEach
    void listen() throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(directory.resolve("control")));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"microvm", "q35"})
    void inputIsEchoedUntilTheToolTellsItsEnd(String machine) throws IOException, InterruptedException {
        Process qemu = start(machine, "c");
        try (SocketChannel control = server.accept()) {
            byte[] sent = new byte[LONG_INPUT_BYTES];
            new Random(1).nextBytes(sent);
            Thread writer = Thread.startVirtualThread(() -> sendAll(qemu, sent));
            byte[] received = qemu.getInputStream().readNBytes(LONG_INPUT_BYTES);
            assertEquals(-1, Arrays.mismatch(sent, received));
            writer.join();
            tell(control, "eof " + LONG_INPUT_BYTES + "\n");
            assertEquals("exit 42\n", text(Channels.newInputStream(control)));
        }
        qemu.waitFor();
        assertEquals("", Files.readString(directory.resolve("serial")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"microvm", "q35"})
    void signalsAndTheWindowSizeArrive(String machine) throws IOException, InterruptedException {
        Process qemu = start(machine, "h");
        try (SocketChannel control = server.accept()) {
            while (!Files.exists(directory.resolve("error")) || Files.size(directory.resolve("error")) == 0) {
                assertTrue(qemu.isAlive(), () -> "nothing on standard error; the serial line says: " + serial());
                Thread.sleep(10);
            }
            tell(control, "signal 15\n");
            assertEquals('a' + 15, qemu.getInputStream().read());
            tell(control, "size 7 80\nnonsense\n\nsignal 999\nsignal 2\nsignal 10\n");
            assertEquals('a' + 2, qemu.getInputStream().read());
            assertEquals('a' + 10, qemu.getInputStream().read());
            assertEquals('7', qemu.getInputStream().read());
            assertEquals("exit 80\n", text(Channels.newInputStream(control)));
        }
        qemu.waitFor();
        assertEquals("o", Files.readString(directory.resolve("error")));
    }

    private static void sendAll(Process qemu, byte[] bytes) {
        try {
            qemu.getOutputStream().write(bytes);
            qemu.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void tell(SocketChannel control, String lines) throws IOException {
        control.write(ByteBuffer.wrap(lines.getBytes(StandardCharsets.US_ASCII)));
    }

    private String serial() {
        try {
            return Files.readString(directory.resolve("serial"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(InputStream input) throws IOException {
        return new String(input.readAllBytes(), StandardCharsets.US_ASCII);
    }

    private Process start(String machine, String commandLine) throws IOException {
        boolean micro = machine.equals("microvm");
        return TestImages.start(kernel, micro ? TestImages.MICROVM : TestImages.Q35, 16, commandLine, List.of(
                "-chardev", "stdio,id=program,signal=off", "-chardev", "socket,id=control,path=" + path("control"),
                "-chardev", "file,id=error,path=" + path("error"), "-chardev", "file,id=log,path=" + path("log"),
                "-chardev", "file,id=serial,path=" + path("serial"), "-serial", "chardev:serial",
                "-device", micro
                        ? "virtio-serial-device,id=ports,max_ports=5" : "virtio-serial-pci,id=ports,max_ports=5",
                "-device", "virtserialport,bus=ports.0,nr=4,chardev=program,name=demi.program",
                "-device", "virtconsole,bus=ports.0,nr=1,chardev=error",
                "-device", "virtserialport,bus=ports.0,nr=2,chardev=control,name=demi.control",
                "-device", "virtconsole,bus=ports.0,nr=3,chardev=log"));
    }

    private Path path(String name) {
        return directory.resolve(name);
    }
}

package demitasse.tools.vmm;

import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Our ends of a virtual machine's streams. */
final class QemuPorts implements Closeable {
    static final List<String> SOCKETS = List.of("error", "control", "log", "serial");
    private static final int COPY_BYTES = 1 << 16;
    private static final int SIGWINCH = 28;
    private static final long DRAIN_MS = 2_000;
    private static final int LINE_BYTES_MAX = 4096;
    private static final String EXIT = "exit ";
    /** What the kernel prints last on the serial line where it finds no control port. */
    private static final String SERIAL_EXIT = "demitasse: exit ";

    private final Path directory;
    private final InstanceSpec spec;
    private final List<ServerSocketChannel> servers = new ArrayList<>();
    private final List<Thread> readers = new ArrayList<>();
    private final StringBuilder pendingLines = new StringBuilder();
    private OutputStream control;
    private volatile int exitStatus = -1;

    QemuPorts(Path directory, InstanceSpec spec) throws IOException {
        this.directory = directory;
        this.spec = spec;
        for (String name : SOCKETS) {
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            servers.add(server.bind(UnixDomainSocketAddress.of(directory.resolve(name))));
        }
    }

    void serve(Process qemu) throws IOException {
        OutputStream log = spec.straceFile().isPresent()
                ? new FileOutputStream(spec.straceFile().get().toFile()) : System.err;
        start("error", 0, input -> copy(input, System.err));
        start("control", 1, this::readControl);
        start("log", 2, input -> copy(input, log));
        start("serial", 3, this::readSerial);
        Thread input = new Thread(() -> sendInput(qemu.getOutputStream()), "standard input");
        input.setDaemon(true);
        input.start();
    }

    /** The status that the guest has told, or -1. */
    int exitStatus() {
        return exitStatus;
    }

    /** Waits until all that the guest has written is passed on. */
    void drain() throws InterruptedException, IOException {
        for (ServerSocketChannel server : servers) {
            server.close();
        }
        for (Thread reader : readers) {
            reader.join(DRAIN_MS);
        }
        System.out.flush();
        System.err.flush();
    }

    void signal(int signal) {
        Optional<InstanceSpec.WindowSize> size =
                signal == SIGWINCH ? Terminal.windowSize(spec.terminals()) : Optional.empty();
        size.ifPresent(s -> send("size " + s.rows() + " " + s.columns()));
        send("signal " + signal);
    }

    /** What QEMU itself has complained about. */
    String firstLineOfQemu() throws IOException {
        for (String line : Files.readAllLines(directory.resolve("qemu.log"), StandardCharsets.ISO_8859_1)) {
            if (!line.contains("warning:")) {
                return line;
            }
        }
        return "";
    }

    @Override
    public void close() throws IOException {
        for (ServerSocketChannel server : servers) {
            server.close();
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(directory);
    }

    private interface Reader {
        void read(InputStream input) throws IOException;
    }

    private void start(String name, int server, Reader reader) {
        Thread thread = new Thread(() -> {
            try (SocketChannel channel = servers.get(server).accept()) {
                if (name.equals("control")) {
                    connected(Channels.newOutputStream(channel));
                }
                reader.read(Channels.newInputStream(channel));
            } catch (IOException e) {
                // The machine has ended, or never started: attend() says which.
                return;
            }
        }, name);
        thread.setDaemon(true);
        thread.start();
        readers.add(thread);
    }

    private static void copy(InputStream input, OutputStream output) throws IOException {
        byte[] bytes = new byte[COPY_BYTES];
        for (int count = input.read(bytes); count >= 0; count = input.read(bytes)) {
            output.write(bytes, 0, count);
            output.flush();
        }
    }

    private void readControl(InputStream input) throws IOException {
        for (String line = line(input); line != null; line = line(input)) {
            if (line.startsWith(EXIT)) {
                exitStatus = status(line.substring(EXIT.length()));
            }
        }
    }

    private void readSerial(InputStream input) throws IOException {
        for (String line = line(input); line != null; line = line(input)) {
            if (line.startsWith(SERIAL_EXIT)) {
                exitStatus = status(line.substring(SERIAL_EXIT.length()));
            } else {
                System.err.write((line + "\n").getBytes(StandardCharsets.ISO_8859_1));
                System.err.flush();
            }
        }
    }

    private static String line(InputStream input) throws IOException {
        StringBuilder line = new StringBuilder();
        int c = input.read();
        if (c < 0) {
            return null;
        }
        for (; c >= 0 && c != '\n' && line.length() < LINE_BYTES_MAX; c = input.read()) {
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    private static int status(String text) {
        try {
            return Integer.parseInt(text.trim()) & 0xff;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private void sendInput(OutputStream guest) {
        byte[] bytes = new byte[COPY_BYTES];
        long total = 0;
        try (guest) {
            for (int count = System.in.read(bytes); count >= 0; count = System.in.read(bytes)) {
                guest.write(bytes, 0, count);
                guest.flush();
                total += count;
            }
        } catch (IOException e) {
            // The guest reads no more, or our input broke off; either way this was all of it.
            assert total >= 0;
        }
        send("eof " + total);
    }

    /** Lines from before the port was there have waited. */
    private synchronized void connected(OutputStream output) throws IOException {
        control = output;
        output.write(pendingLines.toString().getBytes(StandardCharsets.US_ASCII));
        output.flush();
    }

    private synchronized void send(String line) {
        if (control == null) {
            pendingLines.append(line).append('\n');
            return;
        }
        try {
            control.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
            control.flush();
        } catch (IOException e) {
            // The guest is gone; its exit status is what counts now.
            control = null;
        }
    }
}

package demitasse.tools.vmm;

import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
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

/**
 * Our ends of a virtual machine's streams: a listening socket each, which QEMU connects to when it starts.
 */
final class QemuPorts implements Closeable {
    static final String SERIAL = "serial";
    static final String ERROR = "error";
    static final String CONTROL = "control";
    static final String LOG = "log";
    static final String PROGRAM = "program";
    static final List<String> SOCKETS = List.of(PROGRAM, ERROR, CONTROL, LOG, SERIAL);
    private static final int COPY_BYTES = 1 << 16;
    private static final int LINE_BYTES_MAX = 4096;
    private static final int SIGWINCH = 28;
    /** As a shell says of what a signal has ended. */
    private static final int SIGNALLED = 128;
    private static final String EXIT = "exit ";
    private static final String QEMU_LOG = "qemu.log";

    private final Path directory;
    private final InstanceSpec spec;
    private final List<ServerSocketChannel> servers = new ArrayList<>();
    private final List<Thread> readers = new ArrayList<>();
    private final StringBuilder linesForLater = new StringBuilder();
    private OutputStream control;
    private volatile int exitStatus = -1;
    /** The machine has ended. */
    private volatile boolean ended;

    QemuPorts(Path directory, InstanceSpec spec) {
        this.directory = directory;
        this.spec = spec;
    }

    void listen() throws IOException {
        OutputStream log = spec.straceFile().isPresent()
                ? new FileOutputStream(spec.straceFile().get().toFile()) : logOnErrors();
        serve(PROGRAM, channel -> {
            sendInput(Channels.newOutputStream(channel));
            copy(Channels.newInputStream(channel), new FileOutputStream(FileDescriptor.out));
        });
        serve(ERROR, channel -> copy(Channels.newInputStream(channel), System.err));
        serve(LOG, channel -> copy(Channels.newInputStream(channel), log));
        serve(SERIAL, channel -> readSerial(channel, System.err));
        serve(CONTROL, channel -> {
            connected(Channels.newOutputStream(channel));
            readControl(Channels.newInputStream(channel));
        });
    }

    /** What the kernel itself writes has passed no terminal of the instance, and ours is raw by then. */
    private OutputStream logOnErrors() {
        if (!spec.inputIsTerminal() || !spec.terminals().contains(2)) {
            return System.err;
        }
        return new FilterOutputStream(System.err) {
            @Override
            public void write(int b) throws IOException {
                if (b == '\n') {
                    out.write('\r');
                }
                out.write(b);
            }
        };
    }

    /**
     * Passes our standard input on, in a thread of its own. The guest's side stays open at its end: QEMU
     * would take that for a disconnection of the port and drop what the program still writes to it.
     */
    private void sendInput(OutputStream guest) {
        Thread input = new Thread(() -> copyInput(guest), "standard input");
        input.setDaemon(true);
        input.start();
    }

    /** The status that the guest has told, or -1. */
    int exitStatus() {
        return exitStatus;
    }

    /**
     * Waits until all that the guest has written is passed on, however long our reader takes, as a program would that
     * wrote to it by itself; a signal ends that as it would end the program.
     */
    void drain() throws InterruptedException, IOException {
        ended = true;
        closeServers();
        for (Thread reader : readers) {
            reader.join();
        }
        System.out.flush();
        System.err.flush();
    }

    void signal(int signal) {
        if (ended && signal != SIGWINCH) {
            end(SIGNALLED + signal);
        }
        Optional<InstanceSpec.WindowSize> size =
                signal == SIGWINCH ? Terminal.windowSize(spec.terminals()) : Optional.empty();
        size.ifPresent(s -> send("size " + s.rows() + " " + s.columns()));
        send("signal " + signal);
    }

    /** Ends this process with nothing left behind, in the middle of {@link #drain}. */
    private void end(int status) {
        try {
            close();
        } catch (IOException e) {
            // What could not be removed stays: there is nobody to tell.
            assert ended;
        }
        System.exit(status);
    }

    /** Where QEMU's own messages go. */
    Path qemuLog() {
        return directory.resolve(QEMU_LOG);
    }

    /** What QEMU itself has complained about first. */
    String firstLineOfQemu() throws IOException {
        for (String line : Files.readAllLines(qemuLog(), StandardCharsets.ISO_8859_1)) {
            if (!line.contains("warning:")) {
                return line;
            }
        }
        return "";
    }

    @Override
    public void close() throws IOException {
        closeServers();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(directory);
    }

    private interface Service {
        void serve(SocketChannel channel) throws IOException;
    }

    private void serve(String name, Service service) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        servers.add(server.bind(UnixDomainSocketAddress.of(directory.resolve(name))));
        Thread thread = new Thread(() -> {
            try (SocketChannel channel = server.accept()) {
                service.serve(channel);
            } catch (IOException e) {
                // The machine has ended, or never started: Qemu says which.
                return;
            }
        }, name);
        thread.setDaemon(true);
        thread.start();
        readers.add(thread);
    }

    private void closeServers() throws IOException {
        for (ServerSocketChannel server : servers) {
            server.close();
        }
    }

    private static void copy(InputStream input, OutputStream output) throws IOException {
        byte[] bytes = new byte[COPY_BYTES];
        for (int count = input.read(bytes); count >= 0; count = input.read(bytes)) {
            output.write(bytes, 0, count);
            output.flush();
        }
    }

    private void readSerial(SocketChannel channel, OutputStream target) throws IOException {
        SerialOutput serial = new SerialOutput(target, spec.kernel());
        try {
            serial.copy(Channels.newInputStream(channel));
        } finally {
            if (serial.exitStatus() >= 0) {
                exitStatus = serial.exitStatus();
            }
        }
    }

    private void readControl(InputStream input) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = input.read(); c >= 0; c = input.read()) {
            if (c != '\n') {
                line.append(line.length() < LINE_BYTES_MAX ? String.valueOf((char) c) : "");
                continue;
            }
            if (line.indexOf(EXIT) == 0) {
                exitStatus = status(line.substring(EXIT.length()));
            }
            line.setLength(0);
        }
    }

    private static int status(String text) {
        try {
            return Integer.parseInt(text.strip()) & 0xff;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private void copyInput(OutputStream guest) {
        byte[] bytes = new byte[COPY_BYTES];
        long totalBytes = 0;
        try {
            for (int count = System.in.read(bytes); count >= 0; count = System.in.read(bytes)) {
                guest.write(bytes, 0, count);
                guest.flush();
                totalBytes += count;
            }
        } catch (IOException e) {
            // The guest takes no more, or our input broke off; either way this was all of it.
            assert totalBytes >= 0;
        }
        send("eof " + totalBytes);
    }

    /** Lines from before the port was there have waited. */
    private synchronized void connected(OutputStream output) throws IOException {
        control = output;
        output.write(linesForLater.toString().getBytes(StandardCharsets.US_ASCII));
        output.flush();
    }

    private synchronized void send(String line) {
        if (control == null) {
            linesForLater.append(line).append('\n');
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

package demitasse.tools.vmm;

import demitasse.tools.DemiException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * passt(1): brings the frames of an instance to sockets of the host, without any right of root. It serves one instance
 * and ends with it.
 */
public final class Passt implements AutoCloseable {
    private static final String ADDRESS = "10.0.2.15";
    private static final String GATEWAY = "10.0.2.2";
    private static final int PREFIX_BITS = 24;
    private static final long START_LIMIT_S = 60;

    private final Path directory;

    private Passt(Path directory) {
        this.directory = directory;
    }

    /** Starts it; returns when instances may connect. */
    public static Passt start(String searchPath, List<Forward> forwards) throws IOException, InterruptedException {
        Path program = find(searchPath).orElseThrow(() -> new DemiException(
                "publishing ports needs the program passt, which is not installed; on Debian: apt install passt"));
        Path directory = Files.createTempDirectory("demi-net-");
        Passt passt = new Passt(directory);
        Path log = directory.resolve("log");
        Process process = new ProcessBuilder(commandLine(program, passt.socket(), forwards))
                .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        // It goes into the background by itself once it listens.
        if (!process.waitFor(START_LIMIT_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            String said = lastLine(log);
            passt.close();
            throw new DemiException("passt has not started" + (said.isEmpty() ? "" : ": " + said));
        }
        return passt;
    }

    static List<String> commandLine(Path program, Path socket, List<Forward> forwards) {
        List<String> command = new ArrayList<>(List.of(program.toString(), "--one-off", "--quiet", "--socket",
                socket.toString(), "--ipv4-only", "--address", ADDRESS, "--netmask", Integer.toString(PREFIX_BITS),
                "--gateway", GATEWAY));
        // Root would become nobody, who cannot reach a directory of root's.
        command.addAll(List.of("--runas", Integer.toString(userId())));
        for (Forward forward : forwards) {
            command.addAll(List.of(forward.udp() ? "-u" : "-t", forward.forPasst()));
        }
        return command;
    }

    private static int userId() {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            return 0;
        }
    }

    private static Optional<Path> find(String searchPath) {
        return Stream.of(searchPath.split(":")).map(directory -> Path.of(directory, "passt"))
                .filter(Files::isExecutable).findFirst();
    }

    private static String lastLine(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return lines.isEmpty() ? "" : lines.getLast().strip();
    }

    private Path socket() {
        return directory.resolve("socket");
    }

    public Network network() {
        return new Network(socket(), ADDRESS + "/" + PREFIX_BITS, GATEWAY);
    }

    /** Removes its directory. passt itself ends when the instance's end of the socket is closed. */
    @Override
    public void close() throws IOException {
        for (String name : List.of("socket", "log")) {
            Files.deleteIfExists(directory.resolve(name));
        }
        Files.deleteIfExists(directory);
    }
}

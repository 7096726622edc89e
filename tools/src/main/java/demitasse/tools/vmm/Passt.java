package demitasse.tools.vmm;

import demitasse.tools.DemiException;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * passt(1): brings the frames of an instance to sockets of the host, without any right of root. It serves one instance
 * and ends with it.
 */
public final class Passt implements AutoCloseable {
    private static final String ADDRESS = "10.0.2.15";
    private static final String GATEWAY = "10.0.2.2";
    /** An address that passt answers at with the host's own name server, wherever that is. */
    private static final String NAME_SERVER = "10.0.2.3";
    private static final int PREFIX_BITS = 24;
    /** RFC 4193: of the instance and passt alone, nobody else ever sees them. */
    private static final String ADDRESS6 = "fd64:656d:69::15";
    private static final String GATEWAY6 = "fd64:656d:69::2";
    private static final int PREFIX6_BITS = 64;
    /** It says so and goes on with IPv4, where that will do. */
    private static final String NO_IPV6 = "No external routable interface for IPv6";
    private static final long START_LIMIT_S = 60;
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

    private final Path program;
    private final List<Forward> forwards;
    private final Path directory;
    private boolean closed;

    Passt(Path program, List<Forward> forwards, Path directory) {
        this.program = program;
        this.forwards = forwards;
        this.directory = directory;
    }

    /** Finds the program, and starts nothing. */
    public static Passt find(String searchPath, List<Forward> forwards) {
        Path program = Stream.of(searchPath.split(":")).map(directory -> Path.of(directory, "passt"))
                .filter(Files::isExecutable).findFirst().orElseThrow(() -> new DemiException("--publish and"
                        + " --network passt need the program passt, which is not on this host (Debian package passt)"));
        String name = "demi-net-" + ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime());
        return new Passt(program, forwards, Path.of(System.getProperty("java.io.tmpdir"), name));
    }

    /** Returns when an instance may connect; refuses, with nothing left, when a port cannot be had. */
    public void start() throws IOException, InterruptedException {
        forwards.forEach(Forward::requireFree);
        // A signal may end us before the instance is there to have it.
        Runtime.getRuntime().addShutdownHook(new Thread(this::tidy));
        Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(PRIVATE));
        Path log = directory.resolve("log");
        Process process = new ProcessBuilder(commandLine()).redirectErrorStream(true).redirectOutput(log.toFile())
                .start();
        // It goes into the background by itself once it listens.
        if (!process.waitFor(START_LIMIT_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            List<String> said = Files.readAllLines(log);
            throw new DemiException(said.stream().anyMatch(NO_IPV6::equals) && publishesIpv6()
                    ? "no port can be published at an IPv6 address: passt finds no default route of IPv6 on this host"
                    : "passt has not started" + (said.isEmpty() ? "" : ": " + said.getLast().strip()));
        }
    }

    /** What {@link #start} runs. */
    public List<String> commandLine() {
        List<String> command = new ArrayList<>(List.of(program.toString(), "--one-off", "--quiet", "--socket",
                socket().toString(), "--address", ADDRESS, "--netmask", Integer.toString(PREFIX_BITS),
                "--gateway", GATEWAY, "--dns-forward", NAME_SERVER));
        if (publishesIpv6()) {
            // Otherwise it sends to an address of the host until the instance has been heard.
            command.addAll(List.of("--address", ADDRESS6, "--gateway", GATEWAY6));
        }
        // Root would become nobody, who cannot reach a directory of root's.
        command.addAll(List.of("--runas", Integer.toString(userId())));
        for (Forward forward : forwards) {
            command.addAll(List.of(forward.udp() ? "-u" : "-t", forward.forPasst()));
        }
        return command;
    }

    private boolean publishesIpv6() {
        return forwards.stream().anyMatch(Forward::isIpv6);
    }

    private static int userId() {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            return 0;
        }
    }

    private Path socket() {
        return directory.resolve("socket");
    }

    public Network network() {
        boolean ipv6 = publishesIpv6();
        Addresses addresses = new Addresses(ADDRESS + "/" + PREFIX_BITS, GATEWAY,
                ipv6 ? ADDRESS6 + "/" + PREFIX6_BITS : "", ipv6 ? GATEWAY6 : "");
        return new Network(new Network.Stream(socket()), addresses, List.of(NAME_SERVER), "", Optional.empty());
    }

    private void tidy() {
        try {
            close();
        } catch (IOException e) {
            // What could not be removed stays: there is nobody to tell.
            assert !closed;
        }
    }

    /** Removes its directory. passt itself ends with the first connection, which may never have come. */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket()));
        } catch (IOException e) {
            // It has served its instance already, or was never there.
            assert !e.getMessage().isEmpty();
        }
        for (String name : List.of("socket", "log")) {
            Files.deleteIfExists(directory.resolve(name));
        }
        Files.deleteIfExists(directory);
        closed = true;
    }
}

package demitasse.test.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.SimpleFileServer;
import com.sun.net.httpserver.SimpleFileServer.OutputLevel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Debian's apt-get and curl in an instance, going out through passt to a server on the host's loopback. */
class OutgoingClientsTest {
    private static final Duration LIMIT = Duration.ofSeconds(300);
    private static final int DATA_BYTES = 3_000_000;
    private static final String CONTROL = """
        Package: demi-hello
        Version: 1.0
        Architecture: all
        Maintainer: nobody <nobody@example.org>
        Description: bytes that nobody needs
        """;
    /** passt leads the gateway's address to the host. */
    private static final String SCRIPT = """
        cd /tmp
        echo "deb [trusted=yes] http://10.0.2.2:PORT/ flat/" > /etc/apt/sources.list
        apt-get -qq update 2> warnings && apt-get -qq download demi-hello 2>> warnings || cat warnings
        sha256sum < demi-hello_1.0_all.deb
        curl -s http://10.0.2.2:PORT/data | sha256sum
        curl -s -o /dev/null -w '%{http_code}\\n' http://10.0.2.2:PORT/none
        """;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void packagesAndFilesComeWhole(String platform) throws Exception {
        Path served = Files.createDirectory(directory.resolve("served"));
        byte[] data = new byte[DATA_BYTES];
        new Random(1).nextBytes(data);
        Files.write(served.resolve("data"), data);
        String archive = makeRepository(served, data);
        var server = SimpleFileServer.createFileServer(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0),
                served, OutputLevel.NONE);
        server.start();
        try {
            String script = SCRIPT.replace("PORT", Integer.toString(server.getAddress().getPort()));
            Commands.Result result = Commands.demi(LIMIT, "", List.of("run", "--platform", platform, "--network",
                    "passt", "deb:apt,curl,dash,coreutils", "--", "sh", "-c", script));
            assertEquals(0, result.status(), result.transcript());
            assertEquals(archive + "  -\n" + sum(data) + "  -\n404\n", result.output(), result.transcript());
        } finally {
            server.stop(0);
        }
    }

    /** A flat repository of one package, sources.list(5); returns the package's sum. */
    private String makeRepository(Path served, byte[] data) throws Exception {
        Path tree = directory.resolve("tree");
        Files.createDirectories(tree.resolve("DEBIAN"));
        Files.writeString(tree.resolve("DEBIAN/control"), CONTROL);
        Files.write(tree.resolve("data"), data);
        Path archive = Files.createDirectory(served.resolve("flat")).resolve("demi-hello_1.0_all.deb");
        Commands.Result made = Commands.run(LIMIT, "", List.of("dpkg-deb", "--root-owner-group", "-b", tree.toString(),
                archive.toString()));
        assertTrue(made.status() == 0, made.transcript());
        String sum = sum(Files.readAllBytes(archive));
        Files.writeString(served.resolve("flat/Packages"), CONTROL + "Filename: flat/demi-hello_1.0_all.deb\nSize: "
                + Files.size(archive) + "\nSHA256: " + sum + "\n");
        return sum;
    }

    private static String sum(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}

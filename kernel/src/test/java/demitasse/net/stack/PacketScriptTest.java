package demitasse.net.stack;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** TCP by state: every script of {@code resources/demitasse/net/scripts}, over IPv4 and over IPv6. */
class PacketScriptTest {
    private static final Path SCRIPTS = Path.of("src/test/resources/demitasse/net/scripts");
    private static final String HEAD = "== ";

    @TestFactory
    Stream<DynamicTest> scripts() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> files = Files.list(SCRIPTS)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".script")).sorted().toList()) {
                for (String part : Files.readString(file).split("(?m)^" + HEAD)) {
                    if (part.isBlank() || part.startsWith("#")) {
                        continue;
                    }
                    int end = part.indexOf('\n');
                    String name = file.getFileName() + ": " + part.substring(0, end);
                    tests.add(DynamicTest.dynamicTest(name + ", IPv4", () -> play(true, part.substring(end))));
                    tests.add(DynamicTest.dynamicTest(name + ", IPv6", () -> play(false, part.substring(end))));
                }
            }
        }
        assertTrue(tests.size() > 100, "there are scripts");
        return tests.stream();
    }

    @Test
    void aScriptThatIsWrongFails() {
        assertThrows(AssertionError.class, () -> play(true, "established\nwrite 10\n"), "more is sent than it says");
        assertThrows(AssertionError.class, () -> play(true, "established\nwrite 10\n> . 1:10 ack 1\n"));
        assertThrows(AssertionError.class, () -> play(true, "established\nwrite 10\n+0.1 > . 1:11 ack 1\n"));
        assertThrows(AssertionError.class, () -> play(true, "established\n> . 1:1 ack 1\n"));
        assertThrows(AssertionError.class, () -> play(true, "established\nstate LISTEN\n"));
    }

    private static void play(boolean ipv4, String text) {
        new PacketScript(ipv4).play(PacketScript.lines(text));
    }
}

package demitasse.test.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a bug in the kernel looks like to whoever runs demi: the reason, and where in the Java sources. */
class PanicTest {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final String SOURCE = "demitasse/boot/PanicDrill.java";

    @ParameterizedTest
    @CsvSource({"linux, reason, the command line has asked for it, throw Panic.because",
        "linux, check, a check failed, words[kind.length()] = 1",
        "kvm, reason, the command line has asked for it, throw Panic.because",
        "kvm, check, a check failed, words[kind.length()] = 1"})
    void panicShowsItsJavaLine(String platform, String kind, String reason, String statement) throws IOException {
        Commands.Result result = Commands.demi(LIMIT, "", List.of("run", "--platform", platform, "--kernel",
                "panic=" + kind, "deb:busybox-static", "--", "busybox", "echo", "reached"));
        assertEquals(125, result.status(), result::transcript);
        assertEquals("", result.output());
        assertTrue(result.errors().contains("demitasse panic: " + reason), result::transcript);
        String frame = "PanicDrill.expired (" + SOURCE + ":" + lineOf(statement) + ")";
        assertTrue(result.errors().contains(frame), () -> "no " + frame + " in " + result.transcript());
        assertTrue(result.errors().contains("Boot.run (demitasse/boot/Boot.java:"), result::transcript);
    }

    private static int lineOf(String statement) throws IOException {
        List<String> lines = Files.readAllLines(Commands.root().resolve("kernel/src/main/java").resolve(SOURCE));
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(statement)) {
                return i + 1;
            }
        }
        throw new AssertionError(statement + " is not in " + SOURCE);
    }
}

package demitasse.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the host sees of a kernel that finds a bug in itself, of its streams and of its signals. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PanicImageTest {
    private static final int PANIC_STATUS = 125;
    private static final Pattern FRAME = Pattern.compile("#\\d+ 0x[0-9a-f]{16} \\(\\+(0x[0-9a-f]+)\\)");

    private static Path kernel;

    @BeforeAll
    static void compile() throws IOException {
        kernel = TestImages.compile("panic", PanicImage.class);
    }

    @ParameterizedTest
    @CsvSource({
        "n,a check failed",
        "b,a check failed",
        "d,a check failed",
        "s,the kernel stack overflowed",
        "t,a page fault in the kernel",
        "r,a reason of its own",
        "e,java.lang.IllegalStateException: thrown",
    })
    void aBugStopsTheInstanceAndNamesReasonTaskAndLine(String mode, String reason)
            throws IOException, InterruptedException {
        List<String> lines = TestImages.run(kernel, mode, PANIC_STATUS);
        String text = String.join("\n", lines);
        assertTrue(lines.get(0).startsWith("demitasse panic: " + reason), text);
        assertEquals("task 7 one", lines.get(1), text);
        String places = symbolised(text);
        assertTrue(places.contains("PanicImage.java:"), text + "\n" + places);
    }

    @Test
    void streamsAreEchoedUntilTheirEnd() throws IOException, InterruptedException {
        Process process = TestImages.start(kernel, "c");
        try (var input = process.outputWriter()) {
            input.write("first\n");
            input.flush();
            assertEquals("first", process.inputReader().readLine());
            input.write("second\n");
            input.flush();
            assertEquals("second", process.inputReader().readLine());
        }
        assertEquals(0, process.waitFor());
    }

    @Test
    void hostSignalsReachTheKernelOneByOne() throws IOException, InterruptedException {
        Process process = TestImages.start(kernel, "h");
        assertEquals('o', process.getInputStream().read());
        for (String signal : List.of("TERM", "USR1", "WINCH")) {
            new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
            assertEquals('a' + number(signal), process.getInputStream().read());
        }
        assertEquals(0, process.waitFor());
    }

    private static int number(String signal) {
        return switch (signal) {
            case "TERM" -> 15;
            case "USR1" -> 10;
            default -> 28;
        };
    }

    private static String symbolised(String text) throws IOException {
        StringBuilder result = new StringBuilder();
        Matcher frames = FRAME.matcher(text);
        for (int i = 0; i < 8 && frames.find(); i++) {
            Process process = new ProcessBuilder("addr2line", "-i", "-e", kernel + ".debug", frames.group(1)).start();
            result.append(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        }
        return result.toString();
    }
}

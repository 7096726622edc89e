package demitasse.platform.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is printed of a kernel that finds a bug in itself: null, W^X, the guard page, Java's own checks. */
@Tag("qemu")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PanicImageTest {
    private static final Pattern FRAME = Pattern.compile("#\\d+ (?:at )?(0x[0-9a-f]{16})");

    private static Path kernel;

    @BeforeAll
    static void compile() throws IOException {
        kernel = TestImages.compile("panic", PanicImage.class);
    }

    @ParameterizedTest
    @CsvSource({
        "n,a check failed",
        "z,a page fault in the kernel: null was used",
        "b,a check failed",
        "d,a check failed",
        "s,the kernel stack overflowed",
        "t,a page fault in the kernel: its text was written to",
        "a,a page fault in the kernel",
        "u,a page fault in the kernel",
        "r,a reason of its own",
        "e,java.lang.IllegalStateException: thrown",
    })
    void aBugStopsTheMachineAndNamesReasonTaskAndLine(String mode, String reason)
            throws IOException, InterruptedException {
        List<String> lines = TestImages.boot(kernel, TestImages.MICROVM, 16, mode);
        String text = String.join("\n", lines);
        assertEquals("demitasse panic: " + reason, lines.get(0), text);
        assertEquals("task 7 one", lines.get(1), text);
        assertEquals("demitasse: exit 125", lines.getLast(), text);
        String places = symbolised(text);
        assertTrue(places.contains("PanicImage.java:"), text + "\n" + places);
    }

    @ParameterizedTest
    @CsvSource({"w size=7x80,7,80", "w,0,0", "w size=,0,0", "w bigsize=1x2 size=3x9,3,9"})
    void theTerminalsSizeComesFromTheCommandLine(String line, String rows, String columns)
            throws IOException, InterruptedException {
        List<String> lines = TestImages.boot(kernel, TestImages.MICROVM, 16, line);
        assertEquals(List.of(rows, "demitasse: exit " + columns), lines);
    }

    private static String symbolised(String text) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("addr2line", "-fie", kernel + ".debug"));
        for (Matcher frame = FRAME.matcher(text); frame.find();) {
            command.add(frame.group(1));
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = process.inputReader().lines().toList();
        process.waitFor();
        return String.join("\n", lines);
    }
}

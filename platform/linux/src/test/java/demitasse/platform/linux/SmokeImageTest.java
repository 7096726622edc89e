package demitasse.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Compiles a small kernel for this platform and runs it. */
class SmokeImageTest {
    private static final List<String> EXPECTED = List.of(
            "unpatched loop 5", "patched loop 1", "number 110", "followed 1", "ends at 18",
            "a jump behind the call ends at 18", "fault 2", "at 117440512", "spin 4", "interrupts 1",
            "writable text -13");

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void everyKindOfTrapReachesJava() throws IOException, InterruptedException {
        List<String> lines = TestImages.run(TestImages.compile("smoke", SmokeImage.class), "memory=8388608", 0);
        lines.stream().filter(line -> line.contains("picoseconds")).forEach(System.out::println);
        assertEquals(EXPECTED, lines.stream().filter(line -> !line.contains("picoseconds")).toList());
    }
}

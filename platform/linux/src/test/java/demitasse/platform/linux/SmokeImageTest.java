package demitasse.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import demitasse.compiler.ImageCompiler;
import demitasse.compiler.ImageRequest;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Compiles a small kernel for this platform and runs it. */
class SmokeImageTest {
    private static final List<String> EXPECTED = List.of(
            "unpatched loop 1", "patched loop 1", "number 110", "followed 1", "ends at 18",
            "a jump behind the call ends at 18", "fault 2", "at 117440512", "spin 4", "interrupts 1",
            "writable text -13");

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void everyKindOfTrapReachesJava() throws IOException, InterruptedException {
        Path output = Path.of("target", "smoke").toAbsolutePath();
        Files.createDirectories(output);
        List<Path> classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of).filter(Files::exists).toList();
        ImageCompiler.compile(new ImageRequest("smoke", SmokeImage.class.getName(),
                Path.of("src", "main", "c").toAbsolutePath(), output, classPath));
        Path image = Files.writeString(output.resolve("empty.img"), "no file system");
        Process process = new ProcessBuilder(output.resolve("smoke.elf").toString(), image.toString(), "memory=8388608")
                .redirectErrorStream(true).start();
        List<String> lines = process.inputReader().lines().toList();
        assertEquals(0, process.waitFor(), () -> String.join("\n", lines));
        lines.stream().filter(line -> line.contains("picoseconds")).forEach(System.out::println);
        assertEquals(EXPECTED, lines.stream().filter(line -> !line.contains("picoseconds")).toList());
    }
}

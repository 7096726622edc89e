package demitasse.test.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.test.run.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The C programs of {@code test/stress} in instances of little memory: those that take whatever they can get, and short
 * versions of the soaks, which by hand run for as long as one likes ({@code demi run DIRECTORY -- /soak processes N}).
 */
class StressTest {
    private static final Duration LIMIT = Duration.ofSeconds(180);
    private static final String MEMORY = "64M";

    @TempDir
    static Path rootFs;

    @BeforeAll
    static void compile() throws IOException {
        // JUnit's directory is for its owner alone, and it becomes the root that every user must be able to search.
        Files.setPosixFilePermissions(rootFs, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectory(rootFs.resolve("tmp"));
        for (String name : List.of("exhaustion", "objects", "soak")) {
            Commands.Result result = Commands.run(Duration.ofSeconds(60), "", List.of("gcc", "-std=gnu11", "-O2",
                    "-Wall", "-Wextra", "-Werror", "-Wno-infinite-recursion", "-static", "-o",
                    rootFs.resolve(name).toString(),
                    Commands.root().resolve("test/stress/" + name + ".c").toString()));
            assertEquals(0, result.status(), result.transcript());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void whoTakesTooMuchSuffersAlone(String platform) {
        Commands.Result result = run(platform, "/exhaustion");
        assertEquals(0, result.status(), result.transcript());
        assertTrue(result.output().contains("\n0 failures"), result.transcript());
    }

    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void nobodyFillsTheKernelsHeap(String platform) {
        Commands.Result result = run(platform, "/objects");
        assertEquals(0, result.status(), result.transcript());
        assertTrue(result.output().contains("\n0 failures"), result.transcript());
    }

    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void whatEndsLeavesNothingBehind(String platform) {
        Commands.Result processes = run(platform, "/soak", "processes", "2000");
        assertEquals(0, processes.status(), processes.transcript());
        Commands.Result threads = run(platform, "/soak", "threads", "10000");
        assertEquals(0, threads.status(), threads.transcript());
    }

    private static Commands.Result run(String platform, String... command) {
        List<String> arguments = new ArrayList<>(List.of("run", "--platform", platform, "--memory", MEMORY,
                rootFs.toString(), "--"));
        arguments.addAll(List.of(command));
        return Commands.demi(LIMIT, "", arguments);
    }
}

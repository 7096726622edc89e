package demitasse.test.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import demitasse.test.run.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random arguments to every system call number, {@code test/fuzz/random_calls.c}, in one instance after the other for a
 * bounded time: whatever the program does to itself, the kernel does not panic. A failure shows the seed; run it again
 * by {@code demi run DIRECTORY -- /random_calls SEED 1 CALLS}.
 */
class RandomCallsTest {
    private static final Duration LIMIT = Duration.ofSeconds(8);
    private static final long TIME_NS = Duration.ofSeconds(15).toNanos();
    private static final int CALLS = 1000;
    private static final String MEMORY = "32M";

    @TempDir
    static Path rootFs;

    @BeforeAll
    static void compile() throws IOException {
        // JUnit's directory is for its owner alone, and it becomes the root that every user must be able to search.
        Files.setPosixFilePermissions(rootFs, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectory(rootFs.resolve("tmp"));
        Commands.Result result = Commands.run(Duration.ofSeconds(60), "", List.of("gcc", "-std=gnu11", "-O2", "-Wall",
                "-Wextra", "-Werror", "-Wno-unused-result", "-Wno-stringop-overflow", "-static", "-o",
                rootFs.resolve("random_calls").toString(),
                Commands.root().resolve("test/fuzz/random_calls.c").toString()));
        assertEquals(0, result.status(), result.transcript());
    }

    @ParameterizedTest
    @ValueSource(strings = {"linux", "kvm"})
    void theKernelSurvivesWhateverIsPassed(String platform) {
        long end = System.nanoTime() + TIME_NS;
        long seed = System.currentTimeMillis();
        int ran = 0;
        // At least one, however slow the machine is.
        do {
            Commands.Result result = Commands.demi(LIMIT, "", List.of("run", "--platform", platform, "--memory", MEMORY,
                    rootFs.toString(), "--", "/random_calls", Long.toString(seed), "1", Integer.toString(CALLS)));
            // The status says nothing: the program may exit with any, or wait for ever.
            String what = "seed " + seed + " on " + platform + "\n" + result.transcript();
            assertFalse(result.transcript().contains("demitasse panic"), what);
            assertFalse(result.errors().startsWith("demi:"), what);
            ran++;
            seed++;
        } while (System.nanoTime() < end);
        System.out.println(platform + ": " + ran + " instances of " + CALLS + " random calls up to seed " + (seed - 1));
    }
}

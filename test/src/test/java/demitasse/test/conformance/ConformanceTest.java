package demitasse.test.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import demitasse.test.run.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The C programs of {@code test/conformance}: each passes on the host's Linux first, then on our platforms. */
class ConformanceTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final List<String> FLAGS = List.of("-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror",
            // The programs pass bad pointers and sizes on purpose.
            "-Wno-stringop-overflow", "-Wno-stringop-overread", "-Wno-infinite-recursion", "-Wno-nonnull",
            "-static");

    @TempDir
    static Path rootFs;

    private static List<String> programs;

    @BeforeAll
    static void compileAll() throws IOException {
        Path sources = Commands.root().resolve("test/conformance");
        // JUnit's directory is for its owner alone, and it becomes the root that every user must be able to search.
        Files.setPosixFilePermissions(rootFs, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectory(rootFs.resolve("tmp"));
        programs = new ArrayList<>();
        try (Stream<Path> files = Files.list(sources)) {
            for (Path source : files.filter(file -> file.toString().endsWith(".c")).sorted().toList()) {
                String name = source.getFileName().toString().replace(".c", "");
                List<String> command = new ArrayList<>(List.of("gcc"));
                command.addAll(FLAGS);
                command.addAll(List.of("-o", rootFs.resolve(name).toString(), source.toString()));
                Commands.Result result = Commands.run(LIMIT, "", command);
                assertEquals(0, result.status(), result.transcript());
                programs.add(name);
            }
        }
        assertTrue(programs.size() >= 7, "the conformance programs were not found");
    }

    @TestFactory
    Stream<DynamicNode> programsPass() {
        return programs.stream().map(name -> dynamicContainer(name, Stream.of(
                dynamicTest("on the host", () -> passes(onHost(name))),
                dynamicTest("on linux", () -> passes(on("linux", name))),
                dynamicTest("on kvm", () -> passes(on("kvm", name))))));
    }

    private static void passes(Commands.Result result) {
        assertEquals(0, result.status(), result.transcript());
        assertTrue(result.output().contains("checks, 0 failed"), result.transcript());
    }

    private static Commands.Result onHost(String name) {
        return Commands.run(LIMIT, "", List.of(rootFs.resolve(name).toString()));
    }

    private static Commands.Result on(String platform, String name) {
        return Commands.demi(LIMIT, "",
                List.of("run", "--platform", platform, rootFs.toString(), "--", "/" + name));
    }
}

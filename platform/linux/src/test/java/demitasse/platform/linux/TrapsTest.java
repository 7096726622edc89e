package demitasse.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Compiles {@code traps.c} with the platform's C and runs it: traps, lost signals, and attacks on the seal.
 */
class TrapsTest {
    private static final Path SOURCES = Path.of("src", "main", "c");
    private static final Path RUNTIME = Path.of("..", "..", "compiler", "src", "main", "c");
    private static final List<String> FLAGS = List.of("-std=gnu11", "-O2", "-g", "-ffreestanding", "-fno-builtin",
            "-fwrapv", "-fno-strict-aliasing", "-mno-red-zone", "-mgeneral-regs-only", "-fno-omit-frame-pointer",
            "-fno-tree-loop-distribute-patterns", "-fcf-protection=none", "-fstack-protector-strong",
            "-mstack-protector-guard=global", "-nostdlib");

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void trapsArriveAndTheSealHolds() throws IOException, InterruptedException {
        Path output = Files.createDirectories(Path.of("target", "traps"));
        Path program = output.resolve("traps");
        compile(program);
        Path image = Files.writeString(output.resolve("image"), "no file system");
        for (String line : List.of("memory=8388608", "memory=8388608 jit=1")) {
            check(run(List.of(program.toString(), image.toString(), line)));
        }
    }

    private static void check(List<String> lines) {
        assertEquals(List.of(), lines.stream().filter(line -> line.startsWith("FAIL")).toList());
        assertTrue(lines.stream().filter(line -> line.startsWith("ok")).count() > 70, () -> String.join("\n", lines));
    }

    private static void compile(Path program) throws IOException, InterruptedException {
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(SOURCES.resolve("sources.properties"))) {
            properties.load(reader);
        }
        embed(properties, program.resolveSibling("vdso.so"));
        List<String> command = new ArrayList<>(List.of("gcc", "-Wa,-I," + program.getParent()));
        command.addAll(FLAGS);
        command.addAll(List.of(properties.getProperty("cflags").split(" ")));
        command.addAll(List.of("-isystem", RUNTIME.resolve("include").toString()));
        for (String source : properties.getProperty("sources").split(" ")) {
            command.add(SOURCES.resolve(source).toString());
        }
        command.addAll(List.of(RUNTIME.resolve("libc.c").toString(), "src/test/c/traps.c"));
        command.addAll(List.of(properties.getProperty("ldflags").split(" ")));
        command.addAll(List.of("-o", program.toString()));
        List<String> messages = run(command);
        assertTrue(Files.exists(program), () -> String.join("\n", messages));
    }

    private static void embed(Properties properties, Path target) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("gcc"));
        command.addAll(List.of(properties.getProperty("vdso.so.flags").split(" ")));
        for (String source : properties.getProperty("vdso.so.sources").split(" ")) {
            command.add(SOURCES.resolve(source).toString());
        }
        command.addAll(List.of("-nostdlib", "-o", target.toString()));
        run(command);
    }

    private static List<String> run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = process.inputReader().lines().toList();
        assertEquals(0, process.waitFor(), () -> String.join("\n", lines));
        return lines;
    }
}

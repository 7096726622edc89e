package demitasse.test.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On linux, memory that a program frees returns to the host while the instance waits. */
class GivenBackMemoryTest {
    private static final long USED_BYTES = 96L << 20;
    private static final long LEFT_BYTES_MAX = 32L << 20;
    private static final int BLOCK_BYTES = 512;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String PROGRAM = """
            import sys
            def step(word):
                print(word, flush=True)
                sys.stdin.readline()
            held = b'x' * %d
            step('full')
            del held
            step('free')
            """.formatted(USED_BYTES);

    @Test
    @Timeout(value = 300, unit = TimeUnit.SECONDS)
    void whatAProgramFreesReturnsToTheHost() throws IOException, InterruptedException {
        Process demi = new ProcessBuilder(Commands.root().resolve("demi").toString(), "run", "--platform", "linux",
                "--memory", "256M", "deb:python3-minimal", "--", "python3", "-c", PROGRAM)
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader output = demi.inputReader(); Writer input = demi.outputWriter()) {
            assertEquals("full", output.readLine());
            assertTrue(occupiedBytes(demi) >= USED_BYTES, "the memory file holds what the program has written");
            input.write("\n");
            input.flush();
            assertEquals("free", output.readLine());
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (occupiedBytes(demi) > LEFT_BYTES_MAX) {
                assertTrue(System.nanoTime() < deadline, occupiedBytes(demi) + " bytes are still there");
                Thread.sleep(200);
            }
        } finally {
            demi.descendants().forEach(ProcessHandle::destroyForcibly);
            demi.destroyForcibly();
        }
    }

    /** What the instance's memory file takes of the host's memory. */
    private static long occupiedBytes(Process demi) throws IOException {
        for (ProcessHandle process : Stream.concat(Stream.of(demi.toHandle()), demi.descendants()).toList()) {
            Path descriptors = Path.of("/proc", Long.toString(process.pid()), "fd");
            try (Stream<Path> all = Files.list(descriptors)) {
                for (Path one : all.toList()) {
                    if (Files.readSymbolicLink(one).toString().startsWith("/memfd:demitasse")) {
                        String blocks = Commands.run(LIMIT, "", List.of("stat", "-L", "-c", "%b", one.toString()))
                                .output().strip();
                        return Long.parseLong(blocks) * BLOCK_BYTES;
                    }
                }
            }
        }
        throw new AssertionError("no process has the memory file of an instance");
    }
}

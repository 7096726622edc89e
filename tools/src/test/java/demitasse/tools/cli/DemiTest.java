package demitasse.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.tools.tar.TarBytes;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command as a process of its own, with a script in the kernel's place that shows what it was given. */
class DemiTest {
    private record Result(int status, String output, String errors) {
    }

    @TempDir
    Path directory;
    private Path root;

    @BeforeEach
    void install() throws Exception {
        root = Files.createDirectories(directory.resolve("root"));
        Files.createDirectory(root.resolve("etc"));
        Files.writeString(root.resolve("etc/passwd"), "alice:x:1000:1001::/home/alice:\n");
        Path kernel = directory.resolve("assembly/target/demitasse-linux.elf");
        Files.createDirectories(kernel.getParent());
        Files.writeString(kernel, """
            #!/bin/bash
            echo "$2"
            echo "open: $(ls /proc/self/fd | wc -l) blocked: $(grep SigBlk /proc/self/status)" >&2
            cat
            exit 7
            """);
        assertTrue(kernel.toFile().setExecutable(true));
    }

    @Test
    void programsStatusAndStreamsAreTheKernels() throws Exception {
        Result result = demi("run", root.toString(), "--", "prog", "a b");
        assertEquals(7, result.status());
        assertTrue(result.output().endsWith("\ninput"), result.output());
        assertTrue(result.output().startsWith("memory=268435456 arg=prog arg=a%20b env=PATH="), result.output());
        // 0, 1, 2, and the directory that ls lists.
        assertTrue(result.errors().contains("open: 4 blocked: SigBlk:\t0000000000000000"), result.errors());
    }

    @Test
    void optionsReachTheKernel() throws Exception {
        Result result = demi("run", "-e", "A=1", "--env", "PATH=/p", "-w", "/tmp", "-u", "alice", "--memory=64M",
                "--strace", root.toString(), "prog", "-x");
        assertTrue(result.output().startsWith("memory=67108864 arg=prog arg=-x env=PATH=/p env=HOSTNAME=demi env=A=1"
                + " env=HOME=/home/alice cwd=/tmp user=1000:1001 hostname=demi strace=1\n"), result.output());
    }

    @ParameterizedTest
    @CsvSource({"run ROOT, does not say what to run", "run --bad ROOT, there is no option --bad",
        "run --memory x ROOT -- p, is not a memory size", "run --memory 4K ROOT -- p, must be between",
        "run --platform z ROOT -- p, there is no platform", "run --machine z ROOT -- p, there is no machine",
        "run /no/such -- p, there is no file or directory", "run -w x ROOT -- p, must start with a slash",
        "run -u bob ROOT -- p, there is no user 'bob'", "run -e =x ROOT -- p, is not a variable",
        "run --memory, needs a value", "run, run needs SOURCE", "bogus, there is no command", "rmi none, no image",
        "images x, does not take", "run --debug=1 ROOT -- p, takes no value", "run TEXT -- p, is not a tar archive",
        "run EMPTY -- p, is truncated", "run CUT -- p, is truncated", "run --platform kvm ROOT -- p, cannot be read"})
    void everyMistakeIsOneSentenceAnd125(String words, String part) throws Exception {
        Path text = Files.writeString(directory.resolve("text"), "no archive\n".repeat(100));
        Path empty = Files.createFile(directory.resolve("empty"));
        byte[] tar = TarBytes.archive(TarBytes.file("f", "content"));
        Path cut = Files.write(directory.resolve("cut"), java.util.Arrays.copyOf(tar, 700));
        String filled = words.replace("ROOT", root.toString()).replace("TEXT", text.toString())
                .replace("EMPTY", empty.toString()).replace("CUT", cut.toString());
        Result result = demi(filled.split(" "));
        assertEquals(125, result.status());
        assertEquals("", result.output());
        assertTrue(result.errors().startsWith("demi: ") && result.errors().contains(part), result.errors());
        assertEquals(1, result.errors().lines().count(), result.errors());
    }

    @Test
    void imagesAreListedAndRemoved() throws Exception {
        Path image = Path.of(demi("image", root.toString()).output().strip());
        assertTrue(Files.exists(image));
        String listed = demi("images").output();
        assertTrue(listed.startsWith("NAME") && listed.contains(root.toString()), listed);
        assertEquals(0, demi("rmi", root.toString()).status());
        assertFalse(Files.exists(image));
        assertEquals(1, demi("images").output().lines().count());
    }

    @Test
    void helpIsNoMistake() throws Exception {
        assertEquals(0, demi("--help").status());
        assertTrue(demi("run", "--help").output().contains("--strace[=FILE]"));
        assertTrue(demi("version").output().startsWith("demi "));
    }

    private Result demi(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow(),
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED",
                "-Ddemi.home=" + directory, "-cp", System.getProperty("java.class.path"), "demitasse.tools.cli.Demi"));
        command.addAll(List.of(words));
        Path input = Files.writeString(directory.resolve("input"), "input");
        Path output = directory.resolve("output");
        Path errors = directory.resolve("errors");
        ProcessBuilder builder = new ProcessBuilder(command).redirectInput(input.toFile())
                .redirectOutput(output.toFile()).redirectError(errors.toFile());
        builder.environment().put("XDG_CACHE_HOME", directory.resolve("cache").toString());
        int status = builder.start().waitFor();
        return new Result(status, Files.readString(output), Files.readString(errors));
    }
}

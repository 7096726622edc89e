package demitasse.test.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs that gcc's sanitizers watch, {@code test/sanitized}: each tells of its fault, and ends as on Linux. */
class SanitizersTest {
    private static final Duration LIMIT = Duration.ofSeconds(180);
    private static final Pattern LIBRARY = Pattern.compile("\\s(/\\S+) \\(0x");

    @TempDir
    static Path rootFs;

    @BeforeAll
    static void compile() throws IOException {
        // JUnit's directory is for its owner alone, and it becomes the root that every user must be able to search.
        Files.setPosixFilePermissions(rootFs, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String name : List.of("address", "thread", "undefined")) {
            Path program = rootFs.resolve(name);
            Commands.Result result = Commands.run(LIMIT, "", List.of("gcc", "-std=gnu11", "-g", "-Wall", "-Wextra",
                    "-Werror", "-pthread", "-fsanitize=" + name, "-fno-sanitize-recover=undefined", "-o",
                    program.toString(), Commands.root().resolve("test/sanitized/" + name + ".c").toString()));
            assertEquals(0, result.status(), result.transcript());
            copyLibraries(program);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "linux, address, none, 0, ''", "kvm, address, none, 0, ''",
        "linux, address, overflow, 1, 'AddressSanitizer: heap-buffer-overflow on address 0x60'",
        "kvm, address, overflow, 1, 'AddressSanitizer: heap-buffer-overflow on address 0x60'",
        "linux, address, leak, 1, '10 byte(s) leaked in 1 allocation(s)'",
        "kvm, address, leak, 1, '10 byte(s) leaked in 1 allocation(s)'",
        "linux, thread, none, 0, ''", "kvm, thread, none, 0, ''",
        "linux, thread, race, 66, 'ThreadSanitizer: data race'", "kvm, thread, race, 66, 'ThreadSanitizer: data race'",
        "linux, undefined, none, 0, ''",
        "linux, undefined, overflow, 1, 'signed integer overflow: 2147483647 + 1'"})
    void faultIsFoundAndTold(String platform, String program, String fault, int status, String sentence) {
        Commands.Result result = Commands.demi(LIMIT, "", List.of("run", "--platform", platform, rootFs.toString(),
                "--", "/" + program, fault));
        assertEquals(status, result.status(), result.transcript());
        assertTrue(result.errors().contains(sentence), result.transcript());
        boolean told = result.errors().contains("Sanitizer") || result.errors().contains("runtime error");
        assertEquals(!sentence.isEmpty(), told, result.transcript());
    }

    /** Those of the host that the program and the sanitizer ask for, the loader among them. */
    private static void copyLibraries(Path program) throws IOException {
        Matcher found = LIBRARY.matcher(Commands.run(LIMIT, "", List.of("ldd", program.toString())).output());
        while (found.find()) {
            Path target = rootFs.resolve(found.group(1).substring(1));
            Files.createDirectories(target.getParent());
            Files.copy(Path.of(found.group(1)), target, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}

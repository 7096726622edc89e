package demitasse.compiler.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.compiler.ImageCompiler;
import demitasse.compiler.ImageRequest;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same class files on HotSpot and, through TeaVM and gcc, as a freestanding Linux process. */
class CompiledProgramsTest {
    private static final int STATUS_TRAP = 98;
    private static final int STATUS_PANIC = 99;

    @TempDir
    static Path directory;
    private static ImageRequest request;

    private record Result(int status, String output) {
    }

    @BeforeAll
    static void compile() {
        List<Path> classPath = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (Files.exists(Path.of(entry))) {
                classPath.add(Path.of(entry));
            }
        }
        request = new ImageRequest("suite", Suite.class.getName(), Path.of("src/test/c/process"), directory, classPath);
        assertTrue(ImageCompiler.compile(request));
    }

    @ParameterizedTest
    @ValueSource(ints = {Suite.ARITHMETIC, Suite.TEXT, Suite.TYPES, Suite.COLLECTIONS, Suite.GARBAGE,
        Suite.INITIALISERS, Suite.REPEATED, Suite.SPEED, Suite.COPIES})
    void compiledProgramPrintsWhatHotSpotPrints(int choice) throws Exception {
        Output.buffer = new StringBuilder();
        Suite.run(choice);
        Result compiled = run(choice);
        assertEquals(ascii(Output.buffer.toString()), compiled.output);
        assertEquals(0, compiled.status);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 11, 12, 13, 14, 15})
    void failedCheckTrapsAtItsJavaLine(int choice) throws Exception {
        Result result = run(choice);
        assertEquals(STATUS_TRAP, result.status, result.output);
        String address = result.output.lines().filter(line -> line.startsWith("trap at ")).findFirst().orElseThrow();
        assertEquals("Failures.java:" + lineOf("// trap " + choice), javaLine(address.substring(8)));
        assertFalse(result.output.contains("after"));
        assertTrue(Files.readString(request.lines(), StandardCharsets.ISO_8859_1)
                .contains("(demitasse/compiler/program/Failures.java:" + lineOf("// trap " + choice) + ")\0"));
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 17})
    void wildArrayLengthTraps(int choice) throws Exception {
        assertEquals(STATUS_TRAP, run(choice).status);
    }

    @ParameterizedTest
    @CsvSource({
        "18, java.lang.IllegalStateException: bad 0",
        "19, demitasse.compiler.program.Failures$OwnError: own message 0",
        "20, java.lang.ClassCastException",
        "21, java.lang.AssertionError: zero is 0",
        "22, the Java heap is full",
        "23, java.lang.UnsupportedOperationException"
    })
    void throwEndsInThePanicWithClassAndMessage(int choice, String reason) throws Exception {
        Result result = run(choice);
        assertEquals("before\npanic: " + reason + "\n", result.output);
        assertEquals(STATUS_PANIC, result.status);
    }

    @ParameterizedTest
    @CsvSource({"hot, false", "reached, false", "warm, false", "both, false", "coldAndWarm, false", "rare, true",
        "slow, true"})
    void whatNoFastPathReachesIsCold(String method, boolean isCold) throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            Path source = files.filter(file -> file.endsWith("Speed.c")).findFirst().orElseThrow();
            String definition = Files.readAllLines(source).stream()
                    .filter(line -> line.matches(".*_Speed_" + method + "\\(.*\\{")).findFirst().orElseThrow();
            assertEquals(isCold, definition.startsWith("__attribute__((cold"), definition);
        }
    }

    @Test
    void sameInputsAreNotCompiledAgain() {
        assertFalse(ImageCompiler.compile(request));
    }

    @Test
    void debugInformationHoldsNoPathOfThisMachine() throws Exception {
        String strings = Files.readString(request.debugElf(), StandardCharsets.ISO_8859_1);
        assertFalse(strings.contains(directory.toString()));
        assertFalse(strings.contains(Path.of("").toAbsolutePath().toString()));
    }

    private static Result run(int choice) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(request.elf().toString(), Integer.toString(choice))
                .redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        return new Result(process.exitValue(), output);
    }

    /** The test platform writes the low byte of each character. */
    private static String ascii(String text) {
        StringBuilder bytes = new StringBuilder();
        text.chars().forEach(character -> bytes.append((char) (character & 0xff)));
        return bytes.toString();
    }

    private static int lineOf(String comment) throws IOException {
        List<String> lines = Files.readAllLines(
                Path.of("src/test/java/demitasse/compiler/program/Failures.java"));
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).endsWith(comment)) {
                return i + 1;
            }
        }
        throw new AssertionError(comment + " is not in the source");
    }

    private static String javaLine(String address) throws IOException {
        Process process = new ProcessBuilder("addr2line", "-e", request.debugElf().toString(), address).start();
        String line = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return line.substring(line.lastIndexOf('/') + 1).replaceFirst(" .*", "");
    }
}

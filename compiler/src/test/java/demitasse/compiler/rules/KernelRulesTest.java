package demitasse.compiler.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.compiler.CompileException;
import demitasse.compiler.ImageCompiler;
import demitasse.compiler.ImageRequest;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelRulesTest {
    @TempDir
    static Path directory;
    private static String message;

    @BeforeAll
    static void compile() {
        List<Path> classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of).filter(Files::exists).toList();
        message = assertThrows(CompileException.class, () -> ImageCompiler.compile(new ImageRequest("offender",
                Offender.class.getName(), Path.of("src/test/c/process"), directory, classPath))).getMessage();
    }

    @Test
    void allocationOnAHotPathIsReportedWithTheWholePath() {
        assertTrue(message.matches("""
                (?s).*A hot path allocates:
                      @HotPath demitasse.compiler.rules.Offender.hot
                      calls demitasse.compiler.rules.Offender.Allocating.apply at \\S*Offender.java:\\d+
                      calls demitasse.compiler.rules.Offender.deeper at \\S*Offender.java:\\d+
                      allocates \\(new I\\[\\]\\) at \\S*Offender.java:\\d+;.*""".replace("r.A", "r\\$A")), message);
    }

    @Test
    void boxingIsAnAllocation() {
        assertTrue(message.contains("@HotPath demitasse.compiler.rules.Offender.boxes\n      calls java.lang.Integer"),
                message);
    }

    @Test
    void messagesOfThrowsAndColdPathsMayAllocate() {
        assertFalse(message.contains("hotAndRight"), message);
    }

    @Test
    void catchClauseIsRefusedAndFinallyIsNot() {
        assertTrue(message.contains("A catch clause can never run"), message);
        assertTrue(message.contains("Offender.catches()V"), message);
        assertFalse(message.contains("onlyFinally"), message);
    }

    @Test
    void allocationBelowAnUnmanagedMethodIsReportedInitialisersIncluded() {
        assertTrue(message.matches("""
                (?s).*An @Unmanaged method allocates, where the collector would not see its caller's objects:
                      @Unmanaged demitasse.compiler.rules.Offender.unmanaged
                      calls demitasse.compiler.rules.Offender.managed at \\S*Offender.java:\\d+
                      allocates \\(new C\\[\\]\\) at \\S*Offender.java:\\d+.*"""), message);
        assertTrue(message.contains("may run the initialiser demitasse.compiler.rules.Offender.<clinit> at its"
                + " beginning\n      calls demitasse.compiler.rules.Offender.numbers at"), message);
    }

    @Test
    void unmanagedMethodMayCallWhatDoesNotAllocate() {
        assertFalse(message.contains("reverseBytes"), message);
        assertFalse(message.contains("RightlyUnmanaged"), message);
    }

    @Test
    void nestedArraysAreRefused() {
        assertTrue(message.contains("new T[a][b] loses the outer array"), message);
    }

    @Test
    void missingPlatformIsASentence() {
        String sentence = assertThrows(CompileException.class, () -> ImageCompiler.compile(new ImageRequest("x", "X",
                directory.resolve("nowhere"), directory, List.of()))).getMessage();
        assertEquals("The platform description " + directory.resolve("nowhere/sources.properties")
                + " cannot be read.", sentence);
    }

    @Test
    void missingMainClassIsASentence() {
        String sentence = assertThrows(CompileException.class, () -> ImageCompiler.compile(new ImageRequest("absent",
                "no.such.Assembly", Path.of("src/test/c/process"), directory,
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator)).map(Path::of)
                        .filter(Files::exists).toList()))).getMessage();
        assertTrue(sentence.contains("no.such.Assembly"), sentence);
    }
}

package demitasse.test.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Words that do not belong in the sources, each with what to write instead; and the length of lines. */
class TidyTest {
    private static final int LINE_COLUMNS_MAX = 120;

    /** A word, where it is banned, and its replacement. */
    private record Ban(Pattern word, String where, String instead) {
        static Ban of(String regex, String where, String instead) {
            return new Ban(Pattern.compile(regex), where, instead);
        }

        boolean covers(String file) {
            return Pattern.compile(where).matcher(file).find();
        }
    }

    private static final String EVERYWHERE = "";
    /** What TeaVM compiles into images. */
    private static final String IN_IMAGES = "^(kernel|platform/(linux|kvm)|assembly)/src/main/java/";

    private static final List<Ban> BANS = List.of(
            Ban.of("\\b(TODO|FIXME|XXX)\\b", EVERYWHERE, "an issue"),
            Ban.of("\\bSystem\\.(out|err)\\b", IN_IMAGES, "Log"),
            Ban.of("\\bvolatile\\b", IN_IMAGES, "Memory.getIntAcquire / putIntRelease"),
            Ban.of("\\bsynchronized\\b", IN_IMAGES, "nothing: the kernel has one thread"),
            Ban.of("\\bnew Thread\\b|\\bThread\\.", IN_IMAGES, "the event loop"),
            Ban.of("java\\.util\\.concurrent", IN_IMAGES, "the event loop"),
            Ban.of("\\bHash(Map|Set)\\b", IN_IMAGES, "base.collect (HashMap computes with floats)"),
            Ban.of("\\b(float|double)\\b(?!-)", IN_IMAGES, "integers: the kernel saves no vector state"),
            Ban.of("\\bString\\.format\\b", IN_IMAGES, "Log with numbers, or base text builders"),
            Ban.of("\\bcatch \\(", "^kernel/src/main/java/demitasse/(?!boot)", "an errno: an exception is a bug"),
            Ban.of("class \\w*(Manager|Helper|Util|Utils|Impl)\\b", EVERYWHERE, "a name that says what it is"),
            Ban.of("\\bpublic \\w[\\w<>\\[\\]]* get[A-Z]\\w*\\(\\)", IN_IMAGES, "the name without get"));

    @Test
    void bannedWordsAreReplaced() {
        List<String> found = new ArrayList<>();
        for (Path file : Sources.filesEndingIn(".java", ".c", ".h", ".S", ".md", ".sh", ".xml")) {
            String name = Sources.name(file);
            if (name.endsWith("TidyTest.java") || name.endsWith("STYLE.md")) {
                continue;
            }
            List<Ban> bans = BANS.stream().filter(ban -> ban.covers(name)).toList();
            int number = 0;
            for (String line : Sources.lines(file)) {
                number++;
                String code = withoutComment(name, line);
                for (Ban ban : bans) {
                    if (ban.word().matcher(code).find()) {
                        found.add(name + ":" + number + ": write " + ban.instead() + " instead of: " + line.strip());
                    }
                }
            }
        }
        assertEquals("", String.join("\n", found));
    }

    @Test
    void javaLinesFitOnTheScreen() {
        List<String> found = new ArrayList<>();
        for (Path file : Sources.java()) {
            int number = 0;
            for (String line : Sources.lines(file)) {
                number++;
                if (line.codePointCount(0, line.length()) > LINE_COLUMNS_MAX) {
                    found.add(Sources.name(file) + ":" + number + ": longer than " + LINE_COLUMNS_MAX + " columns");
                }
            }
        }
        assertEquals("", String.join("\n", found));
    }

    @Test
    void theWallSeesTheSources() {
        assertTrue(Sources.java().size() > 100, "the search for sources is broken");
    }

    /** Prose may name what code must not use; unfinished work is told apart everywhere. */
    private static String withoutComment(String file, String line) {
        String text = line.strip();
        boolean comment = text.startsWith("*") || text.startsWith("/*") || text.startsWith("//");
        if (!comment || !file.endsWith(".java")) {
            return line;
        }
        return Pattern.compile("\\b(TODO|FIXME|XXX)\\b").matcher(line).find() ? line : "";
    }
}

package demitasse.test.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the documents name in code font is there: classes, their members, and files. */
class DocumentsTest {
    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
    private static final Pattern CLASS = Pattern.compile(
            "(?<![\\w.])(?:[a-z]+\\.)*([A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+)(?:\\.([a-z]\\w*))?(?!\\w)");
    private static final Pattern FILE = Pattern.compile(
            "(?<![\\w/…])(?:test|docs|kernel|platform|tools|compiler|assembly)/[\\w./-]*\\w");
    private static final Set<String> OF_JAVA = Set.of("HashMap", "VarHandle");

    @Test
    void whatDocumentsNameIsThere() {
        Map<String, Path> classes = Sources.java().stream().collect(Collectors.toMap(
                file -> file.getFileName().toString().replace(".java", ""), Function.identity(), (one, other) -> one));
        List<String> missing = new ArrayList<>();
        List<Path> documents = Sources.filesEndingIn(".md");
        assertTrue(documents.contains(Sources.root().resolve("docs/ARCHITECTURE.md")), documents::toString);
        for (Path document : documents) {
            Matcher code = CODE.matcher(String.join("\n", Sources.lines(document)));
            while (code.find()) {
                String wrong = wrong(code.group(1), classes);
                if (!wrong.isEmpty()) {
                    missing.add(Sources.name(document) + " names " + wrong + ", which is not there");
                }
            }
        }
        assertEquals("", String.join("\n", missing));
    }

    /** The first name in it that stands for nothing; empty without one. */
    private static String wrong(String code, Map<String, Path> classes) {
        Matcher named = CLASS.matcher(code);
        while (named.find()) {
            Path file = classes.get(named.group(1));
            boolean has = file != null && (named.group(2) == null || String.join("\n", Sources.lines(file))
                    .matches("(?s).*\\b" + named.group(2) + "\\b.*"));
            if (!has && !OF_JAVA.contains(named.group(1))) {
                return named.group();
            }
        }
        Matcher path = FILE.matcher(code);
        while (path.find()) {
            if (!path.group().contains("/target/") && !Files.exists(Sources.root().resolve(path.group()))) {
                return path.group();
            }
        }
        return "";
    }
}

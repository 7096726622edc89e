package demitasse.compiler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Empties the entries of the generated string pool that no code of the image names. Two thirds of a pool
 * are class, method and file names for stack traces, which only the table of call sites uses, and that
 * table is left out.
 */
final class StringPool {
    private static final Pattern USE = Pattern.compile("TEAVM_GET_STRING(?:_ADDRESS)?\\((\\d+)\\)");
    private static final Pattern ENTRY = Pattern.compile("TEAVM_STRING\\w*\\(.*\\),?\\s+// string #(\\d+)");

    private final Path generated;

    StringPool(Path generated) {
        this.generated = generated;
    }

    void prune(List<String> compiledFiles) {
        try {
            Set<String> used = new HashSet<>();
            for (String file : compiledFiles) {
                if (!file.equals("strings.c")) {
                    collect(Files.readString(generated.resolve(file)), used);
                }
            }
            Path pool = generated.resolve("strings.c");
            List<String> lines = new ArrayList<>();
            for (String line : Files.readAllLines(pool)) {
                Matcher entry = ENTRY.matcher(line.strip());
                boolean isUnused = entry.matches() && !used.contains(entry.group(1));
                lines.add(isUnused ? "NULL, // string #" + entry.group(1) : line);
            }
            Files.write(pool, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void collect(String source, Set<String> used) {
        Matcher use = USE.matcher(source);
        while (use.find()) {
            used.add(use.group(1));
        }
    }
}

package demitasse.compiler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Marks the functions of the generated C that no path which must be fast goes through as cold: gcc compiles them for
 * size, puts them beside each other, and expects that they are not called. They are most of a kernel, and a third
 * smaller then.
 */
final class ColdFunctions {
    private static final Pattern DEFINITION = Pattern.compile("(?m)^(?=\\w+\\*? (meth_\\w+)\\(.*\\) \\{$)");

    /** gcc takes "cold" alone for a wish to be weighed against speed: with "Os" the image is 16 KB smaller. */
    private static final String COLD = "__attribute__((cold, optimize(\"Os\"))) ";

    private final Path generated;
    private final Path fastFunctions;

    ColdFunctions(Path generated, Path fastFunctions) {
        this.generated = generated;
        this.fastFunctions = fastFunctions;
    }

    void mark(List<String> compiledFiles) {
        try {
            Set<String> fast = new HashSet<>(Files.readAllLines(fastFunctions));
            for (String file : compiledFiles) {
                Path path = generated.resolve(file);
                Matcher definition = DEFINITION.matcher(Files.readString(path));
                Files.writeString(path, definition.replaceAll(at ->
                        fast.contains(at.group(1)) ? "" : COLD));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package demitasse.compiler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Leaves in the generated string pool what code of the image names, and numbers it anew. Two thirds of a pool are
 * class, method and file names for stack traces, which only the table of call sites uses, and that table is left out.
 */
final class StringPool {
    private static final String POOL = "strings.c";
    private static final Pattern USE = Pattern.compile("(TEAVM_GET_STRING(?:_ADDRESS)?\\()(\\d+)\\)");
    private static final Pattern END = Pattern.compile("// string #(\\d+)$");
    private static final Pattern LENGTH = Pattern.compile("(teavm_stringPool\\[|i < )\\d+");

    private final Path generated;

    StringPool(Path generated) {
        this.generated = generated;
    }

    void prune(List<String> compiledFiles) {
        try {
            Map<String, Integer> numbers = new HashMap<>();
            for (String file : compiledFiles) {
                if (!file.equals(POOL)) {
                    renumber(generated.resolve(file), numbers);
                }
            }
            Path pool = generated.resolve(POOL);
            Files.write(pool, pruned(Files.readAllLines(pool), numbers));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gives numbers in the order of use. */
    private static void renumber(Path file, Map<String, Integer> numbers) throws IOException {
        String source = Files.readString(file);
        String result = USE.matcher(source).replaceAll(use ->
                use.group(1) + numbers.computeIfAbsent(use.group(2), _ -> numbers.size()) + ")");
        if (!result.equals(source)) {
            Files.writeString(file, result);
        }
    }

    /** An entry is the lines up to the comment with its number. */
    private static List<String> pruned(List<String> lines, Map<String, Integer> numbers) {
        int first = lines.indexOf(lines.stream().filter(line -> line.contains("teavm_stringPool[")).findFirst()
                .orElseThrow()) + 1;
        String[] entries = new String[numbers.size()];
        StringBuilder entry = new StringBuilder();
        int at = first;
        for (; !lines.get(at).startsWith("}"); at++) {
            entry.append(lines.get(at)).append('\n');
            Matcher end = END.matcher(lines.get(at));
            if (end.find()) {
                Integer number = numbers.get(end.group(1));
                if (number != null) {
                    entries[number] = entry.toString();
                }
                entry.setLength(0);
            }
        }
        List<String> result = new ArrayList<>();
        lines.subList(0, first).forEach(line -> result.add(shorter(line, numbers.size())));
        result.addAll(Arrays.asList(entries));
        lines.subList(at, lines.size()).forEach(line -> result.add(shorter(line, numbers.size())));
        return result;
    }

    private static String shorter(String line, int length) {
        return LENGTH.matcher(line).replaceAll("$1" + length);
    }
}

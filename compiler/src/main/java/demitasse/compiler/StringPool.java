package demitasse.compiler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Leaves in the generated string pool what code of the image names, and numbers it anew. Two thirds of a pool are
 * class, method and file names for stack traces, which only the table of call sites uses, and that table is left out.
 *
 * <p>Of a string the image has the text in UTF-8. Its two objects, with relocations between them and
 * UTF-16 within, would take four times as much; the runtime makes them at boot, teavm_initStringPool() of runtime.c.
 */
final class StringPool {
    private static final String POOL = "strings.c";
    private static final Pattern USE = Pattern.compile("(TEAVM_GET_STRING(?:_ADDRESS)?\\()(\\d+)\\)");
    private static final Pattern END = Pattern.compile("// string #(\\d+)$");
    private static final Pattern ZERO = Pattern.compile("\\\\0+(?![0-7])");
    /** What TeaVM writes for a string unless it has half characters: its length, its hash, C's literals for UTF-16. */
    private static final Pattern ENTRY =
            Pattern.compile("\\s*TEAVM_STRING\\((\\d+), -?\\d+,u(\".*\")\\), // string #\\d+\\s*", Pattern.DOTALL);

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

    private static List<String> pruned(List<String> lines, Map<String, Integer> numbers) {
        int first = lines.indexOf(lines.stream().filter(line -> line.contains("teavm_stringPool[")).findFirst()
                .orElseThrow());
        StringBuilder texts = new StringBuilder();
        StringBuilder room = new StringBuilder();
        for (String entry : entries(lines.subList(first + 1, lines.size()), numbers)) {
            Matcher parts = ENTRY.matcher(entry);
            if (!parts.matches() || ZERO.matcher(parts.group(2)).find()) {
                throw new CompileException("A string of the image cannot stand in it as UTF-8 with a zero behind: "
                        + entry.strip());
            }
            texts.append("    ").append(parts.group(2)).append(" \"\\0\"\n");
            room.append(" + DEMITASSE_STRING_BYTES(").append(parts.group(1)).append(")\n");
        }
        List<String> result = new ArrayList<>(lines.subList(0, first));
        result.add("#define DEMITASSE_STRINGS " + numbers.size());
        result.add("TeaVM_String* teavm_stringPool[DEMITASSE_STRINGS + 1];");
        result.add("static const char demitasse_texts[] = \"\"\n" + texts + ";");
        result.add("#define DEMITASSE_STRING_BYTES(length) \\");
        result.add("    ((sizeof(TeaVM_String) + sizeof(TeaVM_Array) + (length) * sizeof(char16_t) + 7) & ~7ul)");
        result.add("static alignas(8) char demitasse_strings[8\n" + room + "];");
        return result;
    }

    /** Of the numbers that are in use, in order. An entry is the lines up to the comment with its number. */
    private static String[] entries(List<String> lines, Map<String, Integer> numbers) {
        String[] entries = new String[numbers.size()];
        StringBuilder entry = new StringBuilder();
        for (String line : lines) {
            entry.append(line).append('\n');
            Matcher end = END.matcher(line);
            if (end.find()) {
                Integer number = numbers.get(end.group(1));
                if (number != null) {
                    entries[number] = entry.toString();
                }
                entry.setLength(0);
            }
        }
        return entries;
    }
}

package demitasse.compiler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Cuts the end off the records of most classes. TeaVM gives each one the method slots of {@code Object}, which are
 * many, as those of interfaces have fixed places among them; behind {@code clone} nothing stands in them where a class
 * has no virtual methods of its own. Nobody calls what a class has not got, and what extends it has its own record.
 */
final class ClassRecords {
    private static final Pattern PARENT = Pattern.compile("(\\w+)_VT parent;");
    private static final Pattern PLAIN =
            Pattern.compile("(typedef struct (\\w+)_VT \\{\\s*)jl_Object_VT parent;(\\s*\\} \\2_VT;)");
    private static final String SHORT = "struct { TeaVM_Class parent; void* (*virt_clone)(void*); } parent;";
    private static final Pattern OTHER_METHOD = Pattern.compile("\\.virt_(?!clone\\b)");

    private final Path generated;

    ClassRecords(Path generated) {
        this.generated = generated;
    }

    void shorten() {
        Map<Path, String> headers = new HashMap<>();
        Set<String> extended = new HashSet<>();
        try (Stream<Path> files = Files.walk(generated.resolve("c"))) {
            for (Path file : (Iterable<Path>) files.filter(one -> one.toString().endsWith(".h"))::iterator) {
                String text = Files.readString(file);
                headers.put(file, text);
                PARENT.matcher(text).results().forEach(parent -> extended.add(parent.group(1)));
            }
            for (Map.Entry<Path, String> header : headers.entrySet()) {
                Matcher plain = PLAIN.matcher(header.getValue());
                if (plain.find() && !extended.contains(plain.group(2)) && hasNoMethods(header.getKey())) {
                    String shorter = plain.replaceFirst("$1" + Matcher.quoteReplacement(SHORT) + "$3");
                    Files.writeString(header.getKey(), shorter);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean hasNoMethods(Path header) throws IOException {
        String name = header.getFileName().toString();
        Path source = header.resolveSibling(name.substring(0, name.length() - 1) + "c");
        return !OTHER_METHOD.matcher(Files.readString(source)).find();
    }
}

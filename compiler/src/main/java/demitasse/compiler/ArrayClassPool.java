package demitasse.compiler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts the pool for classes of arrays of objects down to what the generated code can ask for. TeaVM
 * reserves several hundred kilobytes, which a machine with 8 MB notices. Each place that names such a class
 * makes one at most; arrays of arrays are made by the runtime, so some are added. Too few would be a panic
 * with a reason.
 */
final class ArrayClassPool {
    private static final Pattern USE = Pattern.compile("teavm_getArrayClass\\(");
    private static final int SPARE = 16;

    private final Path generated;

    ArrayClassPool(Path generated) {
        this.generated = generated;
    }

    void shrink(List<String> compiledFiles) {
        try {
            int count = SPARE;
            for (String file : compiledFiles) {
                Matcher use = USE.matcher(Files.readString(generated.resolve(file)));
                while (use.find()) {
                    count++;
                }
            }
            Path header = generated.resolve("arrayclass_gen.h");
            Files.writeString(header, Files.readString(header)
                    .replaceAll("(TEAVM_DYNAMIC_CLASS_POOL_CAPACITY) \\d+", "$1 " + count));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

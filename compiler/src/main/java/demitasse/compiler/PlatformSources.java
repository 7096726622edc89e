package demitasse.compiler;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

/**
 * The C side of a platform, as its {@code sources.properties} states it. All values are separated by
 * spaces; file names are relative to the directory.
 *
 * @param sources {@code sources}: C and assembly files
 * @param compilerFlags {@code cflags}: for these files, the runtime and the Java code alike
 * @param linkerFlags {@code ldflags}
 * @param script {@code script}: the linker script, or null for the linker's own
 * @param embedded {@code embedded}: files that are linked on their own before the rest, each with
 *         {@code NAME.sources} and {@code NAME.flags}; assembly includes them by {@code .incbin "NAME"}
 * @param systemHeaders {@code headers=system}: the platform's own C may include the host's headers (Linux's UAPI)
 */
record PlatformSources(Path directory, List<Path> sources, List<String> compilerFlags, List<String> linkerFlags,
        Path script, List<Embedded> embedded, boolean systemHeaders) {

    /** One such file, as a vDSO is: its own shared object inside the image. */
    record Embedded(String name, List<Path> sources, List<String> flags) {
    }

    static PlatformSources read(Path directory) {
        Path file = directory.resolve("sources.properties");
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new CompileException("The platform description " + file + " cannot be read.", e);
        }
        String script = properties.getProperty("script", "").strip();
        return new PlatformSources(directory,
                words(properties, "sources").stream().map(directory::resolve).toList(),
                words(properties, "cflags"), words(properties, "ldflags"),
                script.isEmpty() ? null : directory.resolve(script),
                words(properties, "embedded").stream().map(name -> new Embedded(name,
                        words(properties, name + ".sources").stream().map(directory::resolve).toList(),
                        words(properties, name + ".flags"))).toList(),
                properties.getProperty("headers", "freestanding").strip().equals("system"));
    }

    private static List<String> words(Properties properties, String key) {
        String value = properties.getProperty(key, "").strip();
        return value.isEmpty() ? List.of() : List.of(value.split("\\s+"));
    }
}

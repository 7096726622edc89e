package demitasse.compiler;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one image is made of.
 *
 * @param name file name of the ELF without its suffix
 * @param mainClass the assembly
 * @param platform directory with the platform's C and its {@code sources.properties}
 * @param output where the ELF goes; a directory of the same name beside it holds the intermediate files
 * @param classPath jars and directories with everything the assembly reaches, TeaVM's class library included
 */
public record ImageRequest(String name, String mainClass, Path platform, Path output, List<Path> classPath) {
    private static final String USAGE = "Usage: ImageCompiler --name NAME --main CLASS --platform DIRECTORY"
            + " --output DIRECTORY [--classpath PATH]";
    private static final Set<String> OPTIONS = Set.of("--name", "--main", "--platform", "--output", "--classpath");

    /** Paths become absolute: gcc runs in a directory of its own. */
    public ImageRequest {
        platform = platform.toAbsolutePath().normalize();
        output = output.toAbsolutePath().normalize();
    }

    /** Without {@code --classpath} the class path of this very process is taken: that is how Maven calls it. */
    static ImageRequest parse(String[] arguments) {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            if (!OPTIONS.contains(arguments[i]) || i + 1 == arguments.length) {
                throw new CompileException(USAGE);
            }
            options.put(arguments[i], arguments[i + 1]);
        }
        options.putIfAbsent("--classpath", System.getProperty("java.class.path"));
        if (options.size() != OPTIONS.size()) {
            throw new CompileException(USAGE);
        }
        return new ImageRequest(options.get("--name"), options.get("--main"),
                Path.of(options.get("--platform")), Path.of(options.get("--output")),
                existing(options.get("--classpath")));
    }

    Path work() {
        return output.resolve(name);
    }

    /** Where the plugin writes which functions of the generated C are to be fast, one name a line. */
    Path fastFunctions() {
        return work().resolve("fast-functions.txt");
    }

    public Path elf() {
        return output.resolve(name + ".elf");
    }

    /** The same with symbols and Java lines. */
    public Path debugElf() {
        return output.resolve(name + ".elf.debug");
    }

    /** The Java lines alone, for panic screens: see {@link LineTable}. */
    public Path lines() {
        return output.resolve(name + ".elf.lines");
    }

    private static List<Path> existing(String classPath) {
        List<Path> entries = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator)) {
            Path path = Path.of(entry);
            if (!entry.isEmpty() && Files.exists(path)) {
                entries.add(path);
            }
        }
        return List.copyOf(entries);
    }
}

package demitasse.test.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/**
 * The shell scripts of {@code test/apps}, each in an instance of its own on every platform: {@code NAME.sh} prints what
 * is in {@code NAME.out}. Its first lines say what {@code demi run} is given: {@code # options:} and {@code # source:}.
 */
class AppScriptsTest {
    private static final Duration LIMIT = Duration.ofSeconds(300);

    @TestFactory
    Stream<DynamicNode> scripts() throws IOException {
        Path directory = Commands.root().resolve("test/apps");
        List<Path> scripts;
        try (Stream<Path> files = Files.list(directory)) {
            scripts = files.filter(file -> file.toString().endsWith(".sh")).sorted().toList();
        }
        return scripts.stream().flatMap(script -> Stream.of("linux", "kvm").map(platform ->
                dynamicTest(script.getFileName() + " on " + platform, () -> check(platform, script))));
    }

    private static void check(String platform, Path script) {
        String text = read(script);
        List<String> arguments = new ArrayList<>(List.of("run", "--platform", platform));
        arguments.addAll(header(text, "options"));
        arguments.addAll(header(text, "source"));
        arguments.addAll(List.of("--", "sh", "-c", text));
        Commands.Result result = Commands.demi(LIMIT, "", arguments);
        String expected = read(script.resolveSibling(script.getFileName().toString().replace(".sh", ".out")));
        assertEquals("0\n" + expected, result.status() + "\n" + result.output(), result::transcript);
    }

    private static List<String> header(String text, String name) {
        return text.lines().filter(line -> line.startsWith("# " + name + ": "))
                .flatMap(line -> Stream.of(line.substring(name.length() + 4).strip().split(" +"))).toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package demitasse.test.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The project's own files, found from the module's directory. */
final class Sources {
    /** Directories that hold products of a build or of git, not sources. */
    private static final List<String> NOT_SOURCES = List.of("target", ".git", ".demi", "node_modules");

    private Sources() {
    }

    static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("demi")) && !Files.exists(directory.resolve("LICENSE"))) {
            directory = directory.getParent();
        }
        return directory;
    }

    /** Every regular file whose name ends in one of the suffixes, in a stable order. */
    static List<Path> filesEndingIn(String... suffixes) {
        try (Stream<Path> walk = Files.walk(root())) {
            return walk.filter(Files::isRegularFile)
                    .filter(file -> isSource(root().relativize(file)))
                    .filter(file -> Stream.of(suffixes).anyMatch(file.getFileName().toString()::endsWith))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Path> java() {
        return filesEndingIn(".java");
    }

    static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    /** The path as messages show it. */
    static String name(Path file) {
        return root().relativize(file).toString();
    }

    private static boolean isSource(Path relative) {
        for (Path part : relative) {
            if (NOT_SOURCES.contains(part.toString())) {
                return false;
            }
        }
        return true;
    }
}

package demitasse.tools.source;

import demitasse.tools.tree.Spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens and reads a source as {@code demi run} does, below a directory of the test. */
final class SourceReader {
    private final Path directory;

    SourceReader(Path directory) {
        this.directory = directory;
    }

    Source open(String text) throws IOException {
        return new Sources(name -> Files.createDirectories(directory.resolve(name))).open(text);
    }

    /** The contents are not to be opened later: the spool is closed. */
    RootFs read(String text) throws IOException {
        try (Spool spool = new Spool(directory)) {
            return open(text).read(spool, words -> { });
        }
    }
}

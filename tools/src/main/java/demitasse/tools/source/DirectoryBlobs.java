package demitasse.tools.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** An OCI layout that is a directory. */
record DirectoryBlobs(Path directory) implements BlobStore {
    @Override
    public Optional<InputStream> open(String name) throws IOException {
        Path file = directory.resolve(name);
        return Files.isRegularFile(file) ? Optional.of(Files.newInputStream(file)) : Optional.empty();
    }
}

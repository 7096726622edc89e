package demitasse.tools.tree;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The bytes of a file of the host, read when the image is written. */
public record PathContent(Path path, long sizeBytes) implements Content {
    @Override
    public InputStream open() throws IOException {
        return Files.newInputStream(path);
    }

    @Override
    public String origin() {
        return path.toString();
    }
}

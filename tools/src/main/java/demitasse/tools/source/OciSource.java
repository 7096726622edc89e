package demitasse.tools.source;

import demitasse.tools.tree.Spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** An OCI image layout directory. */
final class OciSource implements Source {
    private final Path directory;
    private final String tag;
    private final OciImage image;

    private OciSource(Path directory, String tag) {
        this.directory = directory;
        this.tag = tag;
        this.image = new OciImage(new DirectoryBlobs(directory), directory.toString(), tag);
    }

    static Optional<Source> open(String text) {
        return TaggedPath.find(text, path -> Files.isRegularFile(path.resolve("oci-layout")))
                .map(found -> new OciSource(found.path(), found.tag()));
    }

    @Override
    public String name() {
        return tag.isEmpty() ? directory.toString() : directory + ":" + tag;
    }

    /** The manifest names everything else by digest. */
    @Override
    public String key() throws IOException {
        return new KeyHash("oci").add(image.manifestDigest()).finish();
    }

    @Override
    public RootFs read(Spool spool, Progress progress) throws IOException {
        return image.read(spool, progress);
    }
}

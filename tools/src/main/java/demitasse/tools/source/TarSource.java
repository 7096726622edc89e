package demitasse.tools.source;

import demitasse.tools.tree.FileTree;
import demitasse.tools.tree.Spool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A file: a tar archive that holds an OCI layout, or else the root file system itself. */
final class TarSource implements Source {
    private final Path file;
    private final String tag;

    private TarSource(Path file, String tag) {
        this.file = file;
        this.tag = tag;
    }

    static Optional<Source> open(String text) {
        return TaggedPath.find(text, Files::isRegularFile).map(found -> new TarSource(found.path(), found.tag()));
    }

    @Override
    public String name() {
        return tag.isEmpty() ? file.toString() : file + ":" + tag;
    }

    /**
     * By name and time, as make does: hashing a large archive would take longer than all the rest of a run.
     */
    @Override
    public String key() throws IOException {
        HostFile status = HostFile.of(file, Files.readAttributes(file, HostFile.ATTRIBUTES));
        return new KeyHash("archive").add(file.toRealPath().toString()).add(tag).add(status.device())
                .add(status.inode()).add(status.sizeBytes()).add(status.mtimeNs()).add(status.ctimeNs()).finish();
    }

    @Override
    public RootFs read(Spool spool, Progress progress) throws IOException {
        progress.step("reading " + file);
        Optional<BlobStore> layout = ArchiveBlobs.open(file, spool);
        if (layout.isPresent()) {
            return new OciImage(layout.get(), file.toString(), tag).read(spool, progress);
        }
        FileTree tree = new FileTree();
        try (InputStream archive = Files.newInputStream(file)) {
            new Unpacker(tree, spool, Unpacker.Style.PLAIN).unpack(archive, file.toString());
        }
        return new RootFs(tree, Defaults.NONE);
    }
}

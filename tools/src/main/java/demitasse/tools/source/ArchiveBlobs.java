package demitasse.tools.source;

import demitasse.tools.DemiException;
import demitasse.tools.tar.TarEntry;
import demitasse.tools.tar.TarReader;
import demitasse.tools.tree.Content;
import demitasse.tools.tree.Spool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** An OCI layout in a tar archive. Its files may come in any order, so they are spooled first. */
final class ArchiveBlobs implements BlobStore {
    private static final String MARKER = "oci-layout";
    private static final String BLOBS = "blobs/";
    private static final int FILES_MAX = 10_000;

    private final Map<String, Content> files = new HashMap<>();

    private ArchiveBlobs() {
    }

    /**
     * Empty when the archive is no OCI layout: then a name at its top tells it early, mostly at the first.
     */
    static Optional<BlobStore> open(Path file, Spool spool) throws IOException {
        ArchiveBlobs blobs = new ArchiveBlobs();
        String origin = file.toString();
        try (InputStream archive = Files.newInputStream(file); InputStream plain = Compression.open(archive)) {
            TarReader reader = new TarReader(plain, origin);
            for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
                String name = name(entry.path());
                if (!isOfLayout(name)) {
                    return Optional.empty();
                }
                if (entry.kind() == TarEntry.Kind.REGULAR) {
                    blobs.put(name, spool.add(reader.content(), entry.sizeBytes(), origin), origin);
                }
            }
        } catch (IOException e) {
            throw Compression.unreadable(origin, e);
        }
        return blobs.files.containsKey(MARKER) ? Optional.of(blobs) : Optional.empty();
    }

    @Override
    public Optional<InputStream> open(String name) throws IOException {
        Content content = files.get(name);
        return content == null ? Optional.empty() : Optional.of(content.open());
    }

    private void put(String name, Content content, String origin) {
        if (files.size() == FILES_MAX) {
            throw new DemiException(origin + " holds more than " + FILES_MAX + " files, too many for an OCI layout");
        }
        files.put(name, content);
    }

    private static String name(String path) {
        String name = path.startsWith("./") ? path.substring(2) : path;
        return name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
    }

    /** What `docker save` writes beside the layout, for older readers, is known as well. */
    private static boolean isOfLayout(String name) {
        return switch (name) {
            case "", ".", MARKER, "index.json", "manifest.json", "repositories", "blobs" -> true;
            default -> name.startsWith(BLOBS);
        };
    }
}

package demitasse.tools.source;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** The files of an OCI image layout, by their names within it (image-spec, image-layout.md). */
interface BlobStore {
    /** A file's bytes, or empty when there is no such file. */
    Optional<InputStream> open(String name) throws IOException;
}

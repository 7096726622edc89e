package demitasse.tools.source;

import demitasse.tools.DemiException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** All kinds of sources, in the order in which they are asked. */
public final class Sources {
    private final List<SourceKind> kinds;

    public Sources(Workspace workspace) {
        kinds = List.of(text -> DebSource.open(text, workspace), OciSource::open, DirectorySource::open,
                TarSource::open);
    }

    public Source open(String text) throws IOException {
        try {
            for (SourceKind kind : kinds) {
                Optional<Source> source = kind.open(text);
                if (source.isPresent()) {
                    return source.get();
                }
            }
            if (!Files.exists(Path.of(text))) {
                throw new DemiException("there is no file or directory " + text);
            }
        } catch (InvalidPathException e) {
            throw new DemiException("'" + text + "' is not a path", e);
        }
        throw new DemiException(text + " is neither a directory, a tar archive nor an OCI image");
    }
}

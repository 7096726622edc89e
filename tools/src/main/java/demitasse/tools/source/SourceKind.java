package demitasse.tools.source;

import java.io.IOException;
import java.util.Optional;

/** A way to understand the SOURCE argument. */
interface SourceKind {
    /** Empty when the text is not of this kind; a sentence is thrown when it is, but cannot be used. */
    Optional<Source> open(String text) throws IOException;
}

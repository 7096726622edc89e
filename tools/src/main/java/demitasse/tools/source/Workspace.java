package demitasse.tools.source;

import java.io.IOException;
import java.nio.file.Path;

/** Where sources keep what they want to find again in the next run. */
public interface Workspace {
    /** A directory of that name, made when it is not there. */
    Path directory(String name) throws IOException;
}

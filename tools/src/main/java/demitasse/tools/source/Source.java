package demitasse.tools.source;

import demitasse.tools.tree.Spool;

import java.io.IOException;

/** One root file system that a user named. */
public interface Source {
    /** As the user would name it; what {@code demi images} lists. */
    String name();

    /** Identifies the bytes, without reading them all: equal keys give equal images. */
    String key() throws IOException;

    /**
     * As {@link #key}, at the price of some work, but the same for more requests; asked only when {@code key}
     * finds nothing, so that what has merely been named anew is not built again.
     */
    default String resolvedKey(Progress progress) throws IOException {
        return key();
    }

    /** Reads everything. Contents that cannot be opened a second time go into the spool. */
    RootFs read(Spool spool, Progress progress) throws IOException;
}

package demitasse.fs.overlay;

import static demitasse.base.error.Errno.ENOENT;

import demitasse.vfs.DirectoryHandle;
import demitasse.vfs.DirectorySink;
import demitasse.vfs.Path;

/** An open directory of the overlay. */
final class OverlayDirectoryHandle extends DirectoryHandle {
    private final OverlayDirectory directory;
    private final MergedListing listing;

    OverlayDirectoryHandle(OverlayDirectory directory, int flags, Path path) {
        super(flags, path);
        this.directory = directory;
        listing = new MergedListing(directory);
        directory.retained();
    }

    @Override
    protected long listFrom(long from, DirectorySink sink) {
        // The lower layer does not know that the directory was removed.
        return path() != null && path().isDeleted() ? -ENOENT : listing.list(from, sink);
    }

    @Override
    protected void released() {
        listing.release();
        directory.dropped();
    }
}

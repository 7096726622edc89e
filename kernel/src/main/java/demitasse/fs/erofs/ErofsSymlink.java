package demitasse.fs.erofs;

import static demitasse.base.error.Errno.ELOOP;
import static demitasse.base.error.Errno.EUCLEAN;

import demitasse.base.collect.Ref;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Name;
import demitasse.vfs.Path;
import demitasse.vfs.PathWalk;

/** A symbolic link: its text is the file's data. */
final class ErofsSymlink extends ErofsInode {
    private final Extent extent = new Extent();

    ErofsSymlink(ErofsFileSystem fileSystem, long nid) {
        super(fileSystem, nid);
    }

    @Override
    public int open(int flags, Path path, Ref<FileHandle> out) {
        return -ELOOP;
    }

    @Override
    public int readLink(Name out) {
        if (sizeBytes() == 0 || sizeBytes() > PathWalk.PATH_BYTES_MAX) {
            return -EUCLEAN;
        }
        int error = locate(0, extent);
        if (error < 0) {
            return error;
        }
        if (extent.address == 0 || extent.lengthBytes < sizeBytes()) {
            return -EUCLEAN;
        }
        out.set(extent.address, (int) sizeBytes());
        return 0;
    }
}

package demitasse.vfs;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EISDIR;

/** An open directory of any file system: offsets, and what cannot be done with it. */
public abstract class DirectoryHandle extends FileHandle {

    private long offset;

    protected DirectoryHandle(int flags, Path path) {
        super(flags, path);
    }

    /**
     * Lists entries.
     *
     * @param from 0, or an offset that the file system gave with an entry; lseek(2) may bring any other
     *         number
     * @return the offset to go on with, or -errno when nothing could be listed
     */
    protected abstract long listFrom(long from, DirectorySink sink);

    @Override
    public final long list(DirectorySink sink) {
        long next = listFrom(offset, sink);
        if (next < 0) {
            return next;
        }
        offset = next;
        return 0;
    }

    @Override
    public final long read(Transfer target, long at) {
        return -EISDIR;
    }

    @Override
    public final boolean canSplice() {
        return false;
    }

    @Override
    public final long seek(long newOffset, int whence) {
        long base = whence == SeekWhence.SEEK_CUR ? offset : 0;
        if (whence != SeekWhence.SEEK_SET && whence != SeekWhence.SEEK_CUR || base + newOffset < 0) {
            return -EINVAL;
        }
        offset = base + newOffset;
        return offset;
    }

    /** fsync(2) of a directory in memory. */
    @Override
    public int sync(int syncFlags) {
        return 0;
    }
}

package demitasse.fs.proc;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EISDIR;
import static demitasse.base.error.Errno.ENOENT;

import demitasse.vfs.DirectorySink;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Path;
import demitasse.vfs.Transfer;

/** An open directory of procfs. */
final class ProcDirectoryHandle extends FileHandle {
    private static final int SEEK_SET = 0;
    private static final int SEEK_CUR = 1;
    private static final int SEEK_END = 2;

    private final ProcDirectory directory;
    private long position;

    ProcDirectoryHandle(ProcDirectory directory, int flags, Path path) {
        super(flags, path);
        this.directory = directory;
    }

    @Override
    public Inode inode() {
        return directory;
    }

    @Override
    public int processId() {
        return directory.processId();
    }

    @Override
    public long read(Transfer target, long offset) {
        return -EISDIR;
    }

    @Override
    public boolean canSplice() {
        return false;
    }

    @Override
    public long seek(long offset, int whence) {
        // The end is at 0 as well, which is the size.
        long place = whence == SEEK_CUR ? position + offset : offset;
        if (whence < SEEK_SET || whence > SEEK_END || place < 0) {
            return -EINVAL;
        }
        position = place;
        return place;
    }

    @Override
    public long list(DirectorySink sink) {
        if (!directory.isThere()) {
            return -ENOENT;
        }
        if (position == 0) {
            if (!sink.dots(1, directory.number, 1)) {
                return 0;
            }
            position = 1;
        }
        if (position == 1) {
            if (!sink.dots(2, directory.number, ProcDirectory.FIRST)) {
                return 0;
            }
            position = ProcDirectory.FIRST;
        }
        position = directory.list(sink, position);
        return 0;
    }
}

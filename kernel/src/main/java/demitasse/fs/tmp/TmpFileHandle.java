package demitasse.fs.tmp;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENXIO;
import static demitasse.base.error.Errno.EOVERFLOW;

import demitasse.base.annotation.HotPath;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.SeekWhence;
import demitasse.vfs.Transfer;

/** An open regular file. */
final class TmpFileHandle extends FileHandle {
    private final TmpRegular file;
    private long position;

    TmpFileHandle(TmpRegular file, int flags, Path path) {
        super(flags, path);
        this.file = file;
        file.retained();
    }

    @Override
    public Inode inode() {
        // The place may be one of a stacked file system, which is what stat(2) and mmap(2) are to see.
        return path() == null ? file : super.inode();
    }

    @Override
    public boolean nonBlocking() {
        return false;
    }

    @Override
    @HotPath("per system call")
    public long read(Transfer target, long offset) {
        if (offset != CURRENT) {
            return file.read(target, offset);
        }
        long moved = file.read(target, position);
        if (moved > 0) {
            position += moved;
        }
        return moved;
    }

    /** With O_APPEND even pwrite(2) appends, as its BUGS section says. */
    @Override
    @HotPath("per system call")
    public long write(Transfer source, long offset) {
        boolean appends = (flags() & OpenFlags.O_APPEND) != 0;
        long start = appends ? file.size() : offset == CURRENT ? position : offset;
        long moved = file.write(source, start);
        if (moved > 0 && offset == CURRENT) {
            position = start + moved;
        }
        return moved;
    }

    @Override
    public long seek(long offset, int whence) {
        long base;
        switch (whence) {
            case SeekWhence.SEEK_SET -> base = 0;
            case SeekWhence.SEEK_CUR -> base = position;
            case SeekWhence.SEEK_END -> base = file.size();
            case SeekWhence.SEEK_DATA, SeekWhence.SEEK_HOLE -> {
                return seekContents(offset, whence == SeekWhence.SEEK_DATA);
            }
            default -> {
                return -EINVAL;
            }
        }
        if (offset > 0 && base > Long.MAX_VALUE - offset) {
            return -EOVERFLOW;
        }
        if (base + offset < 0) {
            return -EINVAL;
        }
        position = base + offset;
        return position;
    }

    private long seekContents(long offset, boolean data) {
        if (offset < 0 || offset >= file.size()) {
            return -ENXIO;
        }
        long found = data ? file.nextData(offset) : file.nextHole(offset);
        if (found >= file.size() && data) {
            return -ENXIO;
        }
        position = found;
        return found;
    }

    @Override
    public int sync(int syncFlags) {
        return 0;
    }

    @Override
    protected void released() {
        file.dropped();
    }
}

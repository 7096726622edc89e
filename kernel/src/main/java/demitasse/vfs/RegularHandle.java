package demitasse.vfs;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENXIO;

import demitasse.base.annotation.HotPath;

/** An open regular file of any file system: the offset, and lseek(2). */
public abstract class RegularHandle extends FileHandle {
    private final Inode file;
    private long position;

    /**
     * @param file whose contents are read: held until the handle goes; with a stacked file system not that of
     *         the path
     * @param path may be null for a file without a place
     */
    protected RegularHandle(Inode file, int flags, Path path) {
        super(flags, path);
        this.file = file;
        file.retained();
    }

    /** Bytes moved from an offset that is not negative; 0 at the end, -EFAULT, -EIO. */
    protected abstract long readAt(Transfer target, long offset);

    protected abstract long writeAt(Transfer source, long offset);

    protected abstract long sizeBytes();

    /**
     * Tells where the bytes at an offset stand, and for how many that is so; or how many have to be copied before it is
     * worth another question. Who keeps the address holds the frames.
     */
    public abstract void lend(long offset, long lengthMaxBytes, Loan out);

    /**
     * The next byte that is not in a hole, from an offset before the end; anything behind the end without
     * one.
     */
    protected long nextData(long offset) {
        return offset;
    }

    protected long nextHole(long offset) {
        return sizeBytes();
    }

    /** The place may be one of a stacked file system: that is what stat(2) and mmap(2) are to see. */
    @Override
    public final Inode inode() {
        return path() == null ? file : super.inode();
    }

    /** O_NONBLOCK means nothing for regular files, open(2). */
    @Override
    public final boolean nonBlocking() {
        return false;
    }

    @Override
    @HotPath("per system call")
    public final long read(Transfer target, long offset) {
        long moved = readAt(target, offset == CURRENT ? position : offset);
        if (moved > 0) {
            if (offset == CURRENT) {
                position += moved;
            }
            notice(Notices.ACCESS);
        }
        return moved;
    }

    /** With O_APPEND even pwrite(2) appends, as its BUGS section says. */
    @Override
    @HotPath("per system call")
    public final long write(Transfer source, long offset) {
        boolean appends = (flags() & OpenFlags.O_APPEND) != 0;
        long start = appends ? sizeBytes() : offset == CURRENT ? position : offset;
        long moved = writeAt(source, start);
        if (moved > 0) {
            if (offset == CURRENT) {
                position = start + moved;
            }
            notice(Notices.MODIFY);
        }
        return moved;
    }

    @Override
    public final long seek(long offset, int whence) {
        long base;
        switch (whence) {
            case SeekWhence.SEEK_SET -> base = 0;
            case SeekWhence.SEEK_CUR -> base = position;
            case SeekWhence.SEEK_END -> base = sizeBytes();
            case SeekWhence.SEEK_DATA, SeekWhence.SEEK_HOLE -> {
                return seekContents(offset, whence == SeekWhence.SEEK_DATA);
            }
            default -> {
                return -EINVAL;
            }
        }
        if (base + offset < 0) {
            return -EINVAL;
        }
        position = base + offset;
        return position;
    }

    private long seekContents(long offset, boolean data) {
        if (offset < 0 || offset >= sizeBytes()) {
            return -ENXIO;
        }
        long found = data ? nextData(offset) : nextHole(offset);
        if (found >= sizeBytes() && data) {
            return -ENXIO;
        }
        position = found;
        return found;
    }

    /** fsync(2): file systems in memory have nothing to wait for. */
    @Override
    public int sync(int syncFlags) {
        return 0;
    }

    @Override
    protected void released() {
        file.dropped();
    }
}

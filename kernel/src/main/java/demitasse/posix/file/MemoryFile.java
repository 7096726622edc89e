package demitasse.posix.file;

import static demitasse.base.error.Errno.EPERM;

import demitasse.base.memory.Text;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Transfer;

/** An open memfd_create(2) file: the tmpfs file's handle behind the seals. */
public final class MemoryFile extends FileHandle {
    private static final int SEEK_CUR = 1;

    private final MemoryInode inode;
    private final FileHandle data;

    MemoryFile(MemoryInode inode, FileHandle data, int flags) {
        super(flags);
        this.inode = inode;
        this.data = data;
        inode.retained();
    }

    @Override
    public Inode inode() {
        return inode;
    }

    public MemoryInode memory() {
        return inode;
    }

    @Override
    public boolean isWriteSealed() {
        return inode.isWriteSealed();
    }

    @Override
    public void describe(Text out) {
        inode.describe(out);
    }

    @Override
    public long read(Transfer target, long offset) {
        return data.read(target, offset);
    }

    @Override
    public long write(Transfer source, long offset) {
        if (inode.isWriteSealed()) {
            return -EPERM;
        }
        if (inode.isGrowthSealed()) {
            boolean appends = (flags() & OpenFlags.O_APPEND) != 0;
            long end = inode.sizeBytes();
            long place = appends ? end : offset == CURRENT ? data.seek(0, SEEK_CUR) : offset;
            if (source.remaining() > end - place) {
                return -EPERM;
            }
        }
        data.setFlags(flags());
        return data.write(source, offset);
    }

    @Override
    public long seek(long offset, int whence) {
        return data.seek(offset, whence);
    }

    @Override
    public int sync(int syncFlags) {
        return data.sync(syncFlags);
    }

    @Override
    public boolean nonBlocking() {
        return data.nonBlocking();
    }

    @Override
    protected void released() {
        data.release();
        inode.dropped();
    }
}

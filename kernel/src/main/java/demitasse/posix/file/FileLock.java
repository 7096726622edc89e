package demitasse.posix.file;

import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Watch;

/** A lock on a range of a file, fcntl(2), or on the whole of it, flock(2). */
public final class FileLock extends Watch {
    /** l_type of struct flock. */
    public static final int READ = 0;
    public static final int WRITE = 1;
    public static final int UNLOCK = 2;
    /** The last byte of a range that reaches to the end of the file, wherever that will be. */
    public static final long TO_END = Long.MAX_VALUE;

    final FileLocks locks;
    final Inode inode;
    /** A {@link FileTable} for the locks of a process, a {@link FileHandle} for those of an open file. */
    final Object owner;
    /** flock(2) and fcntl(2) do not see each other, flock(2) NOTES. */
    final boolean whole;
    int type;
    long first;
    long last;
    int pid;
    FileLock next;

    FileLock(FileLocks locks, Inode inode, Object owner, boolean whole, int type, long first, long last, int pid) {
        this.locks = locks;
        this.inode = inode;
        this.owner = owner;
        this.whole = whole;
        this.type = type;
        this.first = first;
        this.last = last;
        this.pid = pid;
        if (owner instanceof FileHandle file) {
            file.addWatch(this);
        }
    }

    public int type() {
        return type;
    }

    public long first() {
        return first;
    }

    /** Inclusive. */
    public long last() {
        return last;
    }

    /** Who set it; -1 for a lock of an open file. */
    public int pid() {
        return owner instanceof FileHandle ? -1 : pid;
    }

    boolean overlaps(long otherFirst, long otherLast) {
        return first <= otherLast && otherFirst <= last;
    }

    /** Overlaps, or ends just where the other begins, or the other way round. */
    boolean touches(long otherFirst, long otherLast) {
        return (first == 0 || first - 1 <= otherLast) && (otherFirst == 0 || otherFirst - 1 <= last);
    }

    @Override
    protected void fileGone() {
        locks.forget(this);
    }
}

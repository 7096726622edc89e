package demitasse.posix.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EMFILE;
import static demitasse.base.error.Errno.ENFILE;

import demitasse.base.memory.JavaHeap;
import demitasse.vfs.FileHandle;

/** The descriptors of a process, with their close-on-exec flags. */
public final class FileTable {
    /** The hard limit of RLIMIT_NOFILE, getrlimit(2), and fs.nr_open of Linux. */
    public static final int LIMIT_MAX = 1 << 20;
    public static final int LIMIT_DEFAULT = 1024;
    private static final int INITIAL_CAPACITY = 64;

    private FileHandle[] files = new FileHandle[INITIAL_CAPACITY];
    /** One bit per descriptor: in use, and close-on-exec. */
    private long[] used = new long[INITIAL_CAPACITY >>> 6];
    private long[] closeOnExec = new long[INITIAL_CAPACITY >>> 6];
    private int limit = LIMIT_DEFAULT;
    private int users = 1;
    /** Set once the process has locked a file: then closing a descriptor gives locks back. */
    private FileLocks locks;

    /** The file behind a descriptor, borrowed; null for a bad one. */
    public FileHandle at(int fd) {
        return fd >= 0 && fd < files.length ? files[fd] : null;
    }

    /** RLIMIT_NOFILE, the soft limit: descriptors are below it; those that stand above stay open. */
    public int limit() {
        return limit;
    }

    public void setLimit(int newLimit) {
        assert newLimit >= 0 && newLimit <= LIMIT_MAX;
        limit = newLimit;
    }

    /**
     * Gives a file the lowest free descriptor from {@code from} up; the table takes over the caller's reference.
     *
     * @return the descriptor, or -EMFILE, or -ENFILE: the reference stays with the caller
     */
    public int install(FileHandle file, int from, boolean cloexec) {
        int fd = lowestFree(from);
        if (fd >= limit) {
            return -EMFILE;
        }
        if (!hasRoomFor(fd)) {
            return -ENFILE;
        }
        if (fd >= files.length) {
            grow(fd);
        }
        put(fd, file, cloexec);
        return fd;
    }

    /** No descriptor is free: EMFILE, to be found out before open(2) makes a file. */
    public boolean isFull() {
        return lowestFree(0) >= limit;
    }

    /** Whether the kernel has room for a file with this descriptor. */
    public boolean hasRoomFor(int fd) {
        return JavaHeap.hasRoom(FileHandle.HEAP_BYTES + (fd < files.length ? 0 : tableBytes(capacityFor(fd))));
    }

    /** What {@link #copy} takes. */
    public long copyBytes() {
        return tableBytes(files.length);
    }

    private static long tableBytes(int capacity) {
        // A reference, and two bits.
        return (long) capacity * Long.BYTES + 2 * capacity / Byte.SIZE;
    }

    /** Gives a new file the lowest free descriptor, or releases it: the descriptor, or -errno. */
    public int installNew(FileHandle file, boolean cloexec) {
        int fd = install(file, 0, cloexec);
        if (fd < 0) {
            file.release();
        }
        return fd;
    }

    /**
     * Gives a file this very descriptor, dup2(2), and takes over the caller's reference.
     *
     * @return what stood there, which the caller must release; null if nothing
     */
    public FileHandle replace(int fd, FileHandle file, boolean cloexec) {
        assert fd >= 0 && fd < limit;
        if (fd >= files.length) {
            grow(fd);
        }
        FileHandle old = files[fd];
        if (old != null && locks != null) {
            locks.closed(this, old);
        }
        put(fd, file, cloexec);
        return old;
    }

    /** Takes a descriptor out: its file with the table's reference, or null for a bad one. */
    public FileHandle take(int fd) {
        FileHandle file = at(fd);
        if (file != null) {
            files[fd] = null;
            used[fd >>> 6] &= ~(1L << fd);
            if (locks != null) {
                locks.closed(this, file);
            }
        }
        return file;
    }

    /** The process owns locks from now on. */
    public void ownLocks(FileLocks where) {
        locks = where;
    }

    /** close(2): 0 or -EBADF. */
    public int close(int fd) {
        FileHandle file = take(fd);
        if (file == null) {
            return -EBADF;
        }
        file.release();
        return 0;
    }

    public boolean isCloseOnExec(int fd) {
        return (closeOnExec[fd >>> 6] & 1L << fd) != 0;
    }

    public void setCloseOnExec(int fd, boolean cloexec) {
        if (cloexec) {
            closeOnExec[fd >>> 6] |= 1L << fd;
        } else {
            closeOnExec[fd >>> 6] &= ~(1L << fd);
        }
    }

    /** The first open descriptor at or above {@code fd}, or -1. */
    public int next(int fd) {
        int word = fd >>> 6;
        if (fd < 0 || word >= used.length) {
            return -1;
        }
        long bits = used[word] & -1L << fd;
        while (bits == 0) {
            if (++word == used.length) {
                return -1;
            }
            bits = used[word];
        }
        return (word << 6) + Long.numberOfTrailingZeros(bits);
    }

    /** How many bits the table has room for: FDSize of /proc/pid/status. */
    public int capacity() {
        return files.length;
    }

    /** execve(2). */
    public void closeForExec() {
        for (int fd = next(0); fd >= 0; fd = next(fd + 1)) {
            if (isCloseOnExec(fd)) {
                close(fd);
            }
        }
    }

    /** One more process uses it, clone(2) CLONE_FILES. */
    public FileTable share() {
        users++;
        return this;
    }

    /** A table of the caller's own: this one, or a copy of it if it is shared, execve(2). */
    public FileTable unshare() {
        if (users == 1) {
            return this;
        }
        users--;
        return copy();
    }

    /** A process that used it has ended; with the last everything is closed. */
    public void leave() {
        if (--users == 0) {
            closeAll();
            JavaHeap.give(tableBytes(files.length) - tableBytes(INITIAL_CAPACITY));
        }
    }

    private void closeAll() {
        for (int fd = next(0); fd >= 0; fd = next(fd + 1)) {
            close(fd);
        }
    }

    /** A table with the same open files, for fork(2). */
    public FileTable copy() {
        FileTable twin = new FileTable();
        twin.limit = limit;
        twin.grow(files.length - 1);
        for (int fd = next(0); fd >= 0; fd = next(fd + 1)) {
            files[fd].retain();
            twin.put(fd, files[fd], isCloseOnExec(fd));
        }
        return twin;
    }

    private void put(int fd, FileHandle file, boolean cloexec) {
        files[fd] = file;
        used[fd >>> 6] |= 1L << fd;
        setCloseOnExec(fd, cloexec);
    }

    /** The lowest descriptor from {@code from} up that is free; it may lie beyond the arrays. */
    private int lowestFree(int from) {
        int word = from >>> 6;
        if (word >= used.length) {
            return from;
        }
        long free = ~used[word] & -1L << from;
        while (free == 0) {
            if (++word == used.length) {
                return word << 6;
            }
            free = ~used[word];
        }
        return (word << 6) + Long.numberOfTrailingZeros(free);
    }

    private void grow(int fd) {
        int capacity = capacityFor(fd);
        JavaHeap.take(tableBytes(capacity) - tableBytes(files.length));
        FileHandle[] moreFiles = new FileHandle[capacity];
        System.arraycopy(files, 0, moreFiles, 0, files.length);
        files = moreFiles;
        used = widen(used, capacity >>> 6);
        closeOnExec = widen(closeOnExec, capacity >>> 6);
    }

    private int capacityFor(int fd) {
        int capacity = files.length;
        while (capacity <= fd) {
            capacity *= 2;
        }
        return capacity;
    }

    private static long[] widen(long[] bits, int words) {
        long[] wider = new long[words];
        System.arraycopy(bits, 0, wider, 0, bits.length);
        return wider;
    }
}

package demitasse.posix.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EMFILE;

import demitasse.vfs.FileHandle;

/** The descriptors of a process. The file helper owns this. */
public final class FileTable {
    private static final int INITIAL_CAPACITY = 64;
    /** The hard limit of RLIMIT_NOFILE, getrlimit(2). */
    public static final int LIMIT_MAX = 1 << 20;

    private FileHandle[] files = new FileHandle[INITIAL_CAPACITY];
    private boolean[] closeOnExec = new boolean[INITIAL_CAPACITY];
    private int limit = 1024;

    /** The file behind a descriptor, borrowed; null for a bad one. */
    public FileHandle at(int fd) {
        return fd >= 0 && fd < files.length ? files[fd] : null;
    }

    /**
     * Gives a file the lowest free descriptor from {@code from} up; the table takes over the caller's reference.
     *
     * @return the descriptor, or -EMFILE: the reference stays with the caller
     */
    public int install(FileHandle file, int from, boolean cloexec) {
        int fd = from;
        while (fd < files.length && files[fd] != null) {
            fd++;
        }
        if (fd >= limit) {
            return -EMFILE;
        }
        if (fd >= files.length) {
            grow(fd);
        }
        files[fd] = file;
        closeOnExec[fd] = cloexec;
        return fd;
    }

    /** close(2): 0 or -EBADF. */
    public int close(int fd) {
        FileHandle file = at(fd);
        if (file == null) {
            return -EBADF;
        }
        files[fd] = null;
        file.release();
        return 0;
    }

    private void grow(int fd) {
        int capacity = Math.min(LIMIT_MAX, Math.max(fd + 1, files.length * 2));
        FileHandle[] moreFiles = new FileHandle[capacity];
        boolean[] moreFlags = new boolean[capacity];
        System.arraycopy(files, 0, moreFiles, 0, files.length);
        System.arraycopy(closeOnExec, 0, moreFlags, 0, files.length);
        files = moreFiles;
        closeOnExec = moreFlags;
    }
}

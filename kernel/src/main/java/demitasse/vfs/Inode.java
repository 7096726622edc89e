package demitasse.vfs;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENODEV;
import static demitasse.base.error.Errno.ENOTDIR;
import static demitasse.base.error.Errno.ENOTSUP;
import static demitasse.base.error.Errno.ENOTTY;
import static demitasse.base.error.Errno.ENXIO;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.ESTALE;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.collect.Ref;
import demitasse.base.memory.Text;

/**
 * A file, inode(7). Permissions are the caller's business ({@link Access}); names are single components,
 * never "." or "..". Results are 0 or -errno. The defaults answer what Linux answers for a file of another
 * kind.
 */
public abstract class Inode {
    /** {@link #locate}: the root of its file system. */
    public static final int IS_ROOT = 1;
    public static final int SAME = -1;
    /** {@link #inodeFlags}: nothing about it may change; or only what is appended to it. */
    public static final int FS_IMMUTABLE_FL = 0x10;
    public static final int FS_APPEND_FL = 0x20;
    public static final int FIXED = FS_IMMUTABLE_FL | FS_APPEND_FL;
    private FileView firstView;
    private int writers;
    private int programs;
    private int writeHint;
    private boolean neverNamed;

    public abstract int stat(Stat out);

    /** How long what is written is said to last, F_GET_RW_HINT of fcntl(2). */
    public final int writeHint() {
        return writeHint;
    }

    public final void setWriteHint(int hint) {
        writeHint = hint;
    }

    /** Made by open(2) with O_TMPFILE and O_EXCL: link(2) cannot give it a name. */
    public final void setNeverNamed() {
        neverNamed = true;
    }

    final boolean isNeverNamed() {
        return neverNamed;
    }

    /** The flags of ioctl_iflags(2), FS_*_FL, and new ones unless they are {@link #SAME}; -ENOTTY: there are none. */
    public int inodeFlags(int newFlags) {
        return -ENOTTY;
    }

    public final boolean hasFlags(int flags) {
        int own = inodeFlags(SAME);
        return own > 0 && (own & flags) != 0;
    }

    /** Opens; {@code path} is where it was found and may be kept by the handle. */
    public int open(int flags, Path path, Ref<FileHandle> out) {
        return -ENXIO;
    }

    public int lookup(Name name, Ref<Inode> out) {
        return -ENOTDIR;
    }

    /** Makes a regular file, directory, device, FIFO or socket; the type is in {@code mode} (S_IFMT). */
    public int create(Name name, int mode, int uid, int gid, long deviceNumber, Ref<Inode> out) {
        return -ENOTDIR;
    }

    /** Makes a regular file in this directory's file system that has no name yet, O_TMPFILE of open(2). */
    public int createUnnamed(int mode, int uid, int gid, Ref<Inode> out) {
        return -ENOTSUP;
    }

    public int symlink(Name name, Name target, int uid, int gid, Ref<Inode> out) {
        return -ENOTDIR;
    }

    public int link(Name name, Inode existing) {
        return -ENOTDIR;
    }

    /** Removes a name; {@code directory} says that rmdir(2) asks. */
    public int unlink(Name name, boolean directory) {
        return -ENOTDIR;
    }

    /** renameat2(2) with its flags; both directories are of the same file system. */
    public int rename(Name from, Inode targetDirectory, Name to, int flags) {
        return -ENOTDIR;
    }

    /** The target of a symbolic link, as a view that is valid until the next call into the file system. */
    public int readLink(Name out) {
        return -EINVAL;
    }

    /**
     * A magic link, proc(5) on /proc/[pid]/exe and fd: leads to a place, not to a text.
     *
     * @param out set to the place on success
     * @return 0; -EINVAL for any other file; another -errno when it leads nowhere
     */
    public int jump(Path out) {
        return -EINVAL;
    }

    /** Writes what a file without a name is called, d_dname() of Linux; false for all that have one. */
    public boolean describesItself(Text out) {
        return false;
    }

    public int truncate(long sizeBytes) {
        return -EINVAL;
    }

    /** chmod(2); permission bits only. */
    public int setMode(int mode) {
        return -EPERM;
    }

    /** chown(2); -1 leaves a value. */
    public int setOwner(int uid, int gid) {
        return -EPERM;
    }

    /** utimensat(2); Long.MIN_VALUE leaves a time. */
    public int setTimes(long accessNs, long modifyNs) {
        return -EPERM;
    }

    /** fallocate(2). */
    public int allocate(int mode, long offset, long lengthBytes) {
        return -ENODEV;
    }

    /**
     * The frame that holds a page of the file, for mmap(2): shared with every other user of the file.
     *
     * @param create whether a hole must become a real page (a shared writable mapping needs it)
     * @return the frame, borrowed from the file; 0 for a hole; -ENODEV when the file cannot be mapped this
     *         way; -EINVAL beyond the end of the file
     */
    public long page(long index, boolean create) {
        return -ENODEV;
    }

    /** True when {@link #page} frames may be mapped into programs (regular files). */
    public boolean isMappable() {
        return false;
    }

    /**
     * A number by which {@link FileSystem#byHandle} finds it as long as it is, name_to_handle_at(2).
     *
     * @return -EOPNOTSUPP where there is no such thing; -ENOMEM
     */
    public long handle() {
        return -EOPNOTSUPP;
    }

    /**
     * Where a directory stands: 0 with its parent, borrowed, and its name there, which is good until names change;
     * {@link #IS_ROOT}; -ESTALE for one without a name, and for files, which may have several.
     */
    public int locate(Ref<Inode> parent, Name name) {
        return -ESTALE;
    }

    /** Whether {@link #written} is to be told of writing through shared mappings. */
    public boolean notesWrites() {
        return false;
    }

    /** A program writes through a shared mapping, told once between two calls of msync(2): times change, mmap(2). */
    public void written() {
    }

    /** A program has mapped it, which counts as an access, mmap(2) NOTES. */
    public void mapped() {
    }

    /**
     * The value of an extended attribute, getxattr(2); whoever asks was checked already.
     *
     * @param capacityBytes 0 to ask for the length alone
     * @return its length; -ENODATA; -ERANGE when it does not fit; -ENOTSUP from a file system without any
     */
    public long attribute(Name name, long target, int capacityBytes) {
        return -ENOTSUP;
    }

    /** setxattr(2), with its flags: 0, -EEXIST, -ENODATA, -ENOSPC, -ENOMEM, -ENOTSUP. */
    public int setAttribute(Name name, long value, int sizeBytes, int flags) {
        return -ENOTSUP;
    }

    public int removeAttribute(Name name) {
        return -ENOTSUP;
    }

    /** The names of all attributes one by one, for listxattr(2); null behind the last. */
    public Name attributeName(int index) {
        return null;
    }

    /**
     * A number that a stacked file system keeps with a file of its writable layer, as Linux' overlayfs does
     * with extended attributes in "trusted.overlay"; 0 unless set.
     */
    public long mark() {
        return 0;
    }

    public int setMark(long mark) {
        return -ENOTSUP;
    }

    /**
     * A name or a stacked inode begins to hold this inode. What {@link #lookup} and its like hand out is held
     * by nobody yet: whoever keeps it calls this before asking the file system again.
     */
    public void retained() {
    }

    /** One holder less; the last one lets the object go, and the file too when no name is left. */
    public void dropped() {
    }

    /**
     * A mapping of this file begins; it holds the inode. An inode that stands before another may pass it on.
     */
    public void addView(FileView view) {
        view.previous = null;
        view.next = firstView;
        if (firstView != null) {
            firstView.previous = view;
        }
        firstView = view;
    }

    public void removeView(FileView view) {
        if (view.previous == null) {
            assert firstView == view : "a view is removed from the inode that it was added to";
            firstView = view.next;
        } else {
            view.previous.next = view.next;
        }
        if (view.next != null) {
            view.next.previous = view.previous;
        }
        view.next = null;
        view.previous = null;
    }

    /** Whether a mapping may write this file, see {@link FileView#mayWrite}. */
    public final boolean hasWritingView() {
        FileView view = firstView;
        while (view != null && !view.mayWrite()) {
            view = view.next;
        }
        return view != null;
    }

    /** A file is open for writing, or a program runs from it, but not both: ETXTBSY of open(2) and execve(2). */
    public final boolean isOpenForWriting() {
        return writers > 0;
    }

    public final boolean isExecuting() {
        return programs > 0;
    }

    /** Counts those who have it open for writing. */
    final void addWriters(int count) {
        writers += count;
    }

    /** Counts the memories that a program was loaded into from this file. */
    public final void addPrograms(int count) {
        programs += count;
    }

    /** Tells the mappings that pages are about to leave the file, see {@link FileView#pagesGo}. */
    protected final void tellViews(long first, long limit, boolean copies) {
        for (FileView view = firstView; view != null; view = view.next) {
            view.pagesGo(first, limit, copies);
        }
    }
}

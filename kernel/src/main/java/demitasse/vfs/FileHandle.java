package demitasse.vfs;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOTDIR;
import static demitasse.base.error.Errno.ENOTTY;
import static demitasse.base.error.Errno.ESPIPE;

import demitasse.base.annotation.ColdPath;
import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Text;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.Pollable;
import demitasse.sched.wait.WaitQueue;

/**
 * An open file description, open(2). No method blocks: what cannot be done now answers -EAGAIN and wakes
 * {@link #waiters()} when it can. The defaults answer what Linux answers for a file that lacks the operation.
 */
public abstract class FileHandle implements Pollable {
    /** For {@code offset}: use and move the handle's own offset. */
    public static final long CURRENT = -1;

    /** An open file, with what stands behind it, takes about as much of the kernel's heap. */
    public static final int HEAP_BYTES = 768;

    private final WaitQueue waiters = new WaitQueue();
    private int references = 1;
    private int flags;
    private Watch watches;
    private Watch owner;
    private boolean countsAsWriter;
    private boolean holdsPrivileges;
    private boolean created;
    private boolean silent;
    private final Path path;

    /** @param flags the O_* flags of open(2): access mode and status flags */
    protected FileHandle(int flags) {
        this(flags, null);
    }

    /**
     * @param path where it was opened; the handle keeps a copy, and with it the file, until it is released
     */
    protected FileHandle(int flags, Path path) {
        JavaHeap.take(HEAP_BYTES);
        this.flags = flags;
        this.path = path == null ? null : new Path(path);
    }

    /** The inode behind it; null for what has none worth showing (such as an eventfd before procfs asks). */
    public Inode inode() {
        return path == null ? null : path.inode();
    }

    /** Whether this very open made the file, fcntl(2) F_CREATED_QUERY. */
    public final boolean isCreated() {
        return created;
    }

    public final void setCreated() {
        created = true;
    }

    /** Whether the file, when it was opened, could give a program privileges that writing takes away. */
    public final boolean holdsPrivileges() {
        return holdsPrivileges;
    }

    public final void setHoldsPrivileges(boolean value) {
        holdsPrivileges = value;
    }

    /** Where it was opened, for /proc/self/fd and fchdir; null when it has no path. */
    public Path path() {
        return path;
    }

    /** The process whose directory of procfs this is, which pidfd_send_signal(2) takes too; 0 for all other files. */
    public int processId() {
        return 0;
    }

    /** What /proc/self/fd/N shows for a file without a path, such as "pipe:[7]". */
    public void describe(Text out) {
        out.add("anon_inode:[unknown]");
    }

    /** What /proc/self/fdinfo/N tells beyond offset and flags, in whole lines; nothing for most files. */
    public void details(Text out) {
    }

    /**
     * Whether open(2) may return: 0; -EAGAIN while a FIFO waits for its other end, fifo(7), then {@link
     * #waiters()} is woken; another -errno when it cannot be opened after all.
     */
    public int opened() {
        return 0;
    }

    /**
     * At {@code offset}, or {@link #CURRENT}; a file without offsets answers -ESPIPE for anything but
     * CURRENT.
     */
    public long read(Transfer target, long offset) {
        return -EINVAL;
    }

    public long write(Transfer source, long offset) {
        return -EINVAL;
    }

    /** Whether there are bytes to be read or written at all; where not, no bytes are refused like any other number. */
    public boolean carriesBytes() {
        return true;
    }

    /** The same of writing alone. */
    public boolean takesBytes() {
        return carriesBytes();
    }

    public long seek(long offset, int whence) {
        return -ESPIPE;
    }

    /** Whether a read or write at an offset answers ESPIPE, even where the file is not open for it. */
    public boolean isStream() {
        return seek(0, SeekWhence.SEEK_CUR) == -ESPIPE;
    }

    /** Whether splice(2) may read and write it: not directories and what hands out records rather than bytes. */
    public boolean canSplice() {
        return true;
    }

    /** getdents64(2): hands on entries until there are no more or the sink has no room; 0 or -errno. */
    public long list(DirectorySink sink) {
        return -ENOTDIR;
    }

    /**
     * ioctl(2); the argument is a user address or a number, as the request says; {@code user} reaches user
     * memory.
     */
    public long control(int request, long argument, ControlMemory user) {
        return -ENOTTY;
    }

    public int sync(int syncFlags) {
        return -EINVAL;
    }

    @Override
    public int readiness() {
        return Events.IN | Events.OUT;
    }

    /** Whether there is anything to wait for, epoll_ctl(2) EPERM; regular files are known by their type. */
    public boolean isPollable() {
        return true;
    }

    /** Whether it can be waited for although it calls itself a regular file, as a queue of mq_overview(7) does. */
    public boolean isQueue() {
        return false;
    }

    @Override
    public WaitQueue waiters() {
        return waiters;
    }

    /**
     * False for files where O_NONBLOCK means nothing (regular files): they wait for the disk all the same.
     */
    public boolean nonBlocking() {
        return (flags & OpenFlags.O_NONBLOCK) != 0;
    }

    /** How long a call that blocks waits for IN or OUT at most, socket(7) SO_RCVTIMEO and SO_SNDTIMEO; 0 for ever. */
    public long waitLimitNs(int events) {
        return 0;
    }

    /** Whether O_ASYNC has an effect, fcntl(2): for pipes, sockets, terminals and inotify(7). */
    public boolean canSignal() {
        return false;
    }

    /** Whom O_ASYNC tells when nobody was named: a process group, 0 for the caller, -1 for nobody. */
    public int defaultOwner() {
        return -1;
    }

    /** Whom it tells by signals, F_SETOWN of fcntl(2); null for nobody. */
    public final Watch owner() {
        return owner;
    }

    /** Once. */
    public final void setOwner(Watch newOwner) {
        owner = newOwner;
        addWatch(newOwner);
    }

    public final int flags() {
        return flags;
    }

    /** F_SETFL, fcntl(2). */
    public final void setFlags(int newFlags) {
        flags = newFlags;
    }

    /** Opened with O_PATH: names a place and can do nothing else, open(2). */
    public final boolean isPathOnly() {
        return (flags & OpenFlags.O_PATH) != 0;
    }

    public final boolean isReadable() {
        int mode = flags & OpenFlags.O_ACCMODE;
        return mode == OpenFlags.O_RDONLY || mode == OpenFlags.O_RDWR;
    }

    public final boolean isWritable() {
        int mode = flags & OpenFlags.O_ACCMODE;
        return mode == OpenFlags.O_WRONLY || mode == OpenFlags.O_RDWR;
    }

    /** Whether a seal forbids to write the file, though it is open for writing: fcntl(2) "File Sealing". */
    public boolean isWriteSealed() {
        return false;
    }

    /** As long as it is open no program runs from the file, execve(2) ETXTBSY, and its mount stays writable. */
    public final void countAsWriter() {
        countsAsWriter = true;
        countWriters(1);
    }

    private void countWriters(int count) {
        inode().addWriters(count);
        if (path != null && path.mount() != null) {
            path.mount().addWriters(count);
        }
    }

    /** Tells whoever watches the place where it was opened, inotify(7). */
    public final void notice(int events) {
        if (path != null && path.isSet() && !silent) {
            path.entry().notice(events, path.mount());
        }
    }

    /** What is done through it is told to nobody: it was handed out to tell of a file, fanotify(7). */
    public final void setSilent() {
        silent = true;
    }

    public final void retain() {
        assert references > 0 : "a released file cannot come back";
        references++;
    }

    /** How often it is held. */
    public final int references() {
        return references;
    }

    public final void release() {
        assert references > 0 : "released more often than retained";
        if (--references == 0) {
            end();
        }
    }

    @ColdPath("once per open file")
    private void end() {
        JavaHeap.give(HEAP_BYTES);
        while (watches != null) {
            Watch watch = watches;
            removeWatch(watch);
            watch.fileGone();
        }
        if (countsAsWriter) {
            countWriters(-1);
        }
        released();
        if (path != null) {
            if (!isPathOnly()) {
                notice(isWritable() ? Notices.CLOSE_WRITE : Notices.CLOSE_NOWRITE);
            }
            path.clear();
        }
    }

    /** Who looks on; {@link Watch#following} is the next. Null for nobody. */
    public final Watch firstWatch() {
        return watches;
    }

    public final void addWatch(Watch watch) {
        watch.nextWatch = watches;
        watch.previousWatch = null;
        if (watches != null) {
            watches.previousWatch = watch;
        }
        watches = watch;
    }

    public final void removeWatch(Watch watch) {
        if (watch.previousWatch == null) {
            watches = watch.nextWatch;
        } else {
            watch.previousWatch.nextWatch = watch.nextWatch;
        }
        if (watch.nextWatch != null) {
            watch.nextWatch.previousWatch = watch.previousWatch;
        }
        watch.nextWatch = null;
        watch.previousWatch = null;
    }

    /** The last reference is gone; {@link #path} is still set. */
    protected void released() {
    }
}

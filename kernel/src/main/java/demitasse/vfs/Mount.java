package demitasse.vfs;

/** A file system, or a part of it, at a place of the tree, mount(2). */
public final class Mount {
    public static final int READ_ONLY = 1;
    public static final int NO_SUID = 2;
    public static final int NO_DEVICES = 4;
    public static final int NO_EXECUTE = 8;
    /** How access times are kept does nothing here, but is told. */
    public static final int NO_ACCESS_TIMES = 1024;
    public static final int NO_DIRECTORY_ACCESS_TIMES = 2048;
    public static final int RELATIVE_ACCESS_TIMES = 1 << 21;
    public static final int STRICT_ACCESS_TIMES = 1 << 24;
    public static final int NO_SYMLINK_FOLLOW = 256;
    public static final int ANY_ACCESS_TIMES =
            NO_ACCESS_TIMES | NO_DIRECTORY_ACCESS_TIMES | RELATIVE_ACCESS_TIMES | STRICT_ACCESS_TIMES;
    public static final int ALL_FLAGS =
            READ_ONLY | NO_SUID | NO_DEVICES | NO_EXECUTE | NO_SYMLINK_FOLLOW | ANY_ACCESS_TIMES;

    private static final int ACCESS_TIMES = NO_ACCESS_TIMES | NO_DIRECTORY_ACCESS_TIMES | STRICT_ACCESS_TIMES;

    private final Mounts owner;
    private final Mounted mounted;
    private final Entry root;
    private final int id;
    private final String source;
    private Mount parent;
    private Entry point;
    /** The one that stands on its root, so that a tower of mounts is climbed quickly; null for none. */
    Mount covering;
    private int flags;
    private int holders;
    private int writers;
    /** It has left the tree and goes with its last holder. */
    private boolean doomed;
    private boolean expiring;
    /** Propagation, mount_namespaces(7): its peer group and the one it is a slave of; 0 for none. */
    int peers;
    int master;
    boolean unbindable;
    /** The tree whose root it is; null for all other mounts. */
    MountedTree topOf;
    /** It covers what those who see it must not, mount_namespaces(7): they can neither move nor unmount it. */
    private boolean locked;
    /** Flags that they cannot take away, and whether they may choose another way to keep access times. */
    private int lockedFlags;
    private boolean timesLocked;
    /** While a tree is copied: the copy of this mount; else null. */
    Mount twin;

    Mount(Mounts owner, Mounted mounted, Entry root, int id, String source, int flags) {
        this.owner = owner;
        this.mounted = mounted;
        this.root = root;
        this.id = id;
        this.source = source;
        this.flags = flags;
        mounted.mounts++;
        root.hold();
    }

    public FileSystem fileSystem() {
        return mounted.fileSystem;
    }

    Mounted mounted() {
        return mounted;
    }

    Entry root() {
        return root;
    }

    /** Null for the root of the tree, and for a mount that is not in it. */
    public Mount parent() {
        return parent;
    }

    /** The tree it is in; null for one that is merely held by a descriptor, open_tree(2), and for the kernel's own. */
    MountedTree tree() {
        Mount highest = this;
        while (highest.parent != null) {
            highest = highest.parent;
        }
        return highest.topOf;
    }

    /** The directory of the parent mount that this one covers. */
    Entry point() {
        return point;
    }

    /** Puts it at a place, whose mounts it covers. */
    void attach(Mount newParent, Entry newPoint) {
        parent = newParent;
        point = newPoint;
        if (point == parent.root) {
            parent.covering = this;
        }
        point.hold();
        point.mountsHere++;
        owner.entries().pin(point);
    }

    /** Takes it from its place. */
    void detach() {
        Entry old = point;
        if (parent != null && parent.covering == this) {
            parent.covering = null;
        }
        parent = null;
        point = null;
        if (old != null) {
            old.mountsHere--;
            old.release();
        }
    }

    /** As in /proc/self/mountinfo. */
    public int id() {
        return id;
    }

    /** The first field of /proc/mounts. */
    public String source() {
        return source;
    }

    /** MS_* flags of mount(2). */
    public int flags() {
        return flags;
    }

    public void setFlags(int newFlags) {
        flags = newFlags;
    }

    /** What it is now, it stays for whoever has it in a tree of less privileged users. */
    void lock() {
        locked = parent != null;
        lockedFlags = flags & (READ_ONLY | NO_SUID | NO_DEVICES | NO_EXECUTE);
        timesLocked = true;
    }

    void lockAs(Mount other) {
        locked = other.locked;
        lockedFlags = other.lockedFlags;
        timesLocked = other.timesLocked;
    }

    /** It covers nothing: it may be moved and unmounted. */
    void unlock() {
        locked = false;
    }

    boolean isLocked() {
        return locked;
    }

    /** Whether it may have these flags, mount(2) EPERM. */
    public boolean mayHave(int newFlags) {
        return (lockedFlags & ~newFlags) == 0 && (!timesLocked || ((flags ^ newFlags) & ACCESS_TIMES) == 0);
    }

    /** Of a file system that is in no tree by itself, but may be bound into one: that of namespaces' files. */
    boolean isInternal() {
        return mounted.internal;
    }

    /** Counts the files on it that are open for writing. */
    void addWriters(int count) {
        writers += count;
    }

    /** Such a mount cannot become read-only, mount(2) EBUSY. */
    public boolean hasWriters() {
        return writers > 0;
    }

    public boolean isReadOnly() {
        return (flags & READ_ONLY) != 0;
    }

    /** Its peer group for /proc/self/mountinfo; 0 when it is not shared. */
    public int peerGroup() {
        return peers;
    }

    /** The peer group that it takes mounts from; 0 when it is no slave. */
    public int masterGroup() {
        return master;
    }

    public boolean isUnbindable() {
        return unbindable;
    }

    /** Whether a path variable points into it. */
    boolean isHeld() {
        return holders > 0;
    }

    void hold() {
        holders++;
        if (expiring && !owner.looksToUnmount()) {
            expiring = false;
        }
    }

    void release() {
        assert holders > 0 : "released more often than held";
        if (--holders == 0 && doomed) {
            owner.dispose(this);
        }
    }

    /** It goes at once, or with its last holder. */
    void doom() {
        assert !doomed && parent == null : "a mount leaves the tree once";
        doomed = true;
        if (holders == 0) {
            owner.dispose(this);
        }
    }

    /** MNT_EXPIRE, umount2(2): whether nobody has used it since the last time it was asked. */
    boolean expires() {
        boolean unused = expiring;
        expiring = true;
        return unused;
    }

    /** A file system that is mounted, perhaps at many places. */
    static final class Mounted {
        final FileSystem fileSystem;
        final Entry root;
        int mounts;
        /** In no tree by itself. */
        boolean internal;
        final long heapBytes;

        Mounted(FileSystem fileSystem, Entry root, long heapBytes) {
            this.fileSystem = fileSystem;
            this.root = root;
            this.heapBytes = heapBytes;
            root.hold();
        }
    }
}

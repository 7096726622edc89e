package demitasse.vfs;

/**
 * A name that was looked up, with its file: struct dentry of Linux. Keeps its parent and its file alive. The
 * name's bytes stand in kernel memory, the objects are few: {@link Entries} bounds them.
 */
public final class Entry {
    /**
     * Not in the cache: a root, a detached file, a removed name, or a name of a file system that is not
     * cached.
     */
    static final int UNCACHED = -1;

    private final Entries owner;
    private final Inode inode;
    /**
     * Distinguishes directories in the hash of (directory, name); unique until it wraps, then merely less
     * good.
     */
    final int serial;
    Entry parent;
    long nameAddress;
    int nameLength;
    int hash;
    Entry nextInBucket;
    int slot = UNCACHED;
    boolean recentlyUsed;
    /** At least one mount stands here. */
    int mountsHere;
    private int holders;
    private boolean deleted;
    /** S_IF* of the file, 0 before somebody asks. A file never changes its type. */
    private int type;

    Entry(Entries owner, Entry parent, Inode inode, int serial) {
        this.owner = owner;
        this.parent = parent;
        this.inode = inode;
        this.serial = serial;
        inode.retained();
        if (parent != null) {
            parent.hold();
        }
    }

    public Inode inode() {
        return inode;
    }

    /** Null for the root of a file system and for a detached file. */
    public Entry parent() {
        return parent;
    }

    public boolean isDeleted() {
        return deleted;
    }

    void markDeleted() {
        deleted = true;
    }

    /** S_IF* of the file, or -errno; {@code stat} may be overwritten. */
    int type(Stat stat) {
        if (type == 0) {
            int error = inode.stat(stat);
            if (error < 0) {
                return error;
            }
            type = stat.mode & Stat.S_IFMT;
        }
        return type;
    }

    Entries owner() {
        return owner;
    }

    boolean isHeld() {
        return holders > 0;
    }

    void hold() {
        holders++;
    }

    void release() {
        assert holders > 0 : "released more often than held";
        if (--holders == 0 && slot == UNCACHED) {
            owner.dispose(this);
        }
    }
}

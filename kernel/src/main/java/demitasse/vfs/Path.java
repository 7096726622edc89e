package demitasse.vfs;

/**
 * A place in the mounted tree: which mount, and which name in it; struct path of Linux. A mutable variable
 * that keeps what it points at alive: whoever owns one {@linkplain #clear clears} it in the end.
 */
public final class Path {
    private Mount mount;
    private Entry entry;

    public Path() {
    }

    /** A second variable for the same place. */
    public Path(Path other) {
        set(other);
    }

    public void set(Path other) {
        set(other.mount, other.entry);
    }

    void set(Mount newMount, Entry newEntry) {
        // Hold the new before the old goes: both may be the same, or one the other's parent.
        if (newEntry != null) {
            newEntry.hold();
        }
        if (newMount != null) {
            newMount.hold();
        }
        clear();
        mount = newMount;
        entry = newEntry;
    }

    /** Points at a file that no directory names: a pipe, a socket, an O_TMPFILE. */
    public void setDetached(Mounts mounts, Inode inode) {
        set(null, mounts.entries().detached(inode));
    }

    /** As {@link #setDetached(Mounts, Inode)}, for a file that lives on the mount of another place. */
    public void setDetached(Path neighbour, Inode inode) {
        set(neighbour.mount, neighbour.entry.owner().detached(inode));
    }

    /** Points at a file without a name that is not gone, such as that of a namespace, on a mount of its file system. */
    public void setUnnamed(Mount mount, Inode inode) {
        set(mount, mount.root().owner().unnamed(inode));
    }

    public void clear() {
        Entry oldEntry = entry;
        Mount oldMount = mount;
        entry = null;
        mount = null;
        if (oldEntry != null) {
            oldEntry.release();
        }
        if (oldMount != null) {
            oldMount.release();
        }
    }

    public boolean isSet() {
        return entry != null;
    }

    /** The file; null when nothing is set. */
    public Inode inode() {
        return entry == null ? null : entry.inode();
    }

    /** The mount; null for a detached place. */
    public Mount mount() {
        return mount;
    }

    public Entry entry() {
        return entry;
    }

    /** EROFS, mount(2): nothing may be changed through this place. */
    public boolean isReadOnly() {
        return mount != null && mount.isReadOnly();
    }

    /** The name was removed; the file lives on for those who have it open. */
    public boolean isDeleted() {
        return entry.isDeleted();
    }

    public boolean samePlace(Path other) {
        return entry == other.entry && mount == other.mount;
    }
}

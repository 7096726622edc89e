package demitasse.vfs;

import demitasse.base.annotation.ColdPath;

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
    /** A mount stands, or stood, somewhere below. */
    boolean leadsToMounts;
    /** At least one mount stands here. */
    int mountsHere;
    private int holders;
    private boolean deleted;
    private Mark marks;
    private int markCount;
    /** S_IF* of the file, 0 before somebody asks. A file never changes its type. */
    private int type;

    Entry(Entries owner, Entry parent, Inode inode, int serial) {
        this.owner = owner;
        this.parent = parent;
        this.inode = inode;
        this.serial = serial;
        owner.made();
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
        if (letGo()) {
            owner.dispose(this);
        }
    }

    /** One holder less: whether it was the last one of what is not cached, which is to be disposed of then. */
    boolean letGo() {
        assert holders > 0 : "released more often than held";
        if (--holders == 0 && slot == UNCACHED) {
            return true;
        }
        return markCount > 0 && deleted && holders == markCount && tellGone();
    }

    void add(Mark mark) {
        mark.next = marks;
        marks = mark;
        markCount++;
        owner.add(this);
        hold();
    }

    void remove(Mark mark) {
        Mark before = null;
        for (Mark one = marks; one != mark; one = one.next) {
            before = one;
        }
        if (before == null) {
            marks = mark.next;
        } else {
            before.next = mark.next;
        }
        markCount--;
        owner.remove(this);
        release();
    }

    Mark firstMark() {
        return marks;
    }

    /** Tells whoever watches this file, or the directory it is in. */
    public void notice(int events) {
        notice(events, null);
    }

    /** The same where the mount is known through which it was reached, which fanotify(7) wants to tell. */
    public void notice(int events, Mount mount) {
        if (owner.isWatched()) {
            tell(events, mount);
        }
    }

    /** The number of names has changed, which is not told to who watches the directory. */
    void noticeLinks() {
        tellMarks(Notices.ATTRIB, 0, null, deleted);
    }

    @ColdPath("only while somebody watches files")
    private void tell(int events, Mount mount) {
        if (mount != null) {
            owner.subject().set(mount, this);
        }
        Stat stat = new Stat();
        // Inotify has never told of what moves itself whether it is a directory.
        boolean tells = events != Notices.MOVE_SELF && type(stat) == Stat.S_IFDIR;
        int all = tells ? events | Notices.ISDIR : events;
        if (parent != null && parent.marks != null && (events & Notices.OF_CHILDREN) != 0) {
            parent.tellMarks(all, 0, new Name(nameAddress, nameLength), deleted);
        }
        tellMarks(all, 0, null, deleted);
        owner.tellWide(all);
        owner.subject().clear();
    }

    /** Tells whoever watches this directory that a name in it has come or gone. */
    void noticeName(int events, int cookie, Name name, boolean directory) {
        if (marks != null) {
            tellMarks(directory ? events | Notices.ISDIR : events, cookie, name, false);
        }
    }

    private void tellMarks(int events, int cookie, Name name, boolean isDeleted) {
        Mark mark = marks;
        while (mark != null) {
            // It may go when it is told, IN_ONESHOT.
            Mark following = mark.next;
            mark.happened(events, cookie, name, isDeleted);
            mark = following;
        }
    }

    /**
     * Nothing but marks holds a file without a name: when it has no other name, it is gone for whoever watches. Whether
     * nothing holds it after that.
     */
    private boolean tellGone() {
        Stat stat = new Stat();
        if (inode.stat(stat) == 0 && stat.links > 0 && (stat.mode & Stat.S_IFMT) != Stat.S_IFDIR) {
            return false;
        }
        // The last mark would take the entry with it, amid the loop.
        hold();
        while (marks != null) {
            marks.gone(Notices.DELETE_SELF);
        }
        return --holders == 0 && slot == UNCACHED;
    }
}

package demitasse.vfs;

/** A file system at a place of the tree, mount(2). */
public final class Mount {
    public static final int READ_ONLY = 1;
    public static final int NO_SUID = 2;
    public static final int NO_DEVICES = 4;
    public static final int NO_EXECUTE = 8;

    private final FileSystem fileSystem;
    private final Entry root;
    private final Mount parent;
    private final Entry point;
    private final int id;
    private final String source;
    private int flags;
    private int holders;

    Mount(FileSystem fileSystem, Entry root, Mount parent, Entry point, int id, String source, int flags) {
        this.fileSystem = fileSystem;
        this.root = root;
        this.parent = parent;
        this.point = point;
        this.id = id;
        this.source = source;
        this.flags = flags;
    }

    public FileSystem fileSystem() {
        return fileSystem;
    }

    Entry root() {
        return root;
    }

    /** Null for the root file system. */
    public Mount parent() {
        return parent;
    }

    /** The directory of the parent mount that this one covers. */
    Entry point() {
        return point;
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

    public boolean isReadOnly() {
        return (flags & READ_ONLY) != 0;
    }

    /** Whether a path variable points into it. */
    boolean isHeld() {
        return holders > 0;
    }

    void hold() {
        holders++;
    }

    void release() {
        assert holders > 0 : "released more often than held";
        holders--;
    }
}

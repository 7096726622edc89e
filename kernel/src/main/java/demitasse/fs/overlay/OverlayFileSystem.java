package demitasse.fs.overlay;


import demitasse.alloc.Allocator;
import demitasse.alloc.Pages;
import demitasse.base.collect.Ref;
import demitasse.base.memory.Memory;
import demitasse.vfs.FileHandle;
import demitasse.vfs.FileSystem;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;
import demitasse.vfs.Stat;
import demitasse.vfs.Statistics;

/**
 * Two file systems as one: what is read comes from the upper one if it is there, else from the lower one;
 * what is changed is changed in the upper one. The lower one is never written.
 */
public final class OverlayFileSystem implements FileSystem {
    private static final long OVERLAYFS_MAGIC = 0x794c_7630L;
    /**
     * Files that were born in the upper layer get numbers that no lower one has, as Linux' xino option does
     * it.
     */
    private static final long UPPER_NUMBER = 1L << 40;
    /** {@link Inode#mark}: this directory hides the lower one of the same name. */
    static final long OPAQUE = 1L << 62;

    private final FileSystem lower;
    private final FileSystem upper;
    private final Pages pages;
    private final Allocator allocator;
    private final long device;
    private final int stackDepth;
    private final OverlayDirectory root;
    private final Stat stat = new Stat();
    private final Ref<Inode> found = new Ref<>();
    private final Ref<FileHandle> opened = new Ref<>();
    private final Name temporary = new Name();
    private int error;

    /**
     * @param upper takes all changes; must keep marks ({@link Inode#setMark}) and device nodes
     * @param allocator for names of lower files in use
     */
    public OverlayFileSystem(FileSystem lower, FileSystem upper, Pages pages, Allocator allocator,
            long device) {
        this(lower, upper, pages, allocator, device, true, 1);
    }

    /**
     * @param likeLower whether the root is to look like that of the lower file system
     * @param stackDepth how many overlays stand on each other with this one on top
     */
    public OverlayFileSystem(FileSystem lower, FileSystem upper, Pages pages, Allocator allocator,
            long device, boolean likeLower, int stackDepth) {
        this.lower = lower;
        this.upper = upper;
        this.pages = pages;
        this.allocator = allocator;
        this.device = device;
        this.stackDepth = stackDepth;
        long slash = allocator.allocate(1, 1);
        if (slash != Allocator.NONE) {
            Memory.putByte(slash, (byte) '/');
            temporary.set(slash, 1);
        }
        Stat rootStat = new Stat();
        if (likeLower && lower.root().stat(rootStat) == 0) {
            upper.root().setMode(rootStat.mode & ~Stat.S_IFMT);
            upper.root().setOwner(rootStat.uid, rootStat.gid);
            upper.root().setTimes(rootStat.accessNs, rootStat.modifyNs);
        }
        root = new OverlayDirectory(this, upper.root(), lower.root(), null, Allocator.NONE, 0);
        root.retained();
    }

    @Override
    public String type() {
        return "overlay";
    }

    @Override
    public Inode root() {
        return root;
    }

    public int stackDepth() {
        return stackDepth;
    }

    /** The room is that of the upper file system. */
    @Override
    public int statistics(Statistics out) {
        int error = upper.statistics(out);
        out.type = OVERLAYFS_MAGIC;
        return error;
    }

    /** Only files tell handles here: a directory of the upper layer may stand for one below as well. */
    @Override
    public int byHandle(long handle, Ref<Inode> out) {
        int result = upper.byHandle(handle, out);
        if (result == 0) {
            result = out.value.stat(stat);
        }
        // The directory above tells by which names the merged one is found.
        if (result == 0 && (stat.mode & Stat.S_IFMT) != Stat.S_IFDIR) {
            out.value = new OverlayFile(this, out.value, null, null, Allocator.NONE, 0);
        }
        return result;
    }

    @Override
    public void unmounted() {
        root.dropped();
        allocator.free(temporary.address(), temporary.length());
        upper.unmounted();
        lower.unmounted();
    }

    Pages pages() {
        return pages;
    }

    Allocator allocator() {
        return allocator;
    }

    long device() {
        return device;
    }

    /**
     * A name that no program can give a file: what stands under it in the upper layer does so within one
     * call.
     */
    Name temporary() {
        return temporary;
    }

    Inode upperRoot() {
        return upper.root();
    }

    Ref<FileHandle> opened() {
        return opened;
    }

    /**
     * Looks a name up in a directory of one layer: the inode, not held by anybody yet, or null with {@link
     * #error}.
     */
    Inode lookup(Inode directory, Name name) {
        error = directory.lookup(name, found);
        Inode inode = error == 0 ? found.value : null;
        found.value = null;
        return inode;
    }

    /** Whether a directory of one layer has a name. */
    boolean has(Inode directory, Name name) {
        Inode inode = lookup(directory, name);
        unused(inode);
        return inode != null;
    }

    /**
     * What {@link #lookup} has found is not wanted: where the layer is an overlay itself that is an object which holds
     * others.
     */
    static void unused(Inode inode) {
        if (inode != null) {
            inode.retained();
            inode.dropped();
        }
    }

    /** Why {@link #lookup} has found nothing. */
    int error() {
        return error;
    }

    /**
     * A name of the upper layer that says "there is nothing here": a character device 0/0, as in Linux'
     * overlayfs.
     */
    boolean isWhiteout(Inode inode) {
        return inode.stat(stat) == 0 && (stat.mode & Stat.S_IFMT) == Stat.S_IFCHR && stat.deviceNumber == 0;
    }

    /**
     * The number of a file that stands in the upper layer: that of the lower one it was copied from, if any.
     */
    static long upperNumber(Inode inode, long number) {
        long origin = inode.mark() & ~OPAQUE;
        return origin != 0 ? origin : number | UPPER_NUMBER;
    }
}

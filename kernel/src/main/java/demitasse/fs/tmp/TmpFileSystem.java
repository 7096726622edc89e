package demitasse.fs.tmp;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOSPC;
import static demitasse.base.error.Errno.ESTALE;

import demitasse.alloc.Allocator;
import demitasse.alloc.Pages;
import demitasse.base.annotation.ColdPath;
import demitasse.base.annotation.HotPath;
import demitasse.base.collect.LongMap;
import demitasse.base.collect.Ref;
import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Memory;
import demitasse.machine.Clock;
import demitasse.vfs.FileSystem;
import demitasse.vfs.Inode;
import demitasse.vfs.SpecialFiles;
import demitasse.vfs.Stat;
import demitasse.vfs.Statistics;

/** A file system in memory, tmpfs(5). */
public final class TmpFileSystem implements FileSystem {
    private static final long TMPFS_MAGIC = 0x0102_1994;
    private static final long RAMFS_MAGIC = 0x8584_58f6L;
    private static final int NAME_BYTES_MAX = 255;
    /** Records of empty files may take as much memory as data may. */
    private static final int FILES_PER_FRAME = 16;
    private static final int HANDLE_BYTES = 64;

    private final Pages pages;
    private final Allocator allocator;
    private final Clock clock;
    private final SpecialFiles specialFiles;
    private final long device;
    private long framesMax;
    private long filesMax;
    private final PageTree pageTree;
    private final DirectoryTable directoryTable;
    /** The inode objects in use, by record. */
    private final LongMap<TmpInode> live = new LongMap<>();
    /** The extended attributes of those files that have some, by record. */
    private final LongMap<Attributes> attributes = new LongMap<>();
    /** The records that have told a handle, by their numbers, which come once. */
    private final LongMap<Handle> handles = new LongMap<>();
    private final TmpInode root;
    private boolean isRam;
    private long framesUsed;
    private long files;
    private long nextNumber = 1;

    /**
     * @param allocator for records and names
     * @param specialFiles opens what has a name here and its substance elsewhere
     * @param device from {@link demitasse.vfs.Mounts#newDevice}
     * @param sizeBytesMax for the data of all files; ENOSPC beyond it
     * @param rootMode the permissions of the root directory
     */
    public TmpFileSystem(Pages pages, Allocator allocator, Clock clock, SpecialFiles specialFiles,
            long device, long sizeBytesMax, int rootMode) {
        this.pages = pages;
        this.allocator = allocator;
        this.clock = clock;
        this.specialFiles = specialFiles;
        this.device = device;
        framesMax = sizeBytesMax / Pages.PAGE_BYTES;
        filesMax = framesMax * FILES_PER_FRAME;
        pageTree = new PageTree(pages);
        directoryTable = new DirectoryTable(allocator);
        long node = newNode(Stat.S_IFDIR | rootMode, 0, 0, 0);
        if (node == Allocator.NONE) {
            root = null;
            return;
        }
        Memory.putInt(node + NodeLayout.LINKS, 2);
        Memory.putLong(node + NodeLayout.PARENT, node);
        root = inodeOf(node);
        root.retained();
    }

    /**
     * The options of tmpfs(5) that can be changed while it is used.
     *
     * @param newFilesMax of all kinds; 0 for as many as suit the size
     * @return 0, or -EINVAL when more is used already
     */
    public int limit(long sizeBytesMax, long newFilesMax) {
        long frames = sizeBytesMax / Pages.PAGE_BYTES;
        long filesAllowed = newFilesMax == 0 ? frames * FILES_PER_FRAME : newFilesMax;
        if (frames < framesUsed || filesAllowed < files) {
            return -EINVAL;
        }
        framesMax = frames;
        filesMax = filesAllowed;
        return 0;
    }

    /** Makes a ramfs of it: without a limit but memory, and without figures, ramfs-rootfs-initramfs.rst of Linux. */
    public void beRam(long memoryBytes) {
        isRam = true;
        framesMax = memoryBytes / Pages.PAGE_BYTES;
        filesMax = Long.MAX_VALUE;
    }

    public long sizeBytesMax() {
        return framesMax * Pages.PAGE_BYTES;
    }

    public long filesMax() {
        return filesMax;
    }

    /** Whose the root directory is, before anybody sees it. */
    public void giveRoot(int uid, int gid) {
        Memory.putInt(root.node + NodeLayout.UID, uid);
        Memory.putInt(root.node + NodeLayout.GID, gid);
    }

    @Override
    public String type() {
        return isRam ? "ramfs" : "tmpfs";
    }

    /** Null when there was no memory for it. */
    @Override
    public Inode root() {
        return root;
    }

    @Override
    public int statistics(Statistics out) {
        if (isRam) {
            out.withoutBlocks(RAMFS_MAGIC, Pages.PAGE_BYTES, NAME_BYTES_MAX);
            return 0;
        }
        out.type = TMPFS_MAGIC;
        out.blockBytes = Pages.PAGE_BYTES;
        out.blocks = framesMax;
        out.blocksFree = framesMax - framesUsed;
        out.files = filesMax;
        out.filesFree = filesMax - files;
        out.nameBytesMax = NAME_BYTES_MAX;
        return 0;
    }

    /** A regular file that no directory names, for memfd_create(2): 0 or -errno. */
    public int createAnonymous(int mode, int uid, int gid, Ref<Inode> out) {
        long node = newNode(Stat.S_IFREG | mode, uid, gid, 0);
        if (node == Allocator.NONE) {
            return whyNoNode();
        }
        out.value = inodeOf(node);
        return 0;
    }

    /** The number of a record, by which it is found from now on; or -ENOMEM. */
    long handleOf(long node) {
        long number = Memory.getLong(node + NodeLayout.NUMBER);
        if (handles.at(number) == null) {
            if (!JavaHeap.hasRoom(HANDLE_BYTES)) {
                return -ENOMEM;
            }
            JavaHeap.take(HANDLE_BYTES);
            handles.put(number, new Handle(node));
        }
        return number;
    }

    @Override
    public int byHandle(long handle, Ref<Inode> out) {
        Handle found = handles.at(handle);
        if (found == null) {
            return -ESTALE;
        }
        out.value = inodeOf(found.node);
        return 0;
    }

    /** Gives everything back; nothing of it is in use any more. */
    @Override
    public void unmounted() {
        root.dropped();
        new TmpRemoval(this).removeTree(root.node);
    }

    long device() {
        return device;
    }

    Pages pages() {
        return pages;
    }

    Allocator allocator() {
        return allocator;
    }

    SpecialFiles specialFiles() {
        return specialFiles;
    }

    PageTree pageTree() {
        return pageTree;
    }

    DirectoryTable directoryTable() {
        return directoryTable;
    }

    LongMap<TmpInode> live() {
        return live;
    }

    LongMap<Attributes> attributes() {
        return attributes;
    }

    long nowNs() {
        return clock.realtimeNs();
    }

    /** A zeroed frame within the size limit, or 0: then {@link #whyNoFrame} tells. */
    @HotPath("per page of a file")
    long takeFrame() {
        if (framesUsed >= framesMax || !pages.hasBeyondReserve(1)) {
            return 0;
        }
        long frame = pages.allocateZeroed();
        if (frame == Pages.NONE) {
            return 0;
        }
        framesUsed++;
        return frame;
    }

    /** As {@link #takeFrame}, with any contents. */
    long takeDirtyFrame() {
        if (framesUsed >= framesMax || !pages.hasBeyondReserve(1)) {
            return 0;
        }
        long frame = pages.allocate(0);
        if (frame == Pages.NONE) {
            return 0;
        }
        framesUsed++;
        return frame;
    }

    @ColdPath("an error")
    int whyNoFrame() {
        return framesUsed >= framesMax ? -ENOSPC : -ENOMEM;
    }

    void framesGone(long count) {
        framesUsed -= count;
    }

    boolean hasRoomFor(long frames) {
        return frames <= framesMax - framesUsed;
    }

    /** A record with one link and no contents, or NONE: then {@link #whyNoNode} tells. */
    long newNode(int mode, int uid, int gid, long deviceNumber) {
        if (files >= filesMax) {
            return Allocator.NONE;
        }
        long node = allocator.allocate(NodeLayout.BYTES, 64);
        if (node == Allocator.NONE) {
            return node;
        }
        files++;
        Memory.fill(node, NodeLayout.BYTES, (byte) 0);
        long now = nowNs();
        Memory.putInt(node + NodeLayout.MODE, mode);
        Memory.putInt(node + NodeLayout.UID, uid);
        Memory.putInt(node + NodeLayout.GID, gid);
        Memory.putLong(node + NodeLayout.ACCESS, now);
        Memory.putLong(node + NodeLayout.MODIFY, now);
        Memory.putLong(node + NodeLayout.CHANGE, now);
        Memory.putLong(node + NodeLayout.BIRTH, now);
        Memory.putLong(node + NodeLayout.NUMBER, nextNumber++);
        Memory.putLong(node + NodeLayout.DEVICE, deviceNumber);
        return node;
    }

    int whyNoNode() {
        return files >= filesMax ? -ENOSPC : -ENOMEM;
    }

    /** The object of a record: the one in use, or a new one. */
    TmpInode inodeOf(long node) {
        TmpInode inode = live.at(node);
        if (inode != null) {
            return inode;
        }
        return switch (Memory.getInt(node + NodeLayout.MODE) & Stat.S_IFMT) {
            case Stat.S_IFREG -> new TmpRegular(this, node);
            case Stat.S_IFDIR -> new TmpDirectory(this, node);
            case Stat.S_IFLNK -> new TmpSymlink(this, node);
            default -> new TmpSpecial(this, node);
        };
    }

    /** Frees a record once nobody names it or has it open; until then does nothing. */
    void reap(long node) {
        if (Memory.getInt(node + NodeLayout.LINKS) == 0 && live.at(node) == null) {
            destroy(node);
        }
    }

    /** Frees a record and its contents. */
    void destroy(long node) {
        switch (Memory.getInt(node + NodeLayout.MODE) & Stat.S_IFMT) {
            case Stat.S_IFREG -> framesGone(pageTree.remove(node, 0, Long.MAX_VALUE));
            case Stat.S_IFDIR -> directoryTable.release(node);
            case Stat.S_IFLNK -> allocator.free(Memory.getLong(node + NodeLayout.ROOT),
                    Memory.getLong(node + NodeLayout.SIZE));
            default -> {
            }
        }
        Attributes kept = attributes.count() == 0 ? null : attributes.at(node);
        if (kept != null) {
            kept.release();
            attributes.remove(node);
        }
        long number = Memory.getLong(node + NodeLayout.NUMBER);
        if (handles.count() > 0 && handles.at(number) != null) {
            handles.remove(number);
            JavaHeap.give(HANDLE_BYTES);
        }
        allocator.free(node, NodeLayout.BYTES);
        files--;
    }

    private static final class Handle {
        private final long node;

        Handle(long node) {
            this.node = node;
        }
    }
}

package demitasse.vfs;

import static demitasse.base.error.Errno.ENAMETOOLONG;

import demitasse.alloc.Allocator;
import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Memory;

/** The mounted tree: its file systems, walking it, and the full names of its places. */
public final class Mounts {
    /** mount(2) answers ENOSPC beyond it, as with /proc/sys/fs/mount-max of Linux. */
    public static final int MOUNTS_MAX = 4096;
    private static final int MOUNTS_INITIAL = 16;
    /** Of the kernel's heap: a file system with its mount, but for the name of its source. */
    private static final int FILE_SYSTEM_HEAP_BYTES = 1024;

    private final Entries entries;
    private final PathWalk walk;
    private final PathWalk secondWalk;
    private final TreeChanges changes;
    private final MountChanges mountChanges;
    private Mount[] table = new Mount[MOUNTS_INITIAL];
    private final MountedTree initial = new MountedTree(null);
    private boolean looksToUnmount;
    private FileSystemTypes types;
    private int count;
    private int nextId = 1;
    private int nextDevice = 1;

    /** @param allocator for the bytes of names, and the two walks' path buffers */
    public Mounts(Allocator allocator) {
        entries = new Entries(allocator);
        walk = new PathWalk(this, allocator.allocate(PathWalk.BUFFER_BYTES, 8));
        secondWalk = new PathWalk(this, allocator.allocate(PathWalk.BUFFER_BYTES, 8));
        changes = new TreeChanges(entries);
        mountChanges = new MountChanges(this);
    }

    /** A device number for a file system without a device, as the kernel gives out: major 0. */
    public long newDevice() {
        return Stat.deviceOf(0, nextDevice++);
    }

    /** What mount(2) can mount; null before {@link #setTypes}. */
    public FileSystemTypes types() {
        return types;
    }

    /** Boot puts both together: making a file system needs a device number from here. */
    public void setTypes(FileSystemTypes newTypes) {
        types = newTypes;
    }

    /** Mounts the root file system; once, before anything else. */
    public void mountRoot(FileSystem fileSystem, String source, int flags) {
        assert count == 0 : "the root is mounted first";
        initial.setTop(newMount(fileSystem, source, flags));
    }

    /**
     * Mounts on a directory; the mount on top of others at the same place is the one that is seen.
     *
     * @param flags of {@link Mount}
     * @return 0; -ENOTDIR; -ENOSPC with {@link #MOUNTS_MAX} mounts; -EINVAL for a place that is not in the tree
     */
    public int mount(FileSystem fileSystem, Path point, String source, int flags) {
        return mountChanges().mount(fileSystem, point, source, flags);
    }

    /** Binding, moving and unmounting in the first tree. */
    public MountChanges mountChanges() {
        return mountChanges(initial);
    }

    /** Binding, moving and unmounting in the tree of who asks; to be used at once. */
    public MountChanges mountChanges(MountedTree own) {
        mountChanges.setOwn(own);
        return mountChanges;
    }

    /** The tree that an instance begins with. */
    public MountedTree initialTree() {
        return initial;
    }

    public int count() {
        return count;
    }

    /** In the order of mounting, for /proc/mounts. */
    public Mount at(int index) {
        return table[index];
    }

    int indexOf(Mount mount) {
        int index = 0;
        while (table[index] != mount) {
            index++;
        }
        return index;
    }

    /** The place where a mount begins, for /proc/mounts. */
    public void pointOf(Mount mount, Path out) {
        out.set(mount, mount.root());
    }

    /** The place within its file system that a mount shows, for /proc/self/mountinfo: its path from there. */
    public void shownOf(Mount mount, Path out) {
        out.set(null, mount.root());
    }

    /** Whether a mount stands somewhere below another. */
    public boolean isBelow(Mount mount, Mount above) {
        Mount one = mount.parent();
        while (one != null && one != above) {
            one = one.parent();
        }
        return one != null;
    }

    /** The mount of an identifier; null when there is none. */
    public Mount find(int id) {
        for (int i = 0; i < count; i++) {
            if (table[i].id() == id) {
                return table[i];
            }
        }
        return null;
    }

    /** Whether a place is where a mount begins. */
    public boolean isMountRoot(Path place) {
        return place.mount() != null && place.entry() == place.mount().root();
    }

    /** The root of the first tree. */
    public void root(Path out) {
        root(initial, out);
    }

    /** The root of a tree. */
    public void root(MountedTree tree, Path out) {
        out.set(tree.top(), tree.top().root());
        cover(out);
    }

    /** Looking for a mount to take it away does not count as using it, MNT_EXPIRE of umount2(2). */
    public void setLooksToUnmount(boolean looks) {
        looksToUnmount = looks;
    }

    boolean looksToUnmount() {
        return looksToUnmount;
    }

    /** See {@link PathWalk#walk}. Not to be called by a file system in the midst of a walk. */
    public int walk(Path start, Path root, Name path, int flags, Access who, Path out) {
        return walk.walk(start, root, path, flags, who, out);
    }

    /** The walk itself, for calls that want the directory and the last name. */
    public PathWalk walker() {
        return walk;
    }

    /** For calls with two paths: what the first walk has found stays. */
    public PathWalk secondWalker() {
        return secondWalk;
    }

    /** Creating, removing and renaming. */
    public TreeChanges changes() {
        return changes;
    }

    /**
     * The full name of a place, as getcwd(2) and /proc/self/fd tell it.
     *
     * @param root where the name ends: the root of the process
     * @param out a view into the buffer
     * @return 0; 1 when the place cannot be reached from the root (the name is then that from the root of its
     *         mount tree); -ENAMETOOLONG when the buffer is too small
     */
    public int pathOf(Path place, Path root, long buffer, int capacityBytes, Name out) {
        Mount mount = place.mount();
        Entry entry = place.entry();
        int position = capacityBytes;
        boolean reached = false;
        while (true) {
            reached = entry == root.entry() && mount == root.mount();
            if (reached) {
                break;
            }
            if (mount != null && entry == mount.root()) {
                if (mount.parent() == null) {
                    break;
                }
                entry = mount.point();
                mount = mount.parent();
                continue;
            }
            if (entry.parent() == null) {
                break;
            }
            position -= entry.nameLength + 1;
            if (position < 0) {
                return -ENAMETOOLONG;
            }
            Memory.putByte(buffer + position, (byte) '/');
            Memory.copy(entry.nameAddress, buffer + position + 1, entry.nameLength);
            entry = entry.parent();
        }
        if (position == capacityBytes) {
            if (capacityBytes == 0) {
                return -ENAMETOOLONG;
            }
            Memory.putByte(buffer + --position, (byte) '/');
        }
        out.set(buffer + position, capacityBytes - position);
        return reached ? 0 : 1;
    }

    /** Forgets every name that nobody uses: memory is short, or drop_caches of proc(5). */
    public void dropCaches() {
        walk.forget();
        secondWalk.forget();
        entries.evictAll();
    }

    Entries entries() {
        return entries;
    }

    /** Goes to the topmost mount that stands at a place; true when it has moved. */
    boolean cover(Path place) {
        boolean moved = false;
        while (place.entry().mountsHere > 0) {
            Mount mount = mountOn(place);
            if (mount == null) {
                break;
            }
            place.set(mount, mount.root());
            moved = true;
        }
        return moved;
    }

    private Mount mountOn(Path place) {
        return mountOn(place.mount(), place.entry());
    }

    /** The mount at a place, not the topmost but the one right there; null for none. */
    Mount mountOn(Mount parent, Entry point) {
        if (parent.covering != null && point == parent.root()) {
            return parent.covering;
        }
        for (int i = 0; i < count && point.mountsHere > 0; i++) {
            Mount mount = table[i];
            if (mount.parent() == parent && mount.point() == point) {
                return mount;
            }
        }
        return null;
    }

    /** Whether the kernel has room for one more file system, whose source may have a long name. */
    public static boolean hasRoom(String source) {
        return JavaHeap.hasRoom(heapBytes(source));
    }

    private static long heapBytes(String source) {
        return FILE_SYSTEM_HEAP_BYTES + (long) source.length() * Character.BYTES;
    }

    /** A mount of a file system that was not mounted yet, nowhere. */
    Mount newMount(FileSystem fileSystem, String source, int flags) {
        Entry root = entries.root(fileSystem);
        Mount.Mounted mounted = new Mount.Mounted(fileSystem, root, heapBytes(source));
        JavaHeap.take(mounted.heapBytes);
        return add(new Mount(this, mounted, root, nextId++, source, flags));
    }

    /** One more mount of what another one shows, or of a part of that, nowhere. */
    Mount copyOf(Mount other, Entry root) {
        return add(new Mount(this, other.mounted(), root, nextId++, other.source(), other.flags()));
    }

    private Mount add(Mount mount) {
        if (count == table.length) {
            Mount[] more = new Mount[count * 2];
            System.arraycopy(table, 0, more, 0, count);
            table = more;
        }
        table[count++] = mount;
        return mount;
    }

    /** A mount is gone: it leaves the table, and with it, once nobody holds it, its file system. */
    void remove(Mount mount) {
        int index = indexOf(mount);
        System.arraycopy(table, index + 1, table, index, count - index - 1);
        table[--count] = null;
        walk.forget();
        secondWalk.forget();
        mount.doom();
    }

    /** Nobody holds a mount any more that has left the tree. */
    void dispose(Mount mount) {
        Mount.Mounted mounted = mount.mounted();
        mounted.mounts--;
        if (mounted.mounts == 0) {
            entries.unmounted(mounted.root);
        }
        // The file system's cached names hold its inodes: they go before it does.
        entries.evictAll();
        mount.root().release();
        if (mounted.mounts == 0) {
            mounted.root.release();
            mounted.fileSystem.unmounted();
            JavaHeap.give(mounted.heapBytes);
        }
    }
}

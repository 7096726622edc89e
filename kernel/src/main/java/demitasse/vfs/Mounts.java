package demitasse.vfs;

import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENAMETOOLONG;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOTDIR;

import demitasse.alloc.Allocator;
import demitasse.base.memory.Memory;

/** The mounted tree: its file systems, walking it, and the full names of its places. */
public final class Mounts {
    /** mount(2) answers ENOMEM beyond it. */
    public static final int MOUNTS_MAX = 64;

    private final Entries entries;
    private final PathWalk walk;
    private final PathWalk secondWalk;
    private final TreeChanges changes;
    private final Stat stat = new Stat();
    private final Mount[] table = new Mount[MOUNTS_MAX];
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
        table[count++] = newMount(fileSystem, null, null, source, flags);
    }

    /**
     * Mounts on a directory; the mount on top of others at the same place is the one that is seen.
     *
     * @param flags of {@link Mount}
     * @return 0; -ENOTDIR; -ENOMEM with {@link #MOUNTS_MAX} mounts; -EINVAL for a place that is not in the
     *         tree
     */
    public int mount(FileSystem fileSystem, Path point, String source, int flags) {
        if (point.mount() == null || point.isDeleted()) {
            return -EINVAL;
        }
        int error = point.inode().stat(stat);
        if (error < 0) {
            return error;
        }
        if ((stat.mode & Stat.S_IFMT) != Stat.S_IFDIR) {
            return -ENOTDIR;
        }
        if (count == MOUNTS_MAX) {
            return -ENOMEM;
        }
        point.entry().hold();
        point.entry().mountsHere++;
        table[count++] = newMount(fileSystem, point.mount(), point.entry(), source, flags);
        return 0;
    }

    /**
     * Takes a mount away, umount2(2).
     *
     * @param place its root; cleared when the mount is gone
     * @return 0; -EINVAL when the place is not the root of a mount; -EBUSY while it is used (or is the root)
     */
    public int unmount(Path place) {
        Mount mount = place.mount();
        if (mount == null || place.entry() != mount.root()) {
            return -EINVAL;
        }
        if (mount.parent() == null || hasChildren(mount)) {
            return -EBUSY;
        }
        place.clear();
        walk.forget();
        secondWalk.forget();
        if (mount.isHeld()) {
            place.set(mount, mount.root());
            return -EBUSY;
        }
        remove(mount);
        return 0;
    }

    public int count() {
        return count;
    }

    /** In the order of mounting, for /proc/mounts. */
    public Mount at(int index) {
        return table[index];
    }

    /** The place a mount covers, for /proc/mounts; "/" for the first. */
    public void pointOf(Mount mount, Path out) {
        if (mount.parent() == null) {
            out.set(mount, mount.root());
        } else {
            out.set(mount.parent(), mount.point());
        }
    }

    /** The root of the tree. */
    public void root(Path out) {
        out.set(table[0], table[0].root());
        cover(out);
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
            if (entry.parent() == null) {
                if (mount == null || mount.parent() == null) {
                    break;
                }
                entry = mount.point();
                mount = mount.parent();
                continue;
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
        for (int i = 0; i < count; i++) {
            Mount mount = table[i];
            if (mount.parent() == place.mount() && mount.point() == place.entry()) {
                return mount;
            }
        }
        return null;
    }

    private Mount newMount(FileSystem fileSystem, Mount parent, Entry point, String source, int flags) {
        Entry root = entries.root(fileSystem);
        root.hold();
        return new Mount(fileSystem, root, parent, point, nextId++, source, flags);
    }

    private boolean hasChildren(Mount mount) {
        for (int i = 0; i < count; i++) {
            if (table[i].parent() == mount) {
                return true;
            }
        }
        return false;
    }

    private void remove(Mount mount) {
        int index = 0;
        while (table[index] != mount) {
            index++;
        }
        System.arraycopy(table, index + 1, table, index, count - index - 1);
        table[--count] = null;
        mount.point().mountsHere--;
        mount.point().release();
        entries.unmounted(mount.root());
        // The file system's cached names hold its inodes: they go before it does.
        entries.evictAll();
        mount.root().release();
        mount.fileSystem().unmounted();
    }
}

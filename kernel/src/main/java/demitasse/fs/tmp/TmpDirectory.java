package demitasse.fs.tmp;

import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EISDIR;
import static demitasse.base.error.Errno.EMLINK;
import static demitasse.base.error.Errno.ENAMETOOLONG;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOTDIR;
import static demitasse.base.error.Errno.ENOTEMPTY;
import static demitasse.base.error.Errno.ESTALE;

import demitasse.alloc.Allocator;
import demitasse.base.collect.Ref;
import demitasse.base.memory.Memory;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;
import demitasse.vfs.TreeChanges;

/** A directory of a {@link TmpFileSystem}. */
final class TmpDirectory extends TmpInode {
    private static final int NAME_BYTES_MAX = 255;
    private static final int LINKS_MAX = Integer.MAX_VALUE;
    private static final int TYPE_SHIFT = 12;

    TmpDirectory(TmpFileSystem fileSystem, long node) {
        super(fileSystem, node);
    }

    @Override
    public int open(int flags, Path path, Ref<FileHandle> out) {
        if ((flags & OpenFlags.O_ACCMODE) != OpenFlags.O_RDONLY) {
            return -EISDIR;
        }
        out.value = new TmpDirectoryHandle(this, flags, path);
        return 0;
    }

    @Override
    public int lookup(Name name, Ref<Inode> out) {
        if (name.length() > NAME_BYTES_MAX) {
            return -ENAMETOOLONG;
        }
        long record = DirectoryTable.find(node, name);
        if (record == 0) {
            return -ENOENT;
        }
        out.value = fileSystem.inodeOf(DirectoryTable.node(record));
        return 0;
    }

    @Override
    public int locate(Ref<Inode> parent, Name name) {
        long above = Memory.getLong(node + NodeLayout.PARENT);
        if (above == node) {
            return IS_ROOT;
        }
        if (Memory.getInt(node + NodeLayout.LINKS) == 0) {
            return -ESTALE;
        }
        long record = DirectoryTable.from(above, DirectoryTable.FIRST_COOKIE);
        while (DirectoryTable.node(record) != node) {
            record = DirectoryTable.from(above, DirectoryTable.cookie(record) + 1);
            assert record != 0 : "a directory stands in its parent";
        }
        DirectoryTable.name(record, name);
        parent.value = fileSystem.inodeOf(above);
        return 0;
    }

    @Override
    public int create(Name name, int mode, int uid, int gid, long deviceNumber, Ref<Inode> out) {
        int error = mayAdd(name);
        if (error < 0) {
            return error;
        }
        long made = fileSystem.newNode(mode, uid, gid, deviceNumber);
        if (made == Allocator.NONE) {
            return fileSystem.whyNoNode();
        }
        return enter(name, made, out);
    }

    @Override
    public int createUnnamed(int mode, int uid, int gid, Ref<Inode> out) {
        return fileSystem.createAnonymous(mode & ~Stat.S_IFMT, uid, gid, out);
    }

    @Override
    public int symlink(Name name, Name target, int uid, int gid, Ref<Inode> out) {
        int error = mayAdd(name);
        if (error < 0) {
            return error;
        }
        long text = fileSystem.allocator().allocate(target.length(), 1);
        if (text == Allocator.NONE) {
            return -ENOMEM;
        }
        long made = fileSystem.newNode(Stat.S_IFLNK | 0777, uid, gid, 0);
        if (made == Allocator.NONE) {
            fileSystem.allocator().free(text, target.length());
            return fileSystem.whyNoNode();
        }
        Memory.copy(target.address(), text, target.length());
        Memory.putLong(made + NodeLayout.ROOT, text);
        Memory.putLong(made + NodeLayout.SIZE, target.length());
        return enter(name, made, out);
    }

    @Override
    public int link(Name name, Inode existing) {
        int error = mayAdd(name);
        if (error < 0) {
            return error;
        }
        TmpInode inode = (TmpInode) existing;
        if (Memory.getInt(inode.node + NodeLayout.LINKS) == LINKS_MAX) {
            return -EMLINK;
        }
        error = fileSystem.directoryTable().add(node, name, inode.node, typeOf(inode.node));
        if (error == 0) {
            inode.link();
            contentsChanged();
        }
        return error;
    }

    @Override
    public int unlink(Name name, boolean directory) {
        long record = DirectoryTable.find(node, name);
        if (record == 0) {
            return -ENOENT;
        }
        long victim = DirectoryTable.node(record);
        if (isDirectory(victim) != directory) {
            return directory ? -ENOTDIR : -EISDIR;
        }
        if (directory && DirectoryTable.count(victim) > 0) {
            return -ENOTEMPTY;
        }
        fileSystem.directoryTable().remove(node, name);
        contentsChanged();
        unlinked(victim);
        return 0;
    }

    @Override
    public int rename(Name from, Inode targetDirectory, Name to, int flags) {
        TmpDirectory target = (TmpDirectory) targetDirectory;
        long source = DirectoryTable.find(node, from);
        if (source == 0) {
            return -ENOENT;
        }
        if (to.length() > NAME_BYTES_MAX) {
            return -ENAMETOOLONG;
        }
        long moved = DirectoryTable.node(source);
        long replaced = DirectoryTable.find(target.node, to);
        if ((flags & TreeChanges.RENAME_EXCHANGE) != 0) {
            return replaced == 0 ? -ENOENT : exchange(target, source, replaced);
        }
        if (replaced != 0) {
            return (flags & TreeChanges.RENAME_NOREPLACE) != 0 ? -EEXIST
                    : replace(from, moved, target, replaced);
        }
        if (Memory.getInt(target.node + NodeLayout.LINKS) == 0) {
            return -ENOENT;
        }
        int error = fileSystem.directoryTable().add(target.node, to, moved, typeOf(moved));
        if (error == 0) {
            fileSystem.directoryTable().remove(node, from);
            arrived(moved, target);
            target.contentsChanged();
            contentsChanged();
        }
        return error;
    }

    private int replace(Name from, long moved, TmpDirectory target, long record) {
        long victim = DirectoryTable.node(record);
        if (victim == moved) {
            return 0;
        }
        if (isDirectory(victim) != isDirectory(moved)) {
            return isDirectory(moved) ? -ENOTDIR : -EISDIR;
        }
        if (isDirectory(victim) && DirectoryTable.count(victim) > 0) {
            return -ENOTEMPTY;
        }
        DirectoryTable.setNode(record, moved, typeOf(moved));
        fileSystem.directoryTable().remove(node, from);
        target.unlinked(victim);
        arrived(moved, target);
        target.contentsChanged();
        contentsChanged();
        return 0;
    }

    private int exchange(TmpDirectory target, long source, long replaced) {
        long mine = DirectoryTable.node(source);
        long other = DirectoryTable.node(replaced);
        DirectoryTable.setNode(source, other, typeOf(other));
        DirectoryTable.setNode(replaced, mine, typeOf(mine));
        arrived(mine, target);
        target.arrived(other, this);
        target.contentsChanged();
        contentsChanged();
        return 0;
    }

    /**
     * A file has moved from here to another directory (or stayed): its "..", and who counts as its parent.
     */
    private void arrived(long moved, TmpDirectory target) {
        if (isDirectory(moved) && target.node != node) {
            Memory.putLong(moved + NodeLayout.PARENT, target.node);
            addLinks(node, -1);
            addLinks(target.node, 1);
        }
        Memory.putLong(moved + NodeLayout.CHANGE, fileSystem.nowNs());
    }

    private int mayAdd(Name name) {
        if (name.length() > NAME_BYTES_MAX) {
            return -ENAMETOOLONG;
        }
        if (Memory.getInt(node + NodeLayout.LINKS) == 0) {
            return -ENOENT;
        }
        return DirectoryTable.find(node, name) != 0 ? -EEXIST : 0;
    }

    private int enter(Name name, long made, Ref<Inode> out) {
        int error = fileSystem.directoryTable().add(node, name, made, typeOf(made));
        if (error < 0) {
            fileSystem.destroy(made);
            return error;
        }
        Memory.putInt(made + NodeLayout.LINKS, 1);
        if (isDirectory(made)) {
            Memory.putInt(made + NodeLayout.LINKS, 2);
            Memory.putLong(made + NodeLayout.PARENT, node);
            addLinks(node, 1);
        }
        contentsChanged();
        out.value = fileSystem.inodeOf(made);
        return 0;
    }

    /** A name of the file is gone from here. */
    private void unlinked(long victim) {
        if (isDirectory(victim)) {
            Memory.putInt(victim + NodeLayout.LINKS, 0);
            addLinks(node, -1);
        } else {
            addLinks(victim, -1);
        }
        Memory.putLong(victim + NodeLayout.CHANGE, fileSystem.nowNs());
        fileSystem.reap(victim);
    }

    private void contentsChanged() {
        long now = fileSystem.nowNs();
        Memory.putLong(node + NodeLayout.MODIFY, now);
        Memory.putLong(node + NodeLayout.CHANGE, now);
        // BOGO_DIRENT_SIZE of Linux' tmpfs: a directory's size tells nothing, but some programs want it not
        // to be 0.
        Memory.putLong(node + NodeLayout.SIZE, 20L * DirectoryTable.count(node));
    }

    private static void addLinks(long node, int change) {
        Memory.putInt(node + NodeLayout.LINKS, Memory.getInt(node + NodeLayout.LINKS) + change);
    }

    private static boolean isDirectory(long node) {
        return (Memory.getInt(node + NodeLayout.MODE) & Stat.S_IFMT) == Stat.S_IFDIR;
    }

    /** DT_* of readdir(3). */
    private static int typeOf(long node) {
        return (Memory.getInt(node + NodeLayout.MODE) & Stat.S_IFMT) >>> TYPE_SHIFT;
    }
}

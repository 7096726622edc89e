package demitasse.fs.overlay;

import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EISDIR;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOTDIR;
import static demitasse.base.error.Errno.ENOTEMPTY;
import static demitasse.base.error.Errno.EXDEV;

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

/**
 * A directory: the names of both layers, unless the upper one is opaque, less the whiteouts of the upper one.
 */
final class OverlayDirectory extends OverlayInode {
    private final Stat stat = new Stat();
    private final Ref<Inode> made = new Ref<>();
    /** Files of this directory that are in use and only in the lower layer. */
    private OverlayInode firstLower;

    /** @param lower null below an opaque directory, or when there is none */
    OverlayDirectory(OverlayFileSystem fileSystem, Inode upper, Inode lower, OverlayDirectory parent,
            long nameAddress, int nameLength) {
        super(fileSystem, upper, lower, parent, nameAddress, nameLength);
    }

    @Override
    long number() {
        real().stat(stat);
        if (lower == null) {
            return OverlayFileSystem.upperNumber(upper, stat.inode);
        }
        if (upper != null) {
            lower.stat(stat);
        }
        return stat.inode;
    }

    @Override
    public int stat(Stat out) {
        int error = super.stat(out);
        if (upper != null && lower != null) {
            // As Linux' overlayfs: nobody counts the subdirectories of a merged directory, and find(1) knows
            // what 1 means.
            out.links = 1;
        }
        return error;
    }

    @Override
    public int open(int flags, Path path, Ref<FileHandle> out) {
        if ((flags & OpenFlags.O_ACCMODE) != OpenFlags.O_RDONLY) {
            return -EISDIR;
        }
        out.value = new OverlayDirectoryHandle(this, flags, path);
        return 0;
    }

    /**
     * Of a file in the upper layer there may be several objects, since all they know is there. One that is
     * only in the lower layer must be told when it is copied, so there is one object at most: it stands in a
     * list.
     */
    @Override
    public int lookup(Name name, Ref<Inode> out) {
        if (upper != null) {
            Inode above = fileSystem.lookup(upper, name);
            if (above != null) {
                return fromUpper(above, name, out);
            }
            if (fileSystem.error() != -ENOENT) {
                return fileSystem.error();
            }
        }
        return lower == null ? -ENOENT : fromLower(name, out);
    }

    private int fromLower(Name name, Ref<Inode> out) {
        OverlayInode known = firstLower;
        while (known != null && !known.isCalled(name)) {
            known = known.nextLower;
        }
        if (known != null) {
            out.value = known;
            return 0;
        }
        Inode below = fileSystem.lookup(lower, name);
        if (below == null) {
            return fileSystem.error();
        }
        long address = fileSystem.allocator().allocate(name.length(), 1);
        if (address == Allocator.NONE) {
            return -ENOMEM;
        }
        Memory.copy(name.address(), address, name.length());
        out.value = isDirectory(below)
                ? new OverlayDirectory(fileSystem, null, below, this, address, name.length())
                : new OverlayFile(fileSystem, null, below, this, address, name.length());
        return 0;
    }

    void addLower(OverlayInode child) {
        child.nextLower = firstLower;
        if (firstLower != null) {
            firstLower.previousLower = child;
        }
        firstLower = child;
    }

    void removeLower(OverlayInode child) {
        if (child.previousLower == null) {
            firstLower = child.nextLower;
        } else {
            child.previousLower.nextLower = child.nextLower;
        }
        if (child.nextLower != null) {
            child.nextLower.previousLower = child.previousLower;
        }
        child.nextLower = null;
        child.previousLower = null;
    }

    private int fromUpper(Inode above, Name name, Ref<Inode> out) {
        if (fileSystem.isWhiteout(above)) {
            return -ENOENT;
        }
        if (!isDirectory(above)) {
            out.value = new OverlayFile(fileSystem, above, null, null, Allocator.NONE, 0);
            return 0;
        }
        Inode below = null;
        if (lower != null && (above.mark() & OverlayFileSystem.OPAQUE) == 0) {
            // Held, because looking below may not disturb what was found above.
            above.retained();
            below = fileSystem.lookup(lower, name);
            if (below != null && !isDirectory(below)) {
                below = null;
            }
            out.value = new OverlayDirectory(fileSystem, above, below, null, Allocator.NONE, 0);
            above.dropped();
            return 0;
        }
        out.value = new OverlayDirectory(fileSystem, above, null, null, Allocator.NONE, 0);
        return 0;
    }

    @Override
    int copyUp(boolean withData) {
        if (upper != null) {
            return 0;
        }
        int error = parent().copyUp(true);
        if (error == 0) {
            error = lower.stat(stat);
        }
        if (error < 0) {
            return error;
        }
        Name name = new Name();
        name(name);
        error = parent().upper.create(name, stat.mode, stat.uid, stat.gid, 0, made);
        if (error < 0) {
            // Something has that name already, so this directory was removed meanwhile.
            return error == -EEXIST ? -ENOENT : error;
        }
        nowIn(made.value);
        made.value = null;
        upper.setTimes(stat.accessNs, stat.modifyNs);
        return 0;
    }

    @Override
    public int create(Name name, int mode, int uid, int gid, long deviceNumber, Ref<Inode> out) {
        int hidden = makeRoom(name);
        if (hidden < 0) {
            return hidden;
        }
        int error = upper.create(name, mode, uid, gid, deviceNumber, made);
        return error < 0 ? restore(name, hidden, error) : wrap(hidden, out);
    }

    @Override
    public int createUnnamed(int mode, int uid, int gid, Ref<Inode> out) {
        int error = copyUp(true);
        if (error == 0) {
            error = upper.createUnnamed(mode, uid, gid, made);
        }
        return error < 0 ? error : wrap(0, out);
    }

    @Override
    public int symlink(Name name, Name target, int uid, int gid, Ref<Inode> out) {
        int hidden = makeRoom(name);
        if (hidden < 0) {
            return hidden;
        }
        int error = upper.symlink(name, target, uid, gid, made);
        return error < 0 ? restore(name, hidden, error) : wrap(hidden, out);
    }

    @Override
    public int link(Name name, Inode existing) {
        OverlayInode file = (OverlayInode) existing;
        int error = file.copyUp(true);
        if (error < 0) {
            return error;
        }
        int hidden = makeRoom(name);
        if (hidden < 0) {
            return hidden;
        }
        error = upper.link(name, file.upper);
        return error < 0 ? restore(name, hidden, error) : 0;
    }

    @Override
    public int unlink(Name name, boolean directory) {
        int error = lookup(name, made);
        if (error < 0) {
            return error;
        }
        OverlayInode victim = (OverlayInode) made.value;
        made.value = null;
        victim.retained();
        error = mayUnlink(victim, directory);
        if (error == 0) {
            error = remove(name, victim, directory);
        }
        victim.dropped();
        return error;
    }

    private static int mayUnlink(OverlayInode victim, boolean directory) {
        if (victim instanceof OverlayDirectory inner) {
            return directory ? inner.emptied() : -EISDIR;
        }
        return directory ? -ENOTDIR : 0;
    }

    private int remove(Name name, OverlayInode victim, boolean directory) {
        boolean below = isBelow(name);
        int error = below ? copyUp(true) : 0;
        if (error == 0 && victim.upper != null) {
            error = upper.unlink(name, directory);
        }
        return error == 0 && below ? whiteOut(name) : error;
    }

    /** 0 when no names are left; then the upper directory has lost its whiteouts too. */
    private int emptied() {
        MergedListing listing = new MergedListing(this);
        int error = listing.checkEmpty();
        if (error == 0 && upper != null) {
            error = listing.removeWhiteouts();
        }
        listing.release();
        return error;
    }

    @Override
    public int rename(Name from, Inode targetDirectory, Name to, int flags) {
        OverlayDirectory target = (OverlayDirectory) targetDirectory;
        int error = lookup(from, made);
        if (error < 0) {
            return error;
        }
        OverlayInode moved = (OverlayInode) made.value;
        moved.retained();
        error = target.lookup(to, made);
        OverlayInode replaced = error == 0 ? (OverlayInode) made.value : null;
        made.value = null;
        if (replaced != null) {
            replaced.retained();
        }
        if (error == 0 || error == -ENOENT) {
            boolean exchange = (flags & TreeChanges.RENAME_EXCHANGE) != 0;
            error = exchange
                    ? exchange(from, moved, target, to, replaced)
                    : replace(from, moved, target, to, replaced, flags);
        }
        moved.dropped();
        if (replaced != null) {
            replaced.dropped();
        }
        return error;
    }

    private int replace(Name from, OverlayInode moved, OverlayDirectory target, Name to,
            OverlayInode replaced, int flags) {
        int error = prepare(moved, target);
        if (error == 0 && replaced != null) {
            error = (flags & TreeChanges.RENAME_NOREPLACE) != 0 ? -EEXIST : mayReplace(moved, replaced);
        }
        if (error < 0 || replaced != null && replaced.upper == moved.upper) {
            // Two names of one file: rename(2) does nothing.
            return error;
        }
        boolean hides = target.isBelow(to);
        int hidden = replaced == null ? target.makeRoom(to) : 0;
        if (hidden < 0) {
            return hidden;
        }
        error = upper.rename(from, target.upper, to, 0);
        if (error < 0) {
            return target.restore(to, hidden, error);
        }
        if (hides && moved instanceof OverlayDirectory) {
            moved.upper.setMark(OverlayFileSystem.OPAQUE);
        }
        return isBelow(from) ? whiteOut(from) : 0;
    }

    private int exchange(Name from, OverlayInode moved, OverlayDirectory target, Name to,
            OverlayInode replaced) {
        if (replaced == null) {
            return -ENOENT;
        }
        int error = prepare(moved, target);
        if (error == 0) {
            error = target.prepare(replaced, this);
        }
        if (error == 0) {
            error = upper.rename(from, target.upper, to, TreeChanges.RENAME_EXCHANGE);
        }
        if (error == 0 && moved instanceof OverlayDirectory && target.isBelow(to)) {
            moved.upper.setMark(OverlayFileSystem.OPAQUE);
        }
        if (error == 0 && replaced instanceof OverlayDirectory && isBelow(from)) {
            replaced.upper.setMark(OverlayFileSystem.OPAQUE);
        }
        return error;
    }

    /**
     * What moves, and where it goes, must be in the upper layer; lower directories do not move (no
     * redirect_dir).
     */
    private int prepare(OverlayInode moved, OverlayDirectory target) {
        if (moved instanceof OverlayDirectory && moved.lower != null) {
            return -EXDEV;
        }
        int error = moved.copyUp(true);
        return error < 0 ? error : target.copyUp(true);
    }

    private static int mayReplace(OverlayInode moved, OverlayInode replaced) {
        if (!(replaced instanceof OverlayDirectory inner)) {
            return moved instanceof OverlayDirectory ? -ENOTDIR : 0;
        }
        return moved instanceof OverlayDirectory ? inner.emptied() : -EISDIR;
    }

    /**
     * Prepares for a new name: this directory must be in the upper layer, and a whiteout goes.
     *
     * @return 1 when the lower layer has a file of that name, else 0; or -errno
     */
    private int makeRoom(Name name) {
        int error = copyUp(true);
        if (error < 0) {
            return error;
        }
        Inode above = fileSystem.lookup(upper, name);
        if (above == null) {
            return fileSystem.error() == -ENOENT ? 0 : fileSystem.error();
        }
        if (!fileSystem.isWhiteout(above)) {
            return -EEXIST;
        }
        error = upper.unlink(name, false);
        return error < 0 ? error : 1;
    }

    /** Puts the whiteout back that {@link #makeRoom} took; the record it needs was freed just then. */
    private int restore(Name name, int hidden, int error) {
        if (hidden > 0) {
            whiteOut(name);
        }
        return error;
    }

    private int whiteOut(Name name) {
        int error = upper.create(name, Stat.S_IFCHR, 0, 0, 0, made);
        made.value = null;
        return error;
    }

    private int wrap(int hidden, Ref<Inode> out) {
        Inode inode = made.value;
        made.value = null;
        if (!isDirectory(inode)) {
            out.value = new OverlayFile(fileSystem, inode, null, null, Allocator.NONE, 0);
            return 0;
        }
        if (hidden > 0) {
            inode.setMark(OverlayFileSystem.OPAQUE);
        }
        out.value = new OverlayDirectory(fileSystem, inode, null, null, Allocator.NONE, 0);
        return 0;
    }

    /** Whether the lower layer has a file of this name. */
    private boolean isBelow(Name name) {
        return lower != null && fileSystem.lookup(lower, name) != null;
    }

    private boolean isDirectory(Inode inode) {
        return inode.stat(stat) == 0 && (stat.mode & Stat.S_IFMT) == Stat.S_IFDIR;
    }
}

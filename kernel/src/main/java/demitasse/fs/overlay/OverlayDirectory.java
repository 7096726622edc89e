package demitasse.fs.overlay;

import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EISDIR;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOTDIR;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.EPERM;

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
    /** While directories are copied: the one in it that comes after it. */
    private OverlayDirectory copiedNext;

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
    public long handle() {
        return upper == null ? -EOPNOTSUPP : upper.handle();
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
            OverlayFileSystem.unused(below);
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
                OverlayFileSystem.unused(below);
                below = null;
            }
            out.value = new OverlayDirectory(fileSystem, above, below, null, Allocator.NONE, 0);
            above.dropped();
            return 0;
        }
        out.value = new OverlayDirectory(fileSystem, above, null, null, Allocator.NONE, 0);
        return 0;
    }

    /** With the directories above it, of which the uppermost comes first; without recursion, as they may be many. */
    @Override
    int copyUp(boolean withData) {
        OverlayDirectory next = null;
        for (OverlayDirectory one = this; one.upper == null; one = one.parent()) {
            one.copiedNext = next;
            next = one;
        }
        int error = 0;
        while (next != null) {
            OverlayDirectory one = next;
            next = one.copiedNext;
            one.copiedNext = null;
            error = error < 0 ? error : one.copyAlone();
        }
        return error;
    }

    private int copyAlone() {
        int error = lower.stat(stat);
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

    /**
     * Where a whiteout stands the new file is made under the {@linkplain OverlayFileSystem#temporary
     * temporary} name, and the two trade places: that needs no memory, so no failure makes the lower file
     * reappear. A program cannot make a whiteout, which would be in nobody's listing and in the way for good.
     */
    @Override
    public int create(Name name, int mode, int uid, int gid, long deviceNumber, Ref<Inode> out) {
        if ((mode & Stat.S_IFMT) == Stat.S_IFCHR && deviceNumber == 0) {
            return -EPERM;
        }
        int hidden = isHidden(name);
        if (hidden < 0) {
            return hidden;
        }
        int error = upper.create(placeFor(name, hidden), mode, uid, gid, deviceNumber, made);
        return error < 0 ? error : wrap(name, hidden, out);
    }

    @Override
    public int createUnnamed(int mode, int uid, int gid, Ref<Inode> out) {
        int error = copyUp(true);
        if (error == 0) {
            error = upper.createUnnamed(mode, uid, gid, made);
        }
        return error < 0 ? error : wrap(null, 0, out);
    }

    @Override
    public int symlink(Name name, Name target, int uid, int gid, Ref<Inode> out) {
        int hidden = isHidden(name);
        if (hidden < 0) {
            return hidden;
        }
        int error = upper.symlink(placeFor(name, hidden), target, uid, gid, made);
        return error < 0 ? error : wrap(name, hidden, out);
    }

    @Override
    public int link(Name name, Inode existing) {
        OverlayInode file = (OverlayInode) existing;
        int error = file.copyUp(true);
        if (error < 0) {
            return error;
        }
        int hidden = isHidden(name);
        if (hidden < 0) {
            return hidden;
        }
        error = upper.link(placeFor(name, hidden), file.upper);
        if (error == 0 && hidden > 0) {
            takePlace(name, false);
        }
        return error;
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
            return directory ? inner.checkEmpty() : -EISDIR;
        }
        return directory ? -ENOTDIR : 0;
    }

    private int remove(Name name, OverlayInode victim, boolean directory) {
        if (!isBelow(name)) {
            return upper.unlink(name, directory);
        }
        int error = copyUp(true);
        if (victim.upper == null) {
            return error < 0 ? error : whiteOut(name);
        }
        error = error < 0 ? error : whiteOut(fileSystem.temporary());
        if (error < 0) {
            return error;
        }
        // From here on nothing can fail.
        if (victim instanceof OverlayDirectory inner) {
            inner.removeWhiteouts();
        }
        takePlace(name, directory);
        return 0;
    }

    @Override
    public int rename(Name from, Inode targetDirectory, Name to, int flags) {
        return new OverlayRename(this, from, (OverlayDirectory) targetDirectory, to).run(flags);
    }

    /** 0 or -ENOTEMPTY, or another -errno. */
    int checkEmpty() {
        MergedListing listing = new MergedListing(this);
        int error = listing.checkEmpty();
        listing.release();
        return error;
    }

    /** Empties the upper directory of one that looks empty. */
    void removeWhiteouts() {
        if (upper != null) {
            MergedListing listing = new MergedListing(this);
            listing.removeWhiteouts();
            listing.release();
        }
    }

    /**
     * Prepares for a new name: this directory must be in the upper layer.
     *
     * @return 1 when a whiteout has the name, else 0; or -errno, such as -EEXIST
     */
    int isHidden(Name name) {
        int error = copyUp(true);
        if (error < 0) {
            return error;
        }
        Inode above = fileSystem.lookup(upper, name);
        if (above == null) {
            return fileSystem.error() == -ENOENT ? 0 : fileSystem.error();
        }
        return fileSystem.isWhiteout(above) ? 1 : -EEXIST;
    }

    private Name placeFor(Name name, int hidden) {
        return hidden > 0 ? fileSystem.temporary() : name;
    }

    /** What stands under the temporary name gets another's name; that other is removed. Needs no memory. */
    private void takePlace(Name name, boolean otherIsDirectory) {
        swap(fileSystem.temporary(), name);
        upper.unlink(fileSystem.temporary(), otherIsDirectory);
    }

    void swap(Name left, Name right) {
        int error = upper.rename(left, upper, right, TreeChanges.RENAME_EXCHANGE);
        assert error == 0 : "two names of one directory trade places";
    }

    int whiteOut(Name name) {
        int error = upper.create(name, Stat.S_IFCHR, 0, 0, 0, made);
        made.value = null;
        return error;
    }

    private int wrap(Name name, int hidden, Ref<Inode> out) {
        Inode inode = made.value;
        made.value = null;
        inode.retained();
        if (hidden > 0) {
            takePlace(name, false);
        }
        if (!isDirectory(inode)) {
            out.value = new OverlayFile(fileSystem, inode, null, null, Allocator.NONE, 0);
        } else {
            if (hidden > 0) {
                inode.setMark(OverlayFileSystem.OPAQUE);
            }
            out.value = new OverlayDirectory(fileSystem, inode, null, null, Allocator.NONE, 0);
        }
        inode.dropped();
        return 0;
    }

    /** Whether the lower layer has a file of this name. */
    boolean isBelow(Name name) {
        return lower != null && fileSystem.has(lower, name);
    }

    private boolean isDirectory(Inode inode) {
        return inode.stat(stat) == 0 && (stat.mode & Stat.S_IFMT) == Stat.S_IFDIR;
    }
}

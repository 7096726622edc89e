package demitasse.fs.overlay;

import static demitasse.base.error.Errno.ENODATA;

import demitasse.alloc.Allocator;
import demitasse.base.memory.Memory;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;
import demitasse.vfs.Stat;

/** A file of the overlay: in the lower layer, in the upper one, or (a directory) in both. */
abstract class OverlayInode extends Inode {
    private static final int XATTR_REPLACE = 2;

    final OverlayFileSystem fileSystem;
    Inode upper;
    final Inode lower;
    /**
     * Where a file of the lower layer was found: where its copy is to go. Lower directories cannot be
     * renamed.
     */
    private final OverlayDirectory parent;
    private final long nameAddress;
    private final int nameLength;
    /** Neighbours in the list of the parent; see {@link OverlayDirectory#lookup}. */
    OverlayInode nextLower;
    OverlayInode previousLower;
    private int holders;

    /** Takes over the memory of the name; the name may be NONE for what is in the upper layer already. */
    OverlayInode(OverlayFileSystem fileSystem, Inode upper, Inode lower, OverlayDirectory parent,
            long nameAddress, int nameLength) {
        this.fileSystem = fileSystem;
        this.upper = upper;
        this.lower = lower;
        this.parent = parent;
        this.nameAddress = nameAddress;
        this.nameLength = nameLength;
        if (upper != null) {
            upper.retained();
        }
        if (lower != null) {
            lower.retained();
        }
        if (parent != null) {
            parent.retained();
            parent.addLower(this);
        }
    }

    /**
     * Makes sure that the file is in the upper layer.
     *
     * @param withData false when the contents are to be thrown away anyway
     * @return 0 or -errno
     */
    abstract int copyUp(boolean withData);

    /** The number that stat(2) shows, the same before and after the file is copied. */
    abstract long number();

    /** The layer that counts. */
    final Inode real() {
        return upper != null ? upper : lower;
    }

    final OverlayDirectory parent() {
        return parent;
    }

    final void name(Name out) {
        out.set(nameAddress, nameLength);
    }

    final boolean isCalled(Name name) {
        return name.length() == nameLength && Memory.compare(name.address(), nameAddress, nameLength) == 0;
    }

    @Override
    public int stat(Stat out) {
        int error = real().stat(out);
        out.device = fileSystem.device();
        out.inode = number();
        return error;
    }

    @Override
    public final int setMode(int mode) {
        int error = copyUp(true);
        return error < 0 ? error : upper.setMode(mode);
    }

    @Override
    public final int setOwner(int uid, int gid) {
        int error = copyUp(true);
        return error < 0 ? error : upper.setOwner(uid, gid);
    }

    /** The lower layer's files have none. */
    @Override
    public final int inodeFlags(int newFlags) {
        int error = newFlags == SAME ? 0 : copyUp(true);
        return error < 0 ? error : upper == null ? 0 : upper.inodeFlags(newFlags);
    }

    @Override
    public final int setTimes(long accessNs, long modifyNs) {
        int error = copyUp(true);
        return error < 0 ? error : upper.setTimes(accessNs, modifyNs);
    }

    /** The lower layer's attributes are not copied up: EROFS images of ours have none. */
    @Override
    public final long attribute(Name name, long target, int capacityBytes) {
        return upper == null ? -ENODATA : upper.attribute(name, target, capacityBytes);
    }

    @Override
    public final int setAttribute(Name name, long value, int sizeBytes, int flags) {
        if (upper == null && (flags & XATTR_REPLACE) != 0) {
            return -ENODATA;
        }
        int error = copyUp(true);
        return error < 0 ? error : upper.setAttribute(name, value, sizeBytes, flags);
    }

    @Override
    public final int removeAttribute(Name name) {
        return upper == null ? -ENODATA : upper.removeAttribute(name);
    }

    @Override
    public final Name attributeName(int index) {
        return upper == null ? null : upper.attributeName(index);
    }

    @Override
    public final void retained() {
        holders++;
    }

    @Override
    public final void dropped() {
        assert holders > 0 : "dropped more often than retained";
        if (--holders > 0) {
            return;
        }
        letGo();
        if (upper != null) {
            upper.dropped();
        } else if (parent != null) {
            parent.removeLower(this);
        }
        if (lower != null) {
            lower.dropped();
        }
        if (nameAddress != Allocator.NONE) {
            fileSystem.allocator().free(nameAddress, nameLength);
        }
        if (parent != null) {
            parent.dropped();
        }
    }

    /** The object is no longer used; the layers' inodes are still held. */
    void letGo() {
    }

    /** The file has got a copy in the upper layer. */
    final void nowIn(Inode copy) {
        assert upper == null : "copied once";
        copy.retained();
        upper = copy;
        parent.removeLower(this);
    }
}

package demitasse.fs.overlay;

import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.EOPNOTSUPP;

import demitasse.base.annotation.ColdPath;
import demitasse.base.collect.Ref;
import demitasse.vfs.FileHandle;
import demitasse.vfs.FileView;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;

/** Anything but a directory: it is in one layer, the lower one until the first change. */
final class OverlayFile extends OverlayInode {
    private final Stat original = new Stat();
    private final Name name = new Name();
    private final Ref<Inode> made = new Ref<>();
    private final Relay relay = new Relay();
    /** The copy being made has no name, since the name was removed. */
    private boolean nameless;

    OverlayFile(OverlayFileSystem fileSystem, Inode upper, Inode lower, OverlayDirectory parent,
            long nameAddress, int nameLength) {
        super(fileSystem, upper, lower, parent, nameAddress, nameLength);
        if (upper != null) {
            upper.addView(relay);
        }
    }

    @Override
    long number() {
        if (upper == null) {
            lower.stat(original);
            return original.inode;
        }
        upper.stat(original);
        return OverlayFileSystem.upperNumber(upper, original.inode);
    }

    /** That of the copy above; what is below only has none, until it is changed. */
    @Override
    public long handle() {
        return upper == null ? -EOPNOTSUPP : upper.handle();
    }

    @Override
    public int stat(Stat out) {
        int error = real().stat(out);
        out.device = fileSystem.device();
        if (upper != null) {
            out.inode = OverlayFileSystem.upperNumber(upper, out.inode);
        }
        return error;
    }

    /**
     * Who writes gets the copy; who reads gets what there is, and goes on reading it when a copy is made
     * later.
     */
    @Override
    public int open(int flags, Path path, Ref<FileHandle> out) {
        boolean truncates = (flags & OpenFlags.O_TRUNC) != 0;
        boolean writes = (flags & OpenFlags.O_ACCMODE) != OpenFlags.O_RDONLY || truncates;
        if (upper == null && writes) {
            lower.stat(original);
            if ((original.mode & Stat.S_IFMT) == Stat.S_IFREG) {
                int error = copyUp(!truncates);
                if (error < 0) {
                    return error;
                }
            }
        }
        return real().open(flags, path, out);
    }

    @Override
    @ColdPath("a file of the image is changed for the first time")
    int copyUp(boolean withData) {
        if (upper != null) {
            return 0;
        }
        int error = lower.stat(original);
        if (error == 0) {
            error = makeCopy();
        }
        if (error < 0) {
            return error;
        }
        Inode copy = made.value;
        made.value = null;
        copy.retained();
        if (withData && (original.mode & Stat.S_IFMT) == Stat.S_IFREG) {
            error = FileCopy.copy(fileSystem, lower, copy, original.sizeBytes);
        }
        if (error < 0) {
            if (!nameless) {
                parent().upper.unlink(name, false);
            }
            copy.dropped();
            return error;
        }
        copy.setTimes(original.accessNs, original.modifyNs);
        if (original.links == 1) {
            // Of several names only this one gets the copy: two files must not show one number.
            copy.setMark(original.inode);
        }
        // Who has mapped the lower file sees the copy from now on, and with it what is written there.
        tellViews(0, Long.MAX_VALUE, false);
        nowIn(copy);
        copy.addView(relay);
        copy.dropped();
        return 0;
    }

    private int makeCopy() {
        name(name);
        nameless = false;
        int error = parent().copyUp(true);
        if (error == 0) {
            error = makeIn(parent().upper);
        }
        if (error != -EEXIST && error != -ENOENT) {
            return error;
        }
        // The name, or its directory, was removed meanwhile: the copy is for those who have the file open.
        nameless = true;
        return (original.mode & Stat.S_IFMT) == Stat.S_IFREG
                ? fileSystem.upperRoot().createUnnamed(original.mode, original.uid, original.gid, made)
                : -ENOENT;
    }

    private int makeIn(Inode directory) {
        if ((original.mode & Stat.S_IFMT) != Stat.S_IFLNK) {
            return directory.create(
                    name, original.mode, original.uid, original.gid, original.deviceNumber, made);
        }
        Name text = new Name();
        int error = lower.readLink(text);
        return error < 0 ? error : directory.symlink(name, text, original.uid, original.gid, made);
    }

    @Override
    public int readLink(Name out) {
        return real().readLink(out);
    }

    @Override
    public int truncate(long sizeBytes) {
        int error = copyUp(sizeBytes > 0);
        return error < 0 ? error : upper.truncate(sizeBytes);
    }

    @Override
    public int allocate(int mode, long offset, long lengthBytes) {
        int error = copyUp(true);
        return error < 0 ? error : upper.allocate(mode, offset, lengthBytes);
    }

    @Override
    public long page(long index, boolean create) {
        return real().page(index, create);
    }

    @Override
    public boolean isMappable() {
        return real().isMappable();
    }

    @Override
    public boolean notesWrites() {
        return real().notesWrites();
    }

    @Override
    public void written() {
        real().written();
    }

    @Override
    public void mapped() {
        real().mapped();
    }

    @Override
    void letGo() {
        if (upper != null) {
            upper.removeView(relay);
        }
    }

    /** Programs map the overlay's file; when its pages go, it is the upper one that knows. */
    private final class Relay extends FileView {
        @Override
        protected void pagesGo(long first, long limit, boolean copies) {
            tellViews(first, limit, copies);
        }

        @Override
        protected boolean mayWrite() {
            return hasWritingView();
        }
    }
}

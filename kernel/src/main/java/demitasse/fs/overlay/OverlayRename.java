package demitasse.fs.overlay;

import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EISDIR;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOTDIR;
import static demitasse.base.error.Errno.EXDEV;

import demitasse.base.collect.Ref;
import demitasse.vfs.Inode;
import demitasse.vfs.Name;
import demitasse.vfs.TreeChanges;

/**
 * renameat2(2) in the overlay. Whatever needs memory comes first, the rest cannot fail: so an error leaves
 * everything as it was.
 */
final class OverlayRename {
    private final OverlayDirectory source;
    private final Name from;
    private final OverlayDirectory target;
    private final Name to;
    private final OverlayFileSystem fileSystem;
    private OverlayInode moved;
    private OverlayInode replaced;

    OverlayRename(OverlayDirectory source, Name from, OverlayDirectory target, Name to) {
        this.source = source;
        this.from = from;
        this.target = target;
        this.to = to;
        fileSystem = source.fileSystem;
    }

    int run(int flags) {
        Ref<Inode> found = new Ref<>();
        int error = source.lookup(from, found);
        if (error < 0) {
            return error;
        }
        moved = (OverlayInode) found.value;
        moved.retained();
        error = target.lookup(to, found);
        if (error == 0) {
            replaced = (OverlayInode) found.value;
            replaced.retained();
        }
        if (error == 0 || error == -ENOENT) {
            error = (flags & TreeChanges.RENAME_EXCHANGE) != 0 ? exchange() : replace(flags);
        }
        moved.dropped();
        if (replaced != null) {
            replaced.dropped();
        }
        return error;
    }

    private int replace(int flags) {
        int error = prepare(moved, target);
        if (error == 0 && replaced != null) {
            error = (flags & TreeChanges.RENAME_NOREPLACE) != 0 ? -EEXIST : mayReplace();
        }
        if (error < 0 || replaced != null && replaced.upper == moved.upper) {
            // Two names of one file: rename(2) does nothing.
            return error;
        }
        boolean hides = target.isBelow(to);
        int hidden = replaced == null ? target.isHidden(to) : 0;
        if (hidden < 0) {
            return hidden;
        }
        error = hidden > 0 ? overWhiteout() : source.isBelow(from) ? leavingWhiteout() : plainly();
        if (error == 0 && hides && moved instanceof OverlayDirectory) {
            moved.upper.setMark(OverlayFileSystem.OPAQUE);
        }
        return error;
    }

    /** The whiteout at the target goes where the file comes from, and stays there if it hides something. */
    private int overWhiteout() {
        int error = source.upper.rename(from, target.upper, to, TreeChanges.RENAME_EXCHANGE);
        if (error == 0 && !source.isBelow(from)) {
            error = source.upper.unlink(from, false);
        }
        return error;
    }

    /** The lower layer has a file where this one comes from. */
    private int leavingWhiteout() {
        Name temporary = fileSystem.temporary();
        int error = source.whiteOut(temporary);
        if (error < 0) {
            return error;
        }
        source.swap(temporary, from);
        clearReplaced();
        error = source.upper.rename(temporary, target.upper, to, 0);
        if (error < 0) {
            source.swap(temporary, from);
            source.upper.unlink(temporary, false);
        }
        return error;
    }

    private int plainly() {
        clearReplaced();
        return source.upper.rename(from, target.upper, to, 0);
    }

    /** With a directory to replace there is a name already, so that the renaming itself needs no memory. */
    private void clearReplaced() {
        if (replaced instanceof OverlayDirectory inner) {
            inner.removeWhiteouts();
        }
    }

    private int exchange() {
        if (replaced == null) {
            return -ENOENT;
        }
        int error = prepare(moved, target);
        error = error < 0 ? error : prepare(replaced, source);
        if (error == 0) {
            error = source.upper.rename(from, target.upper, to, TreeChanges.RENAME_EXCHANGE);
        }
        if (error == 0 && moved instanceof OverlayDirectory && target.isBelow(to)) {
            moved.upper.setMark(OverlayFileSystem.OPAQUE);
        }
        if (error == 0 && replaced instanceof OverlayDirectory && source.isBelow(from)) {
            replaced.upper.setMark(OverlayFileSystem.OPAQUE);
        }
        return error;
    }

    /**
     * What moves, and where it goes, must be in the upper layer; lower directories do not move (no
     * redirect_dir).
     */
    private static int prepare(OverlayInode file, OverlayDirectory directory) {
        if (file instanceof OverlayDirectory && file.lower != null) {
            return -EXDEV;
        }
        int error = file.copyUp(true);
        return error < 0 ? error : directory.copyUp(true);
    }

    private int mayReplace() {
        if (!(replaced instanceof OverlayDirectory inner)) {
            return moved instanceof OverlayDirectory ? -ENOTDIR : 0;
        }
        return moved instanceof OverlayDirectory ? inner.checkEmpty() : -EISDIR;
    }
}

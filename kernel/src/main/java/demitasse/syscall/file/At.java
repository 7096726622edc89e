package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EISDIR;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOTDIR;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.EROFS;

import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.posix.task.Process;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.MountChanges;
import demitasse.vfs.Mounts;
import demitasse.vfs.Name;
import demitasse.vfs.Path;
import demitasse.vfs.PathWalk;
import demitasse.vfs.Stat;

/** What the calls that take a directory descriptor and a path have in common, openat(2). */
final class At {
    static final int AT_FDCWD = -100;
    static final int AT_SYMLINK_NOFOLLOW = 0x100;
    /** faccessat(2). */
    static final int AT_EACCESS = 0x200;
    /** unlinkat(2). */
    static final int AT_REMOVEDIR = 0x200;
    static final int AT_SYMLINK_FOLLOW = 0x400;
    static final int AT_NO_AUTOMOUNT = 0x800;
    static final int AT_EMPTY_PATH = 0x1000;

    private At() {
    }

    static PathScratch scratch(Call call) {
        return call.instance().files().paths();
    }

    static Mounts mounts(Call call) {
        return call.instance().mounts();
    }

    /** Changes to the mounts that the caller sees. */
    static MountChanges changes(Call call) {
        return mounts(call).mountChanges(call.namespaces().mounts());
    }

    /**
     * Finds the place of a path.
     *
     * @param walkFlags of {@link PathWalk}; with EMPTY, an empty or absent path means the descriptor's own
     *         file
     * @param out the place; the caller clears it
     * @return 0; -EFAULT, -EBADF, or what {@link PathWalk#walk} answers
     */
    static int find(Call call, int directory, long path, int walkFlags, Path out) {
        boolean mayBeEmpty = (walkFlags & PathWalk.EMPTY) != 0;
        if (path == 0 && mayBeEmpty) {
            return own(call, directory, out);
        }
        int error = call.path(path);
        if (error < 0) {
            return error;
        }
        if (call.path().length() == 0) {
            // Linux says so before it looks at the descriptor, getname_flags().
            return mayBeEmpty ? own(call, directory, out) : -ENOENT;
        }
        return walk(call, mounts(call).walker(), directory, call.path(), walkFlags, out);
    }

    /** Finds where the last component is, or would be: {@link Mounts#walker} tells. */
    static int parent(Call call, int directory, long path) {
        PathScratch scratch = scratch(call);
        int error = find(call, directory, path, PathWalk.PARENT, scratch.other);
        scratch.other.clear();
        return error;
    }

    /** As {@link #parent}, for the second path of a call: {@link Mounts#secondWalker} tells. */
    static int secondParent(Call call, int directory, long path) {
        int error = call.secondPath(path);
        if (error < 0) {
            return error;
        }
        PathScratch scratch = scratch(call);
        error = walk(call, mounts(call).secondWalker(), directory, call.secondPath(), PathWalk.PARENT,
                scratch.other);
        scratch.other.clear();
        return error;
    }

    /** Fills the scratch stat with that of a file: 0 or -errno. */
    static int stat(Call call, int directory, long path, int walkFlags) {
        PathScratch scratch = scratch(call);
        int error = find(call, directory, path, walkFlags, scratch.place);
        if (error == 0) {
            error = scratch.place.inode().stat(scratch.stat);
        }
        return error;
    }

    /** FOLLOW and EMPTY as AT_SYMLINK_NOFOLLOW and AT_EMPTY_PATH say. */
    static int walkFlags(int atFlags) {
        return ((atFlags & AT_SYMLINK_NOFOLLOW) != 0 ? 0 : PathWalk.FOLLOW)
                | ((atFlags & AT_EMPTY_PATH) != 0 ? PathWalk.EMPTY : 0);
    }

    /**
     * Why no file that is not a directory can get the last name of a path, 0 when it can: "." and ".." are there, and
     * behind a name with a slash only a directory may be, filename_create() of Linux.
     */
    static int refuseName(Call call, PathWalk walker) {
        if (walker.lastKind() != PathWalk.KIND_NAME) {
            return -EEXIST;
        }
        if (!walker.endsInSlash()) {
            return 0;
        }
        int error = mounts(call).changes().stat(walker.directory(), walker.last(), scratch(call).stat);
        return error == 0 ? -EEXIST : error;
    }

    /** Tells whoever watches the file, after a change that went well; hands the result on. */
    static int noticed(Path place, int event, int result) {
        if (result == 0) {
            place.entry().notice(event, place.mount());
        }
        return result;
    }

    /** Why the file of a place cannot be changed: -EROFS, -EPERM for what chattr(1) keeps as it is, or 0. */
    static int mayChange(Path place) {
        return mayChange(place, Inode.FIXED);
    }

    static int mayChange(Path place, int keeping) {
        return place.isReadOnly() ? -EROFS : place.inode().hasFlags(keeping) ? -EPERM : 0;
    }

    /** An open file as a place: a detached one when it has none of its own. */
    static int placeOf(Call call, FileHandle file, Path out) {
        if (file.path() != null) {
            out.set(file.path());
            return 0;
        }
        if (file.inode() == null) {
            return -EBADF;
        }
        out.setDetached(mounts(call), file.inode());
        return 0;
    }

    static boolean isDirectory(Stat stat) {
        return (stat.mode & Stat.S_IFMT) == Stat.S_IFDIR;
    }

    /** -EISDIR for a directory, else 0. */
    static int refuseDirectory(Stat stat) {
        return isDirectory(stat) ? -EISDIR : 0;
    }

    private static int own(Call call, int directory, Path out) {
        if (directory == AT_FDCWD) {
            out.set(call.process().directory());
            return 0;
        }
        FileHandle file = call.process().files().at(directory);
        return file == null ? -EBADF : placeOf(call, file, out);
    }

    private static int walk(Call call, PathWalk walker, int directory, Name path, int flags, Path out) {
        Process process = call.process();
        Path start = process.directory();
        boolean absolute = path.length() > 0 && path.at(0) == '/' && (flags & PathWalk.IN_ROOT) == 0;
        if (!absolute && directory != AT_FDCWD) {
            FileHandle file = process.files().at(directory);
            if (file == null) {
                return -EBADF;
            }
            if (file.path() == null) {
                return -ENOTDIR;
            }
            start = file.path();
        }
        return walker.walk(start, process.root(), path, flags, call.credentials(), out);
    }
}

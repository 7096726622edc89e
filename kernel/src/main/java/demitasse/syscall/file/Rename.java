package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOTDIR;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.EROFS;
import static demitasse.base.error.Errno.EXDEV;

import demitasse.base.annotation.Syscall;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.vfs.PathWalk;
import demitasse.vfs.Stat;
import demitasse.vfs.TreeChanges;

/** rename(2), renameat(2), renameat2(2). */
final class Rename {
    private static final int RENAME_WHITEOUT = 4;
    private static final int KNOWN = TreeChanges.RENAME_NOREPLACE | TreeChanges.RENAME_EXCHANGE | RENAME_WHITEOUT;
    private static final int OTHER_THAN_EXCHANGE = KNOWN & ~TreeChanges.RENAME_EXCHANGE;

    private Rename() {
    }

    @Syscall("rename")
    static long rename(Call call, long from, long to) {
        return renameat2(call, At.AT_FDCWD, from, At.AT_FDCWD, to, 0);
    }

    @Syscall("renameat")
    static long renameat(Call call, int fromDirectory, long from, int toDirectory, long to) {
        return renameat2(call, fromDirectory, from, toDirectory, to, 0);
    }

    @Syscall(value = "renameat2", note = "A tmpfs takes RENAME_WHITEOUT, an overlay does not, as on Linux.")
    static long renameat2(Call call, int fromDirectory, long from, int toDirectory, long to, int flags) {
        boolean exchanges = (flags & TreeChanges.RENAME_EXCHANGE) != 0;
        if ((flags & ~KNOWN) != 0 || exchanges && (flags & OTHER_THAN_EXCHANGE) != 0) {
            return -EINVAL;
        }
        boolean whitens = (flags & RENAME_WHITEOUT) != 0;
        if (whitens && !call.credentials().may(Credentials.CAP_MKNOD)) {
            return -EPERM;
        }
        int error = At.parent(call, fromDirectory, from);
        if (error == 0) {
            error = At.secondParent(call, toDirectory, to);
        }
        if (error < 0) {
            return error;
        }
        PathWalk target = At.mounts(call).secondWalker();
        int result = renameFound(call, At.mounts(call).walker(), target, flags);
        target.forget();
        return result;
    }

    private static int renameFound(Call call, PathWalk source, PathWalk target, int flags) {
        if (source.directory().mount() != target.directory().mount()) {
            return -EXDEV;
        }
        if (source.lastKind() != PathWalk.KIND_NAME || target.lastKind() != PathWalk.KIND_NAME) {
            return -EBUSY;
        }
        if (source.directory().isReadOnly()) {
            return -EROFS;
        }
        if (source.endsInSlash() || target.endsInSlash()) {
            int error = mustBeDirectory(call, source);
            if (error < 0) {
                return error;
            }
        }
        boolean whitens = (flags & RENAME_WHITEOUT) != 0;
        if (whitens && !source.directory().mount().fileSystem().type().equals("tmpfs")) {
            return -EINVAL;
        }
        TreeChanges changes = At.mounts(call).changes();
        int error = changes.rename(source.directory(), source.last(), target.directory(), target.last(),
                flags & ~RENAME_WHITEOUT, call.credentials());
        // In its place stays the device by which an overlay knows that a name is gone.
        int whitened = error < 0 || !whitens ? error : changes.create(source.directory(), source.last(), Stat.S_IFCHR,
                0, call.credentials(), null);
        // Of two names of one file none goes.
        return error == 0 && whitened == -EEXIST ? 0 : whitened;
    }

    /** Only a directory can be renamed from or to a path that ends in a slash. */
    private static int mustBeDirectory(Call call, PathWalk source) {
        PathScratch scratch = At.scratch(call);
        int error = At.mounts(call).changes().stat(source.directory(), source.last(), scratch.stat);
        return error < 0 || At.isDirectory(scratch.stat) ? error : -ENOTDIR;
    }
}

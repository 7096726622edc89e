package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOTDIR;
import static demitasse.base.error.Errno.EROFS;
import static demitasse.base.error.Errno.EXDEV;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.vfs.PathWalk;
import demitasse.vfs.TreeChanges;

/** rename(2), renameat(2), renameat2(2). */
final class Rename {
    private static final int KNOWN = TreeChanges.RENAME_NOREPLACE | TreeChanges.RENAME_EXCHANGE;

    private Rename() {
    }

    @WarmPath("per system call")
    @Syscall("rename")
    static long rename(Call call, long from, long to) {
        return renameat2(call, At.AT_FDCWD, from, At.AT_FDCWD, to, 0);
    }

    @Syscall("renameat")
    static long renameat(Call call, int fromDirectory, long from, int toDirectory, long to) {
        return renameat2(call, fromDirectory, from, toDirectory, to, 0);
    }

    @WarmPath("per system call")
    @Syscall(value = "renameat2", rejects = {"RENAME_WHITEOUT"})
    static long renameat2(Call call, int fromDirectory, long from, int toDirectory, long to, int flags) {
        if ((flags & ~KNOWN) != 0 || flags == KNOWN) {
            return -EINVAL;
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
        return At.mounts(call).changes().rename(source.directory(), source.last(), target.directory(),
                target.last(), flags, call.credentials());
    }

    /** Only a directory can be renamed from or to a path that ends in a slash. */
    private static int mustBeDirectory(Call call, PathWalk source) {
        PathScratch scratch = At.scratch(call);
        int error = At.mounts(call).changes().stat(source.directory(), source.last(), scratch.stat);
        return error < 0 || At.isDirectory(scratch.stat) ? error : -ENOTDIR;
    }
}

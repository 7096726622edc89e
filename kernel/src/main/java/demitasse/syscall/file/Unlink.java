package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EISDIR;
import static demitasse.base.error.Errno.ENOTDIR;
import static demitasse.base.error.Errno.ENOTEMPTY;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.vfs.PathWalk;

/** unlink(2), unlinkat(2), rmdir(2). */
final class Unlink {
    private Unlink() {
    }

    @WarmPath("per system call")
    @Syscall("unlink")
    static long unlink(Call call, long path) {
        return file(call, At.AT_FDCWD, path);
    }

    @Syscall("rmdir")
    static long rmdir(Call call, long path) {
        return directory(call, At.AT_FDCWD, path);
    }

    @WarmPath("per system call")
    @Syscall("unlinkat")
    static long unlinkat(Call call, int directory, long path, int flags) {
        if ((flags & ~At.AT_REMOVEDIR) != 0) {
            return -EINVAL;
        }
        return flags != 0 ? directory(call, directory, path) : file(call, directory, path);
    }

    private static long file(Call call, int directory, long path) {
        int error = At.parent(call, directory, path);
        if (error < 0) {
            return error;
        }
        PathWalk walker = At.mounts(call).walker();
        if (walker.lastKind() != PathWalk.KIND_NAME) {
            return -EISDIR;
        }
        if (walker.endsInSlash()) {
            return refuseSlash(call, walker);
        }
        return At.mounts(call).changes().unlink(
                walker.directory(), walker.last(), false, call.credentials());
    }

    /** Only a directory may be named with a slash, and unlink(2) takes none. */
    private static long refuseSlash(Call call, PathWalk walker) {
        PathScratch scratch = At.scratch(call);
        int error = At.mounts(call).changes().stat(walker.directory(), walker.last(), scratch.stat);
        if (error < 0) {
            return error;
        }
        return At.isDirectory(scratch.stat) ? -EISDIR : -ENOTDIR;
    }

    private static long directory(Call call, int directory, long path) {
        int error = At.parent(call, directory, path);
        if (error < 0) {
            return error;
        }
        PathWalk walker = At.mounts(call).walker();
        return switch (walker.lastKind()) {
            case PathWalk.KIND_DOT -> -EINVAL;
            case PathWalk.KIND_DOT_DOT -> -ENOTEMPTY;
            case PathWalk.KIND_ROOT -> -EBUSY;
            default -> At.mounts(call).changes().unlink(
                    walker.directory(), walker.last(), true, call.credentials());
        };
    }
}

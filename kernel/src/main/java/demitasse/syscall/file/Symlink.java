package demitasse.syscall.file;

import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.ENOENT;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.vfs.PathWalk;

/** symlink(2), symlinkat(2). */
final class Symlink {
    private Symlink() {
    }

    @Syscall("symlink")
    static long symlink(Call call, long target, long path) {
        return symlinkat(call, target, At.AT_FDCWD, path);
    }

    @Syscall("symlinkat")
    static long symlinkat(Call call, long target, int directory, long path) {
        int error = call.path(target);
        if (error < 0) {
            return error;
        }
        if (call.path().length() == 0) {
            return -ENOENT;
        }
        error = At.secondParent(call, directory, path);
        if (error < 0) {
            return error;
        }
        PathWalk walker = At.mounts(call).secondWalker();
        error = At.refuseName(call, walker);
        if (error < 0) {
            return error;
        }
        int result = At.mounts(call).changes().symlink(
                walker.directory(), walker.last(), call.path(), call.credentials());
        walker.forget();
        return result;
    }
}

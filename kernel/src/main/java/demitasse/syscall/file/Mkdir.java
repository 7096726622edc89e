package demitasse.syscall.file;

import static demitasse.base.error.Errno.EEXIST;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.vfs.PathWalk;
import demitasse.vfs.Stat;

/** mkdir(2), mkdirat(2). */
final class Mkdir {
    private static final int MODE_MASK = 01777;

    private Mkdir() {
    }

    @Syscall("mkdir")
    static long mkdir(Call call, long path, int mode) {
        return mkdirat(call, At.AT_FDCWD, path, mode);
    }

    @Syscall("mkdirat")
    static long mkdirat(Call call, int directory, long path, int mode) {
        int error = At.parent(call, directory, path);
        if (error < 0) {
            return error;
        }
        PathWalk walker = At.mounts(call).walker();
        if (walker.lastKind() != PathWalk.KIND_NAME) {
            return -EEXIST;
        }
        int fullMode = Stat.S_IFDIR | mode & MODE_MASK & ~call.process().umask();
        return At.mounts(call).changes().create(
                walker.directory(), walker.last(), fullMode, 0, call.credentials(), null);
    }
}

package demitasse.syscall.file;

import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.vfs.PathWalk;
import demitasse.vfs.Stat;

/** mknod(2), mknodat(2). */
final class Mknod {
    private static final int MODE_MASK = 07777;

    private Mknod() {
    }

    @Syscall("mknod")
    static long mknod(Call call, long path, int mode, int device) {
        return mknodat(call, At.AT_FDCWD, path, mode, device);
    }

    @Syscall("mknodat")
    static long mknodat(Call call, int directory, long path, int mode, int device) {
        int type = (mode & Stat.S_IFMT) == 0 ? Stat.S_IFREG : mode & Stat.S_IFMT;
        int error = checkType(type);
        if (error == 0) {
            error = At.parent(call, directory, path);
        }
        if (error < 0) {
            return error;
        }
        PathWalk walker = At.mounts(call).walker();
        error = At.refuseName(call, walker);
        if (error < 0) {
            return error;
        }
        boolean isDevice = type == Stat.S_IFCHR || type == Stat.S_IFBLK;
        boolean isWhiteout = type == Stat.S_IFCHR && device == 0;
        if (isDevice && !isWhiteout && !call.credentials().may(Credentials.CAP_MKNOD)) {
            error = At.mounts(call).changes().mayCreate(walker.directory(), walker.last(), call.credentials());
            return error < 0 ? error : -EPERM;
        }
        int fullMode = type | mode & MODE_MASK & ~call.process().umask();
        return At.mounts(call).changes().create(walker.directory(), walker.last(), fullMode,
                isDevice ? device & 0xffff_ffffL : 0, call.credentials(), null);
    }

    private static int checkType(int type) {
        return switch (type) {
            case Stat.S_IFREG, Stat.S_IFIFO, Stat.S_IFSOCK, Stat.S_IFCHR, Stat.S_IFBLK -> 0;
            case Stat.S_IFDIR -> -EPERM;
            default -> -EINVAL;
        };
    }
}

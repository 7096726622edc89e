package demitasse.syscall.file;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.ENOTDIR;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.vfs.Access;
import demitasse.vfs.FileHandle;
import demitasse.vfs.PathWalk;

/** chdir(2), fchdir(2), chroot(2). */
final class Chdir {
    private Chdir() {
    }

    @Syscall("chdir")
    static long chdir(Call call, long path) {
        PathScratch scratch = At.scratch(call);
        int error = enterable(call, path);
        if (error == 0) {
            call.process().setDirectory(scratch.place);
        }
        scratch.place.clear();
        return error;
    }

    @Syscall("fchdir")
    static long fchdir(Call call, int fd) {
        FileHandle file = call.anyFile(fd);
        if (file == null) {
            return -EBADF;
        }
        PathScratch scratch = At.scratch(call);
        if (file.path() == null || file.inode().stat(scratch.stat) < 0 || !At.isDirectory(scratch.stat)) {
            return -ENOTDIR;
        }
        if (!call.credentials().allows(scratch.stat, Access.EXECUTE)) {
            return -EACCES;
        }
        call.process().setDirectory(file.path());
        return 0;
    }

    @Syscall("chroot")
    static long chroot(Call call, long path) {
        PathScratch scratch = At.scratch(call);
        int error = enterable(call, path);
        if (error == 0 && !call.credentials().holds(Credentials.CAP_SYS_CHROOT)) {
            error = -EPERM;
        }
        if (error == 0) {
            call.process().setRoot(scratch.place);
        }
        scratch.place.clear();
        return error;
    }

    /** Finds a directory that may be searched. */
    private static int enterable(Call call, long path) {
        int error = At.stat(call, At.AT_FDCWD, path, PathWalk.FOLLOW | PathWalk.DIRECTORY);
        if (error < 0) {
            return error;
        }
        boolean allowed = call.credentials().allows(At.scratch(call).stat, Access.EXECUTE);
        return allowed ? 0 : -EACCES;
    }
}

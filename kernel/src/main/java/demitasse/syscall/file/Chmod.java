package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOTSUP;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Notices;
import demitasse.vfs.PathWalk;
import demitasse.vfs.Stat;

/** chmod(2), fchmod(2), fchmodat(2), fchmodat2(2). */
final class Chmod {
    private static final int MODE_MASK = 07777;
    private static final int KNOWN = At.AT_SYMLINK_NOFOLLOW | At.AT_EMPTY_PATH;

    private Chmod() {
    }

    @Syscall("chmod")
    static long chmod(Call call, long path, int mode) {
        return at(call, At.AT_FDCWD, path, mode, PathWalk.FOLLOW);
    }

    @Syscall("fchmod")
    static long fchmod(Call call, int fd, int mode) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        PathScratch scratch = At.scratch(call);
        int error = At.placeOf(call, file, scratch.place);
        long result = error < 0 ? error : change(call, scratch, mode);
        scratch.place.clear();
        return result;
    }

    @Syscall("fchmodat")
    static long fchmodat(Call call, int directory, long path, int mode) {
        return at(call, directory, path, mode, PathWalk.FOLLOW);
    }

    @Syscall("fchmodat2")
    static long fchmodat2(Call call, int directory, long path, int mode, int flags) {
        return (flags & ~KNOWN) != 0 ? -EINVAL : at(call, directory, path, mode, At.walkFlags(flags));
    }

    private static long at(Call call, int directory, long path, int mode, int walkFlags) {
        PathScratch scratch = At.scratch(call);
        int error = At.find(call, directory, path, walkFlags, scratch.place);
        long result = error < 0 ? error : change(call, scratch, mode);
        scratch.place.clear();
        return result;
    }

    private static long change(Call call, PathScratch scratch, int mode) {
        int error = At.mayChange(scratch.place);
        if (error == 0) {
            error = scratch.place.inode().stat(scratch.stat);
        }
        if (error < 0) {
            return error;
        }
        Stat stat = scratch.stat;
        if ((stat.mode & Stat.S_IFMT) == Stat.S_IFLNK) {
            return -ENOTSUP;
        }
        Credentials who = call.credentials();
        if (!who.owns(stat)) {
            return -EPERM;
        }
        int bits = mode & MODE_MASK;
        if (!who.mayRunAs(stat.gid)) {
            bits &= ~Stat.S_ISGID;
        }
        return At.noticed(scratch.place, Notices.ATTRIB, scratch.place.inode().setMode(bits));
    }
}

package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.StatLayout;
import demitasse.vfs.FileHandle;
import demitasse.vfs.PathWalk;

/** stat(2), fstat(2), lstat(2), newfstatat(2). */
final class StatCall {
    private static final int KNOWN = At.AT_SYMLINK_NOFOLLOW | At.AT_NO_AUTOMOUNT | At.AT_EMPTY_PATH;

    private StatCall() {
    }

    @WarmPath("per system call")
    @Syscall("stat")
    static long stat(Call call, long path, long out) {
        return at(call, At.AT_FDCWD, path, out, PathWalk.FOLLOW);
    }

    @WarmPath("per system call")
    @Syscall("lstat")
    static long lstat(Call call, long path, long out) {
        return at(call, At.AT_FDCWD, path, out, 0);
    }

    @WarmPath("per system call")
    @Syscall("fstat")
    static long fstat(Call call, int fd, long out) {
        FileHandle file = call.anyFile(fd);
        if (file == null || file.inode() == null) {
            return -EBADF;
        }
        PathScratch scratch = At.scratch(call);
        int error = file.inode().stat(scratch.stat);
        return error < 0 ? error : store(call, scratch, out);
    }

    @WarmPath("per system call")
    @Syscall("newfstatat")
    static long newfstatat(Call call, int directory, long path, long out, int flags) {
        return (flags & ~KNOWN) != 0 ? -EINVAL : at(call, directory, path, out, At.walkFlags(flags));
    }

    private static long at(Call call, int directory, long path, long out, int walkFlags) {
        int error = At.stat(call, directory, path, walkFlags);
        PathScratch scratch = At.scratch(call);
        scratch.place.clear();
        return error < 0 ? error : store(call, scratch, out);
    }

    private static long store(Call call, PathScratch scratch, long out) {
        long copy = call.scratch(StatLayout.BYTES);
        call.credentials().show(scratch.stat);
        StatLayout.put(scratch.stat, copy);
        return call.process().memory().copyOut(copy, out, StatLayout.BYTES);
    }
}

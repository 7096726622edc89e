package demitasse.syscall.file;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOENT;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.vfs.PathWalk;
import demitasse.vfs.Stat;

/** readlink(2), readlinkat(2). */
final class Readlink {
    private Readlink() {
    }

    @WarmPath("per system call")
    @Syscall("readlink")
    static long readlink(Call call, long path, long buffer, int sizeBytes) {
        return readlinkat(call, At.AT_FDCWD, path, buffer, sizeBytes);
    }

    @WarmPath("per system call")
    @Syscall("readlinkat")
    static long readlinkat(Call call, int directory, long path, long buffer, int sizeBytes) {
        if (sizeBytes <= 0) {
            return -EINVAL;
        }
        if (path == 0) {
            return -EFAULT;
        }
        PathScratch scratch = At.scratch(call);
        int error = At.find(call, directory, path, PathWalk.EMPTY, scratch.place);
        if (error == 0) {
            error = scratch.place.inode().stat(scratch.stat);
        }
        if (error == 0) {
            error = (scratch.stat.mode & Stat.S_IFMT) == Stat.S_IFLNK
                    ? scratch.place.inode().readLink(scratch.name)
                    : refusal(call);
        }
        long result = error;
        if (error == 0) {
            int length = Math.min(sizeBytes, scratch.name.length());
            result = call.process().memory().copyOut(scratch.name.address(), buffer, length);
            result = result < 0 ? result : length;
        }
        scratch.place.clear();
        return result;
    }

    /** "ENOENT: pathname is an empty string" holds for a descriptor that is no link. */
    private static int refusal(Call call) {
        return call.path().length() == 0 ? -ENOENT : -EINVAL;
    }
}

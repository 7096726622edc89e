package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.task.Call;
import demitasse.vfs.FileHandle;

/** sync(2), syncfs(2), fsync(2), fdatasync(2). */
final class Sync {
    private static final int DATA_ONLY = 1;

    private Sync() {
    }

    @Syscall(value = "sync", note = "every file system is in memory: there is nothing to write")
    static long sync(Call call) {
        return 0;
    }

    @Syscall("syncfs")
    static long syncfs(Call call, int fd) {
        return call.file(fd) == null ? -EBADF : 0;
    }

    @WarmPath("per system call")
    @Syscall("fsync")
    static long fsync(Call call, int fd) {
        return flush(call, fd, 0);
    }

    @WarmPath("per system call")
    @Syscall("fdatasync")
    static long fdatasync(Call call, int fd) {
        return flush(call, fd, DATA_ONLY);
    }

    private static long flush(Call call, int fd, int flags) {
        FileHandle file = call.file(fd);
        return file == null ? -EBADF : file.sync(flags);
    }
}

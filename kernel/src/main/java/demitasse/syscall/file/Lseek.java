package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.HotPath;
import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.vfs.FileHandle;

/** lseek(2). */
final class Lseek {
    private static final int SEEK_MAX = 4;

    private Lseek() {
    }

    @Syscall("lseek")
    @HotPath("per system call")
    static long lseek(Call call, int fd, long offset, int whence) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        return whence < 0 || whence > SEEK_MAX ? -EINVAL : file.seek(offset, whence);
    }
}

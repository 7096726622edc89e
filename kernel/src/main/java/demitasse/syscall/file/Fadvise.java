package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ESPIPE;

import demitasse.base.annotation.Syscall;
import demitasse.posix.file.PipeEnd;
import demitasse.posix.task.Call;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Stat;

/** posix_fadvise(2), readahead(2), sync_file_range(2): all files are in memory, so there is nothing to hurry. */
final class Fadvise {
    private static final int POSIX_FADV_NOREUSE = 5;
    private static final int SYNC_FILE_RANGE_FLAGS = 7;

    private Fadvise() {
    }

    @Syscall(value = "fadvise64", ignores = {"POSIX_FADV_NORMAL", "POSIX_FADV_RANDOM", "POSIX_FADV_SEQUENTIAL",
        "POSIX_FADV_WILLNEED", "POSIX_FADV_DONTNEED", "POSIX_FADV_NOREUSE"})
    static long fadvise64(Call call, int fd, long offset, long length, int advice) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        if (file instanceof PipeEnd) {
            return -ESPIPE;
        }
        return length < 0 || advice < 0 || advice > POSIX_FADV_NOREUSE ? -EINVAL : 0;
    }

    @Syscall(value = "readahead", note = "All files are in memory.")
    static long readahead(Call call, int fd, long offset, long count) {
        FileHandle file = call.file(fd);
        if (file == null || !file.isReadable()) {
            return -EBADF;
        }
        return type(call, file) == Stat.S_IFREG && count >= 0 ? 0 : -EINVAL;
    }

    @Syscall(value = "sync_file_range", note = "All files are in memory.")
    static long syncFileRange(Call call, int fd, long offset, long length, int flags) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        if (offset < 0 || length < 0 || offset + length < 0 || (flags & ~SYNC_FILE_RANGE_FLAGS) != 0) {
            return -EINVAL;
        }
        int type = type(call, file);
        return type == Stat.S_IFREG || type == Stat.S_IFDIR ? 0 : -ESPIPE;
    }

    private static int type(Call call, FileHandle file) {
        Stat stat = call.instance().files().stat();
        return file.inode() != null && file.inode().stat(stat) == 0 ? stat.mode & Stat.S_IFMT : 0;
    }
}

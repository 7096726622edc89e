package demitasse.syscall.file;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ESPIPE;

import demitasse.base.annotation.HotPath;
import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.sched.wait.Events;
import demitasse.vfs.FileHandle;

/** read(2), pread(2). */
final class Read {
    /** MAX_RW_COUNT of Linux: what one call moves at most, read(2) NOTES. */
    static final long COUNT_MAX = 0x7fff_f000L;

    private Read() {
    }

    @Syscall("read")
    @HotPath("per system call")
    static long read(Call call, int fd, long buffer, long count) {
        return transfer(call, fd, buffer, count, FileHandle.CURRENT);
    }

    @Syscall("pread64")
    @HotPath("per system call")
    static long pread64(Call call, int fd, long buffer, long count, long offset) {
        return offset < 0 ? -EINVAL : transfer(call, fd, buffer, count, offset);
    }

    private static long transfer(Call call, int fd, long buffer, long count, long offset) {
        FileHandle file = call.file(fd);
        if (file == null || !file.isReadable()) {
            return refusal(file, offset);
        }
        if ((buffer | count) < 0) {
            // Linux's access_ok() finds that such a buffer leaves the user half, even where nothing would be moved.
            return -EFAULT;
        }
        long n = file.read(call.transfer(buffer, Math.min(count, COUNT_MAX)), offset);
        return n == -EAGAIN ? call.await(file, Events.IN) : call.task().io.read(n);
    }

    /** Of a file that is not open for it: that it has no offsets comes before. */
    static long refusal(FileHandle file, long offset) {
        return file != null && offset != FileHandle.CURRENT && !file.isPathOnly() && file.isStream() ? -ESPIPE : -EBADF;
    }
}

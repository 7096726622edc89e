package demitasse.syscall.file;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPIPE;

import demitasse.base.annotation.ColdPath;
import demitasse.base.annotation.HotPath;
import demitasse.base.annotation.Syscall;
import demitasse.posix.memory.UserTransfer;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;
import demitasse.posix.task.Call;
import demitasse.sched.wait.Events;
import demitasse.vfs.FileHandle;

/** write(2), pwrite(2). */
final class Write {
    private Write() {
    }

    @Syscall("write")
    @HotPath("per system call")
    static long write(Call call, int fd, long buffer, long count) {
        FileHandle file = call.file(fd);
        if (file == null || !file.isWritable()) {
            return -EBADF;
        }
        if ((buffer | count) < 0) {
            return -EFAULT;
        }
        return within(call, file, buffer, count, FileHandle.CURRENT);
    }

    @Syscall("pwrite64")
    @HotPath("per system call")
    static long pwrite64(Call call, int fd, long buffer, long count, long offset) {
        if (offset < 0) {
            return -EINVAL;
        }
        FileHandle file = call.file(fd);
        if (file == null || !file.isWritable()) {
            return Read.refusal(file, offset);
        }
        if ((buffer | count) < 0) {
            return -EFAULT;
        }
        return within(call, file, buffer, count, offset);
    }

    private static long within(Call call, FileHandle file, long buffer, long count, long offset) {
        long allowed = FileSizeLimit.clip(call, file, offset, Math.min(count, Read.COUNT_MAX));
        return allowed < 0 ? allowed : all(call, file, call.transfer(buffer, allowed), offset);
    }

    /**
     * Writes until all is gone, an error comes, or the file must be waited for: a blocking write(2) is not cut short by
     * a full pipe. A file that takes less although it has room (an eventfd, a full disk) has said its last word.
     *
     * @param source what is left after {@link Call#progress}
     * @param start where the first byte of the whole call goes, or CURRENT
     */
    static long all(Call call, FileHandle file, UserTransfer source, long start) {
        while (true) {
            long offset = start == FileHandle.CURRENT ? start : start + call.progress;
            long n = file.write(source, offset);
            if (n == -EAGAIN) {
                return call.await(file, Events.OUT);
            }
            if (n < 0) {
                return failed(call, n);
            }
            call.progress += n;
            if (source.remaining() == 0 || n == 0 || (file.readiness() & Events.OUT) != 0) {
                return call.task().io.written(call.progress);
            }
        }
    }

    /** A pipe or socket that nobody reads signals as well, write(2) EPIPE. */
    @ColdPath("an error")
    private static long failed(Call call, long error) {
        if (error == -EPIPE) {
            Signals.sendToSelf(call.task(), SignalNumber.SIGPIPE);
        }
        return call.task().io.written(call.progress > 0 ? call.progress : error);
    }
}

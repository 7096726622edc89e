package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.DirentWriter;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Notices;

/** getdents(2), getdents64(2). */
final class Getdents {
    /** At most so much is handed out at a time, whatever room the program has. */
    private static final int BATCH_BYTES = 32 * 1024;

    private Getdents() {
    }

    @Syscall("getdents")
    static long getdents(Call call, int fd, long buffer, int sizeBytes) {
        return list(call, fd, buffer, sizeBytes, true);
    }

    @WarmPath("per system call")
    @Syscall("getdents64")
    static long getdents64(Call call, int fd, long buffer, int sizeBytes) {
        return list(call, fd, buffer, sizeBytes, false);
    }

    private static long list(Call call, int fd, long buffer, int sizeBytes, boolean old) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        int capacity = Integer.compareUnsigned(sizeBytes, BATCH_BYTES) < 0 ? sizeBytes : BATCH_BYTES;
        long copy = call.scratch(capacity);
        DirentWriter writer = new DirentWriter(copy, capacity, old);
        long error = file.list(writer);
        if (error < 0) {
            return error;
        }
        file.notice(Notices.ACCESS);
        if (writer.length() == 0) {
            return writer.isFull() ? -EINVAL : 0;
        }
        error = call.process().memory().copyOut(copy, buffer, writer.length());
        return error < 0 ? error : writer.length();
    }
}

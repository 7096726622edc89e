package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.file.FileTable;
import demitasse.posix.ipc.PosixQueueHandle;
import demitasse.posix.socket.TcpSocket;
import demitasse.posix.task.Call;
import demitasse.vfs.FileHandle;

/** close(2), close_range(2). */
final class Close {
    private static final int CLOSE_RANGE_UNSHARE = 2;
    private static final int CLOSE_RANGE_CLOEXEC = 4;

    private Close() {
    }

    @WarmPath("per system call")
    @Syscall("close")
    static long close(Call call, int fd) {
        if (call.attempt > 0) {
            return Lingering.await(call, 0);
        }
        FileHandle file = call.process().files().take(fd);
        if (file == null) {
            return -EBADF;
        }
        if (file instanceof TcpSocket) {
            Lingering.close(call, file);
            return Lingering.await(call, 0);
        }
        drop(call, file);
        return 0;
    }

    @Syscall(value = "close_range", rejects = {"CLOSE_RANGE_UNSHARE with threads"})
    static long closeRange(Call call, int first, int last, int flags) {
        if (call.attempt > 0) {
            return Lingering.await(call, 0);
        }
        boolean unshares = (flags & CLOSE_RANGE_UNSHARE) != 0;
        if ((flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)) != 0 || Integer.compareUnsigned(first, last) > 0
                || unshares && !call.process().isSingleThreaded()) {
            return -EINVAL;
        }
        call.process().unshare(unshares, false);
        FileTable files = call.process().files();
        for (int fd = first; (fd = files.next(fd)) >= 0 && Integer.compareUnsigned(fd, last) <= 0; fd++) {
            if ((flags & CLOSE_RANGE_CLOEXEC) != 0) {
                files.setCloseOnExec(fd, true);
            } else {
                Lingering.close(call, files.take(fd));
            }
        }
        return Lingering.await(call, 0);
    }

    /** Lets go of a file that has left the table, as close(2) of a descriptor does. */
    static void drop(Call call, FileHandle file) {
        if (file instanceof PosixQueueHandle queue) {
            queue.queue().forgetNotify(call.process());
        }
        file.release();
    }
}

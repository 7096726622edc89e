package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.file.FileTable;
import demitasse.posix.task.Call;
import demitasse.vfs.FileHandle;
import demitasse.vfs.OpenFlags;

/** dup(2), dup2(2), dup3(2). */
final class Dup {
    private Dup() {
    }

    @WarmPath("per system call")
    @Syscall("dup")
    static long dup(Call call, int fd) {
        return lowest(call, call.anyFile(fd), 0, false);
    }

    @WarmPath("per system call")
    @Syscall("dup2")
    static long dup2(Call call, int from, int to) {
        if (from == to) {
            return call.anyFile(from) == null ? -EBADF : to;
        }
        return replace(call, from, to, false);
    }

    @WarmPath("per system call")
    @Syscall("dup3")
    static long dup3(Call call, int from, int to, int flags) {
        if ((flags & ~OpenFlags.O_CLOEXEC) != 0 || from == to) {
            return -EINVAL;
        }
        return replace(call, from, to, flags != 0);
    }

    /** One more descriptor, not below {@code least}, for a file (null: a bad one); also fcntl(2) F_DUPFD. */
    static long lowest(Call call, FileHandle file, int least, boolean cloexec) {
        if (file == null) {
            return -EBADF;
        }
        file.retain();
        int fd = call.process().files().install(file, least, cloexec);
        if (fd < 0) {
            file.release();
        }
        return fd;
    }

    private static long replace(Call call, int from, int to, boolean cloexec) {
        if (call.attempt > 0) {
            return Lingering.await(call, to);
        }
        FileTable files = call.process().files();
        FileHandle file = call.anyFile(from);
        if (file == null || to < 0 || to >= files.limit()) {
            return -EBADF;
        }
        if (!files.hasRoomFor(to)) {
            return -ENOMEM;
        }
        file.retain();
        FileHandle old = files.replace(to, file, cloexec);
        if (old != null) {
            Lingering.close(call, old);
        }
        return Lingering.await(call, to);
    }
}

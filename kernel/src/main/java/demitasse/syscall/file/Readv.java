package demitasse.syscall.file;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.HotPath;
import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.sched.wait.Events;
import demitasse.vfs.FileHandle;
import demitasse.vfs.OpenFlags;

/** readv(2), writev(2) and their relatives with an offset and flags. */
final class Readv {
    private static final int RWF_HIPRI = 1;
    private static final int RWF_DSYNC = 2;
    private static final int RWF_SYNC = 4;
    private static final int RWF_NOWAIT = 8;
    private static final int RWF_APPEND = 16;
    private static final int RWF_NOAPPEND = 32;
    private static final int RWF_APPENDING = RWF_APPEND | RWF_NOAPPEND;
    private static final int RWF_KNOWN = RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT | RWF_APPENDING;

    private Readv() {
    }

    @Syscall("readv")
    @HotPath("per system call")
    static long readv(Call call, int fd, long vector, int count) {
        return read(call, fd, vector, count, FileHandle.CURRENT, 0);
    }

    /** On x86-64 the offset is one register; the sixth argument of the ABI means nothing. */
    @Syscall("preadv")
    static long preadv(Call call, int fd, long vector, int count, long offset) {
        return offset < 0 ? -EINVAL : read(call, fd, vector, count, offset, 0);
    }

    @Syscall(value = "preadv2", ignores = {"RWF_HIPRI"}, rejects = {"RWF_ATOMIC"})
    static long preadv2(Call call, int fd, long vector, int count, long offset, long offsetHigh, int flags) {
        return offset < -1 ? -EINVAL : read(call, fd, vector, count, offset, flags);
    }

    @Syscall("writev")
    @HotPath("per system call")
    static long writev(Call call, int fd, long vector, int count) {
        return write(call, fd, vector, count, FileHandle.CURRENT, 0);
    }

    @Syscall("pwritev")
    static long pwritev(Call call, int fd, long vector, int count, long offset) {
        return offset < 0 ? -EINVAL : write(call, fd, vector, count, offset, 0);
    }

    @Syscall(value = "pwritev2", ignores = {"RWF_HIPRI"}, rejects = {"RWF_ATOMIC"})
    static long pwritev2(Call call, int fd, long vector, int count, long offset, long offsetHigh, int flags) {
        if (offset < -1 || (flags & RWF_APPENDING) == RWF_APPENDING) {
            return -EINVAL;
        }
        FileHandle file = (flags & RWF_APPENDING) == 0 ? null : call.file(fd);
        if (file == null) {
            return write(call, fd, vector, count, offset, flags);
        }
        // For this one write the file is, or is not, one that is appended to.
        int before = file.flags();
        if ((flags & RWF_NOAPPEND) != 0 && (before & OpenFlags.O_APPEND) != 0 && file.isWritable()
                && Fcntl.isAppendOnly(file)) {
            return -EPERM;
        }
        file.setFlags((flags & RWF_APPEND) != 0 ? before | OpenFlags.O_APPEND : before & ~OpenFlags.O_APPEND);
        long n = write(call, fd, vector, count, offset, flags);
        file.setFlags(before);
        return n;
    }

    private static long read(Call call, int fd, long vector, int count, long offset, int flags) {
        FileHandle file = call.file(fd);
        if (file == null || !file.isReadable()) {
            return Read.refusal(file, offset);
        }
        int checked = check(call, vector, count, flags);
        if (checked < 0) {
            return checked;
        }
        if (call.vector().remaining() == 0 && file.carriesBytes()) {
            return 0;
        }
        long n = file.read(call.vector(), offset);
        boolean waits = n == -EAGAIN && (flags & RWF_NOWAIT) == 0;
        return waits ? call.await(file, Events.IN) : call.task().io.read(n);
    }

    private static long write(Call call, int fd, long vector, int count, long offset, int flags) {
        FileHandle file = call.file(fd);
        if (file == null || !file.isWritable()) {
            return Read.refusal(file, offset);
        }
        int checked = check(call, vector, count, flags);
        if (checked < 0) {
            return checked;
        }
        if (call.vector().remaining() == 0) {
            return file.takesBytes() ? 0 : file.write(call.vector(), offset);
        }
        long allowed = FileSizeLimit.clip(call, file, offset, call.vector().remaining());
        if (allowed < 0) {
            return allowed;
        }
        call.limitVector(allowed);
        if ((flags & RWF_NOWAIT) != 0) {
            return call.task().io.written(file.write(call.vector(), offset));
        }
        long n = Write.all(call, file, call.vector(), offset);
        boolean sync = (flags & (RWF_DSYNC | RWF_SYNC)) != 0;
        if (n > 0 && sync) {
            // What cannot be synchronized, like a pipe, has written all the same.
            int synced = file.sync(0);
            return synced < 0 && synced != -EINVAL ? synced : n;
        }
        return n;
    }

    private static int check(Call call, long vector, int count, int flags) {
        return (flags & ~RWF_KNOWN) != 0 ? -EOPNOTSUPP : call.vector(vector, count);
    }
}

package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.file.SignalFile;
import demitasse.posix.task.Call;
import demitasse.vfs.FileHandle;
import demitasse.vfs.OpenFlags;

/** signalfd(2), signalfd4(2). */
final class Signalfd {
    private static final int KNOWN = OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK;

    private Signalfd() {
    }

    @Syscall("signalfd")
    static long signalfd(Call call, int fd, long mask, long maskBytes) {
        return signalfd4(call, fd, mask, maskBytes, 0);
    }

    @Syscall("signalfd4")
    static long signalfd4(Call call, int fd, long mask, long maskBytes, int flags) {
        if (maskBytes != Long.BYTES || (flags & ~KNOWN) != 0) {
            return -EINVAL;
        }
        long copy = call.scratch(Long.BYTES);
        if (call.process().memory().copyIn(mask, copy, Long.BYTES) < 0) {
            return -EFAULT;
        }
        long wanted = Memory.getLong(copy);
        if (fd == -1) {
            SignalFile file = new SignalFile(call.instance(), wanted, flags & OpenFlags.O_NONBLOCK);
            return call.process().files().installNew(file, (flags & OpenFlags.O_CLOEXEC) != 0);
        }
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        if (!(file instanceof SignalFile signals)) {
            return -EINVAL;
        }
        signals.setWanted(wanted);
        return fd;
    }
}

package demitasse.syscall.file;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOPKG;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.base.collect.Ref;
import demitasse.base.memory.Memory;
import demitasse.posix.file.FileTable;
import demitasse.posix.file.PipeInode;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.vfs.FileHandle;
import demitasse.vfs.OpenFlags;

/** pipe(2), pipe2(2). */
final class PipeCall {
    private static final int KNOWN = OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK | OpenFlags.O_DIRECT;

    private static final int O_NOTIFICATION_PIPE = OpenFlags.O_EXCL;

    private PipeCall() {
    }

    @WarmPath("per system call")
    @Syscall("pipe")
    static long pipe(Call call, long descriptors) {
        return pipe2(call, descriptors, 0);
    }

    @WarmPath("per system call")
    @Syscall(value = "pipe2", rejects = {"O_NOTIFICATION_PIPE"})
    static long pipe2(Call call, long descriptors, int flags) {
        if ((flags & ~KNOWN) != 0) {
            // As a Linux without CONFIG_WATCH_QUEUE.
            return (flags & ~KNOWN) == O_NOTIFICATION_PIPE ? -ENOPKG : -EINVAL;
        }
        Credentials owner = call.credentials();
        Ref<FileHandle> read = new Ref<>();
        Ref<FileHandle> write = new Ref<>();
        PipeInode.create(call.instance().files(), flags & ~OpenFlags.O_CLOEXEC, owner, read, write);
        return installPair(call, descriptors, read.value, write.value, (flags & OpenFlags.O_CLOEXEC) != 0);
    }

    /** Gives two files descriptors and tells them to the program; takes over both references. Also socketpair(2). */
    static long installPair(Call call, long descriptors, FileHandle first, FileHandle second, boolean cloexec) {
        FileTable files = call.process().files();
        int firstFd = files.install(first, 0, cloexec);
        if (firstFd < 0) {
            first.release();
            second.release();
            return firstFd;
        }
        int secondFd = files.install(second, 0, cloexec);
        if (secondFd < 0) {
            files.close(firstFd);
            second.release();
            return secondFd;
        }
        long pair = call.scratch(2 * Integer.BYTES);
        Memory.putInt(pair, firstFd);
        Memory.putInt(pair + Integer.BYTES, secondFd);
        if (call.process().memory().copyOut(pair, descriptors, 2 * Integer.BYTES) < 0) {
            files.close(firstFd);
            files.close(secondFd);
            return -EFAULT;
        }
        return 0;
    }
}

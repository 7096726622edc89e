package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.ENOTTY;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.file.Ioctls;
import demitasse.posix.task.Call;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Stat;

/** ioctl(2): the requests that every file knows; the others go to the file. */
final class Ioctl {
    private static final int SEEK_CUR = 1;

    private Ioctl() {
    }

    @Syscall("ioctl")
    static long ioctl(Call call, int fd, int request, long argument) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        switch (request) {
            case Ioctls.FIOCLEX:
                call.process().files().setCloseOnExec(fd, true);
                return 0;
            case Ioctls.FIONCLEX:
                call.process().files().setCloseOnExec(fd, false);
                return 0;
            case Ioctls.FIONBIO:
                return setNonBlocking(call, file, argument);
            case Ioctls.FIOASYNC:
                return SetOwner.setAsync(call, file, fd, argument);
            case Ioctls.FIOSETOWN, Ioctls.SIOCSPGRP, Ioctls.FIOGETOWN, Ioctls.SIOCGPGRP:
                return SetOwner.ofSocket(call, file, request, argument);
            default:
                long result = file.control(request, argument, call.process().memory());
                return result == -ENOTTY && request == Ioctls.FIONREAD ? bytesLeft(call, file, argument) : result;
        }
    }

    private static long setNonBlocking(Call call, FileHandle file, long argument) {
        long on = call.scratch(Integer.BYTES);
        if (call.process().memory().copyIn(argument, on, Integer.BYTES) < 0) {
            return -EFAULT;
        }
        int flag = Memory.getInt(on) != 0 ? OpenFlags.O_NONBLOCK : 0;
        file.setFlags(file.flags() & ~OpenFlags.O_NONBLOCK | flag);
        return 0;
    }

    /** FIONREAD of a regular file: what lies between its offset and its end. */
    private static long bytesLeft(Call call, FileHandle file, long argument) {
        Inode inode = file.inode();
        Stat stat = call.instance().files().stat();
        if (inode == null || inode.stat(stat) < 0 || (stat.mode & Stat.S_IFMT) != Stat.S_IFREG) {
            return -ENOTTY;
        }
        long left = call.scratch(Integer.BYTES);
        Memory.putInt(left, (int) (stat.sizeBytes - file.seek(0, SEEK_CUR)));
        return call.process().memory().copyOut(left, argument, Integer.BYTES);
    }
}

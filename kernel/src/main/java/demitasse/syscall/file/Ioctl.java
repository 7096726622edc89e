package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOTTY;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.file.Ioctls;
import demitasse.posix.namespace.NamespaceInode;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.syscall.abi.UserWord;
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
            case Ioctls.FIGETBSZ:
                return blockBytes(call, file, argument);
            case Ioctls.FIEMAP:
                return -EOPNOTSUPP;
            default:
                long result = file.control(request, argument, call.process().memory());
                return result != -ENOTTY ? result : switch (request) {
                    case Ioctls.FIONREAD -> bytesLeft(call, file, argument);
                    case Ioctls.FIBMAP -> blockOnDisk(call, file);
                    case Ioctls.FS_IOC_GETFLAGS, Ioctls.FS_IOC_SETFLAGS ->
                            InodeFlags.answer(call, file, request, argument);
                    default -> NamespaceRequests.answer(call, NamespaceInode.of(file), request, argument);
                };
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
        Stat stat = call.instance().files().stat();
        return isRegular(file, stat)
                ? UserWord.storeInt(call, argument, (int) (stat.sizeBytes - file.seek(0, SEEK_CUR))) : -ENOTTY;
    }

    /** Nothing is stored on a disk: what Linux answers for a tmpfs. */
    private static long blockOnDisk(Call call, FileHandle file) {
        if (!isRegular(file, call.instance().files().stat())) {
            return -ENOTTY;
        }
        return call.credentials().may(Credentials.CAP_SYS_RAWIO) ? -EINVAL : -EPERM;
    }

    /** The block size of the file system, of any file. */
    private static long blockBytes(Call call, FileHandle file, long argument) {
        Stat stat = call.instance().files().stat();
        if (file.inode() == null || file.inode().stat(stat) < 0) {
            return -ENOTTY;
        }
        return UserWord.storeInt(call, argument, stat.blockBytes);
    }

    private static boolean isRegular(FileHandle file, Stat stat) {
        Inode inode = file.inode();
        return inode != null && inode.stat(stat) == 0 && (stat.mode & Stat.S_IFMT) == Stat.S_IFREG;
    }
}

package demitasse.syscall.file;

import static demitasse.base.error.Errno.ENOTTY;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.EROFS;

import demitasse.base.memory.Memory;
import demitasse.posix.file.Ioctls;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.syscall.abi.UserWord;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Stat;

/** FS_IOC_GETFLAGS and FS_IOC_SETFLAGS, ioctl_iflags(2), of an int in truth; those flags that Linux's tmpfs keeps. */
final class InodeFlags {
    private static final int FS_NODUMP_FL = 0x40;
    private static final int FS_NOATIME_FL = 0x80;
    private static final int SETTABLE = Inode.FIXED | FS_NODUMP_FL | FS_NOATIME_FL;
    /** These statx(2) tells as well, by the same bits. */
    static final int TOLD = Inode.FIXED | FS_NODUMP_FL;

    private InodeFlags() {
    }

    static long answer(Call call, FileHandle file, int request, long argument) {
        Inode inode = file.inode();
        int flags = inode == null ? -ENOTTY : inode.inodeFlags(Inode.SAME);
        if (flags < 0 || request == Ioctls.FS_IOC_GETFLAGS) {
            return flags < 0 ? flags : UserWord.storeInt(call, argument, flags);
        }
        long word = UserWord.load(call, argument, Integer.BYTES);
        if (UserWord.isErrno(word)) {
            return word;
        }
        int wanted = Memory.getInt(word);
        if (file.path() != null && file.path().isReadOnly()) {
            return -EROFS;
        }
        Stat stat = call.instance().files().stat();
        int error = inode.stat(stat);
        Credentials who = call.credentials();
        boolean fixes = ((flags ^ wanted) & Inode.FIXED) != 0;
        if (error < 0 || !who.owns(stat) || fixes && !who.may(Credentials.CAP_LINUX_IMMUTABLE)) {
            return error < 0 ? error : -EPERM;
        }
        return (wanted & ~SETTABLE) != 0 ? -EOPNOTSUPP : Math.min(0, inode.inodeFlags(wanted));
    }
}

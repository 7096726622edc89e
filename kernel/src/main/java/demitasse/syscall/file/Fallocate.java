package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFBIG;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EISDIR;
import static demitasse.base.error.Errno.ENODEV;
import static demitasse.base.error.Errno.ENOTSUP;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESPIPE;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.vfs.AllocateMode;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Notices;
import demitasse.vfs.Stat;

/** fallocate(2). */
final class Fallocate {
    private static final int KNOWN = AllocateMode.KEEP_SIZE | AllocateMode.PUNCH_HOLE
            | AllocateMode.ZERO_RANGE | AllocateMode.COLLAPSE_RANGE | AllocateMode.INSERT_RANGE;

    private Fallocate() {
    }

    @Syscall(value = "fallocate",
            rejects = {"FALLOC_FL_COLLAPSE_RANGE", "FALLOC_FL_INSERT_RANGE", "FALLOC_FL_UNSHARE_RANGE"})
    static long fallocate(Call call, int fd, int mode, long offset, long lengthBytes) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        if (offset < 0 || lengthBytes <= 0) {
            return -EINVAL;
        }
        boolean punches = (mode & AllocateMode.PUNCH_HOLE) != 0;
        if ((mode & ~KNOWN) != 0 || punches && (mode & AllocateMode.KEEP_SIZE) == 0) {
            return -ENOTSUP;
        }
        if (!file.isWritable()) {
            return -EBADF;
        }
        Stat stat = At.scratch(call).stat;
        if (file.inode() == null || file.inode().stat(stat) < 0) {
            return -ENODEV;
        }
        switch (stat.mode & Stat.S_IFMT) {
            case Stat.S_IFREG:
                return regular(call, file, mode, offset, lengthBytes);
            case Stat.S_IFIFO:
                return -ESPIPE;
            case Stat.S_IFDIR:
                return -EISDIR;
            default:
                return -ENODEV;
        }
    }

    private static long regular(Call call, FileHandle file, int mode, long offset, long lengthBytes) {
        if (offset > Long.MAX_VALUE - lengthBytes) {
            return -EFBIG;
        }
        boolean keeps = (mode & AllocateMode.KEEP_SIZE) != 0;
        int error = keeps ? 0 : FileSizeLimit.check(call, offset + lengthBytes);
        if (error < 0) {
            return error;
        }
        if (file.inode().hasFlags(mode == 0 || mode == AllocateMode.KEEP_SIZE ? Inode.FS_IMMUTABLE_FL
                : Inode.FIXED)) {
            return -EPERM;
        }
        ProgramPrivileges.contentChanges(call, file.inode());
        int allocated = file.inode().allocate(mode, offset, lengthBytes);
        if (allocated == 0) {
            file.notice(Notices.MODIFY);
        }
        return allocated;
    }
}

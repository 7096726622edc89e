package demitasse.syscall.file;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ETXTBSY;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.vfs.Access;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Notices;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.PathWalk;
import demitasse.vfs.Stat;

/** truncate(2), ftruncate(2). */
final class Truncate {
    private Truncate() {
    }

    @Syscall("truncate")
    static long truncate(Call call, long path, long sizeBytes) {
        if (sizeBytes < 0) {
            return -EINVAL;
        }
        PathScratch scratch = At.scratch(call);
        int error = At.stat(call, At.AT_FDCWD, path, PathWalk.FOLLOW);
        if (error == 0) {
            error = mayTruncate(call, scratch);
        }
        if (error == 0) {
            error = Lease.admit(call, scratch.place.inode(), OpenFlags.O_WRONLY);
        }
        if (error == 0) {
            error = grows(scratch.stat, sizeBytes) ? FileSizeLimit.check(call, sizeBytes) : 0;
        }
        if (error == 0) {
            ProgramPrivileges.contentChanges(call, scratch.place.inode());
            // By its path a file that has the size already keeps its times; ftruncate(2) changes them all the same.
            int changed = sizeBytes == scratch.stat.sizeBytes ? 0 : scratch.place.inode().truncate(sizeBytes);
            error = At.noticed(scratch.place, Notices.MODIFY, changed);
        }
        scratch.place.clear();
        return error == Lease.IN_THE_WAY ? Lease.await(call) : error;
    }

    private static int mayTruncate(Call call, PathScratch scratch) {
        int error = At.refuseDirectory(scratch.stat);
        if (error < 0) {
            return error;
        }
        if ((scratch.stat.mode & Stat.S_IFMT) != Stat.S_IFREG) {
            return -EINVAL;
        }
        if (!call.credentials().allows(scratch.stat, Access.WRITE)) {
            return -EACCES;
        }
        int refused = At.mayChange(scratch.place);
        return refused == 0 && scratch.place.inode().isExecuting() ? -ETXTBSY : refused;
    }

    @WarmPath("per system call")
    @Syscall("ftruncate")
    static long ftruncate(Call call, int fd, long sizeBytes) {
        FileHandle file = call.file(fd);
        if (sizeBytes < 0) {
            return -EINVAL;
        }
        if (file == null) {
            return -EBADF;
        }
        if (!file.isWritable() || file.inode() == null) {
            return -EINVAL;
        }
        Stat stat = At.scratch(call).stat;
        int error = file.inode().hasFlags(Inode.FIXED) ? -EPERM : file.inode().stat(stat);
        if (error == 0 && grows(stat, sizeBytes)) {
            error = FileSizeLimit.check(call, sizeBytes);
        }
        if (error == 0) {
            ProgramPrivileges.contentChanges(call, file.inode());
            error = file.inode().truncate(sizeBytes);
        }
        if (error == 0) {
            file.notice(Notices.MODIFY);
        }
        return error;
    }

    private static boolean grows(Stat stat, long sizeBytes) {
        return sizeBytes > stat.sizeBytes;
    }
}

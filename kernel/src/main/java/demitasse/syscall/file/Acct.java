package demitasse.syscall.file;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.PathWalk;
import demitasse.vfs.Stat;

/** acct(2). */
final class Acct {
    private static final int FLAGS = OpenFlags.O_WRONLY | OpenFlags.O_APPEND;

    private Acct() {
    }

    @Syscall(value = "acct", note = "Records of version 3; goes on however full the file system is.")
    static long acct(Call call, long path) {
        if (!call.credentials().may(Credentials.CAP_SYS_PACCT, null)) {
            return -EPERM;
        }
        if (path == 0) {
            call.instance().accounting().setFile(null, null);
            return 0;
        }
        PathScratch scratch = At.scratch(call);
        int error = At.find(call, At.AT_FDCWD, path, PathWalk.FOLLOW, scratch.place);
        error = error < 0 ? error : scratch.place.inode().stat(scratch.stat);
        error = error < 0 ? error : Opening.mayOpen(call, scratch, FLAGS);
        if (error == 0 && (scratch.stat.mode & Stat.S_IFMT) != Stat.S_IFREG) {
            error = -EACCES;
        }
        error = error < 0 ? error : Opening.openInode(scratch, FLAGS);
        scratch.place.clear();
        if (error == 0) {
            call.instance().accounting().setFile(scratch.handle.value, call.process().pidNamespace());
        }
        scratch.handle.value = null;
        return error;
    }
}

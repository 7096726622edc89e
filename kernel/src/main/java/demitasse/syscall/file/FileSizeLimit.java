package demitasse.syscall.file;

import static demitasse.base.error.Errno.EFBIG;

import demitasse.base.annotation.ColdPath;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;
import demitasse.posix.task.Call;
import demitasse.posix.task.Limits;
import demitasse.vfs.FileHandle;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.SeekWhence;
import demitasse.vfs.Stat;

/** RLIMIT_FSIZE, getrlimit(2): how far a process may make a file grow. */
final class FileSizeLimit {
    private FileSizeLimit() {
    }

    /**
     * Before a write: how much of it may be done. What it takes away from a program is gone then.
     *
     * @param offset or {@link FileHandle#CURRENT}
     * @return the count, or less; -EFBIG, and the signal sent, when the write begins at the limit or behind
     */
    static long clip(Call call, FileHandle file, long offset, long count) {
        if (file.holdsPrivileges() && count > 0) {
            ProgramPrivileges.fileChanges(call, file);
        }
        long limit = call.process().limits().soft(Limits.RLIMIT_FSIZE);
        return limit == Limits.INFINITY ? count : clipTo(call, file, offset, count, limit);
    }

    @ColdPath("only with a limit")
    private static long clipTo(Call call, FileHandle file, long offset, long count, long limit) {
        Stat stat = call.instance().files().stat();
        boolean regular = file.inode() != null && file.inode().stat(stat) == 0
                && (stat.mode & Stat.S_IFMT) == Stat.S_IFREG;
        if (!regular || count <= 0 || limit < 0) {
            return count;
        }
        long start = offset == FileHandle.CURRENT ? file.seek(0, SeekWhence.SEEK_CUR) : offset;
        start = (file.flags() & OpenFlags.O_APPEND) != 0 ? stat.sizeBytes : start;
        return start >= limit ? refuse(call) : Math.min(count, limit - start);
    }

    /**
     * Why a file must not get this size: -EFBIG, and the signal sent; 0 when it may. On Linux a request of a ring is
     * done by a kernel thread, and nobody gets the signal.
     */
    static int check(Call call, long sizeBytes) {
        long limit = call.process().limits().soft(Limits.RLIMIT_FSIZE);
        return limit == Limits.INFINITY || limit < 0 || sizeBytes <= limit ? 0
                : call.isDetached() ? -EFBIG : refuse(call);
    }

    @ColdPath("an error")
    private static int refuse(Call call) {
        Signals.sendToSelf(call.task(), SignalNumber.SIGXFSZ);
        return -EFBIG;
    }
}

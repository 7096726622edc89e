package demitasse.syscall.file;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOLCK;

import demitasse.base.annotation.Syscall;
import demitasse.posix.file.FileLock;
import demitasse.posix.file.FileLocks;
import demitasse.posix.task.Call;
import demitasse.sched.wait.Events;
import demitasse.vfs.FileHandle;

/** flock(2). */
final class Flock {
    private static final int LOCK_SH = 1;
    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;
    private static final int LOCK_UN = 8;

    private Flock() {
    }

    @Syscall("flock")
    static long flock(Call call, int fd, int operation) {
        FileHandle file = call.file(fd);
        if (file == null || file.inode() == null) {
            return -EBADF;
        }
        int type;
        switch (operation & ~LOCK_NB) {
            case LOCK_SH:
                type = FileLock.READ;
                break;
            case LOCK_EX:
                type = FileLock.WRITE;
                break;
            case LOCK_UN:
                type = FileLock.UNLOCK;
                break;
            default:
                return -EINVAL;
        }
        FileLocks locks = call.instance().files().locks();
        if (type != FileLock.UNLOCK && locks.conflict(file.inode(), file, true, type, 0, FileLock.TO_END) != null) {
            // Converting is not atomic, flock(2): the old lock goes before the new one is asked for, and is gone then.
            locks.set(file.inode(), file, true, FileLock.UNLOCK, 0, FileLock.TO_END, 0);
            return (operation & LOCK_NB) != 0 ? -EAGAIN : call.await(locks.waiters(), Events.OUT);
        }
        if (!locks.hasRoomFor(type)) {
            return -ENOLCK;
        }
        locks.set(file.inode(), file, true, type, 0, FileLock.TO_END, call.process().pid());
        return 0;
    }
}

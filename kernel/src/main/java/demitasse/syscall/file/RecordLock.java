package demitasse.syscall.file;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOLCK;
import static demitasse.base.error.Errno.EOVERFLOW;

import demitasse.base.memory.Buffer;
import demitasse.posix.file.FileLock;
import demitasse.posix.file.FileLocks;
import demitasse.posix.file.FileTable;
import demitasse.posix.file.LockWait;
import demitasse.posix.task.Call;
import demitasse.sched.wait.Events;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Stat;

/** The record locks of fcntl(2): F_GETLK, F_SETLK, F_SETLKW and their F_OFD_ forms. */
final class RecordLock {
    /** struct flock: 0 l_type, 2 l_whence, 8 l_start, 16 l_len, 24 l_pid. */
    private static final int BYTES = 32;
    private static final int WHENCE = 2;
    private static final int START = 8;
    private static final int LENGTH = 16;
    private static final int PID = 24;
    private static final int SEEK_CUR = 1;
    private static final int SEEK_END = 2;

    private RecordLock() {
    }

    static long find(Call call, FileHandle file, long address, boolean ofOpenFile) {
        Buffer flock = load(call, address);
        if (flock == null) {
            return -EFAULT;
        }
        int type = flock.shortAt(0);
        boolean known = type == FileLock.READ || type == FileLock.WRITE || type == FileLock.UNLOCK && ofOpenFile;
        if (!known || ofOpenFile && flock.intAt(PID) != 0) {
            return -EINVAL;
        }
        long first = first(call, file, flock);
        if (first < 0) {
            return first;
        }
        Object owner = ofOpenFile ? file : call.process().files();
        FileLocks locks = call.instance().files().locks();
        long last = last(call, file, flock);
        // Whoever asks with F_OFD_GETLK what is unlocked wants to know of its own.
        FileLock found = type == FileLock.UNLOCK ? locks.own(file.inode(), owner, first, last)
                : locks.conflict(file.inode(), owner, false, type, first, last);
        if (found == null) {
            flock.putShort(0, FileLock.UNLOCK);
        } else {
            flock.putShort(0, found.type());
            flock.putShort(WHENCE, 0);
            flock.putLong(START, found.first());
            flock.putLong(LENGTH, found.last() == FileLock.TO_END ? 0 : found.last() - found.first() + 1);
            flock.putInt(PID, found.pid() < 0 ? found.pid() : call.numberOf(found.pid()));
        }
        return call.process().memory().copyOut(flock.address(), address, BYTES);
    }

    static long set(Call call, FileHandle file, int fd, long address, boolean ofOpenFile, boolean waits) {
        Buffer flock = load(call, address);
        if (flock == null) {
            return -EFAULT;
        }
        int type = flock.shortAt(0);
        Inode inode = file.inode();
        if (type > FileLock.UNLOCK || inode == null || ofOpenFile && flock.intAt(PID) != 0) {
            return -EINVAL;
        }
        if (type == FileLock.READ && !file.isReadable() || type == FileLock.WRITE && !file.isWritable()) {
            return -EBADF;
        }
        long first = first(call, file, flock);
        if (first < 0) {
            return first;
        }
        long last = last(call, file, flock);
        FileLocks locks = call.instance().files().locks();
        FileTable table = call.process().files();
        Object owner = ofOpenFile ? file : table;
        FileLock conflict = type == FileLock.UNLOCK ? null
                : locks.conflict(inode, owner, false, type, first, last);
        if (conflict != null) {
            return waits ? await(call, locks, owner, conflict) : -EAGAIN;
        }
        if (!locks.hasRoomFor(type)) {
            return -ENOLCK;
        }
        if (!ofOpenFile && type != FileLock.UNLOCK && table.at(fd) != file) {
            // Closed while the lock was waited for, which was to end all locks: nothing would end this one.
            return -EBADF;
        }
        if (!ofOpenFile) {
            table.ownLocks(locks);
        }
        locks.set(inode, owner, false, type, first, last, call.process().pid());
        return 0;
    }

    private static long await(Call call, FileLocks locks, Object owner, FileLock conflict) {
        if (call.state == null) {
            call.state = new LockWait(locks, owner);
        }
        int deadlock = locks.waitFor((LockWait) call.state, conflict);
        return deadlock < 0 ? deadlock : call.await(locks.waiters(), Events.OUT);
    }

    private static Buffer load(Call call, long address) {
        long copy = call.scratch(BYTES);
        return call.process().memory().copyIn(address, copy, BYTES) < 0 ? null : new Buffer(copy, BYTES);
    }

    /** The first byte of the range; -EINVAL or -EOVERFLOW. A negative length means the bytes before the start. */
    private static long first(Call call, FileHandle file, Buffer flock) {
        long base = base(call, file, flock.shortAt(WHENCE));
        if (base < 0) {
            return base;
        }
        long start = base + flock.longAt(START);
        if (flock.longAt(START) > 0 && start < 0) {
            return -EOVERFLOW;
        }
        long length = flock.longAt(LENGTH);
        if (length > 0 && start >= 0 && start + (length - 1) < 0) {
            return -EOVERFLOW;
        }
        start += Math.min(length, 0);
        return start < 0 ? -EINVAL : start;
    }

    private static long last(Call call, FileHandle file, Buffer flock) {
        long start = base(call, file, flock.shortAt(WHENCE)) + flock.longAt(START);
        long length = flock.longAt(LENGTH);
        return length == 0 ? FileLock.TO_END : length > 0 ? start + length - 1 : start - 1;
    }

    private static long base(Call call, FileHandle file, int whence) {
        switch (whence) {
            case 0:
                return 0;
            case SEEK_CUR:
                return Math.max(0, file.seek(0, SEEK_CUR));
            case SEEK_END:
                Stat stat = call.instance().files().stat();
                return file.inode() == null || file.inode().stat(stat) < 0 ? 0 : stat.sizeBytes;
            default:
                return -EINVAL;
        }
    }
}

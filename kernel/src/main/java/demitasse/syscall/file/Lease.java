package demitasse.syscall.file;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOTDIR;

import demitasse.posix.file.DirectoryNotice;
import demitasse.posix.file.FileLeases;
import demitasse.posix.file.FileOwner;
import demitasse.posix.file.FileTable;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Process;
import demitasse.posix.task.Processes;
import demitasse.sched.wait.Events;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Stat;

/** F_SETLEASE, F_GETLEASE and F_NOTIFY of fcntl(2), and those whom leases are in the way of. */
final class Lease {
    /** {@link #admit}: somebody has to give up a lease first. */
    static final int IN_THE_WAY = Integer.MIN_VALUE;

    private Lease() {
    }

    static long get(Call call, FileHandle file) {
        return leases(call).type(file);
    }

    private static FileLeases leases(Call call) {
        return call.instance().files().leases();
    }

    static long set(Call call, FileHandle file, int fd, int type) {
        Stat stat = At.scratch(call).stat;
        if (type < FileLeases.READ || type > FileLeases.NONE) {
            return -EINVAL;
        }
        if (type == FileLeases.NONE) {
            return leases(call).giveUp(file);
        }
        if (file.inode() == null || file.inode().stat(stat) < 0 || (stat.mode & Stat.S_IFMT) != Stat.S_IFREG) {
            return -EINVAL;
        }
        Credentials who = call.credentials();
        if (who.fsuid != stat.uid && !who.may(Credentials.CAP_LEASE)) {
            return -EACCES;
        }
        if (type == FileLeases.READ && file.isWritable() || isOpenElsewhere(call, file, type == FileLeases.WRITE)) {
            return -EAGAIN;
        }
        FileOwner owner = FileOwner.of(file, call.instance());
        int result = leases(call).set(file, type, owner);
        if (result == 0) {
            owner.belongTo(call.task(), fd);
        }
        return result;
    }

    /** Whether another open file description has the file, for writing or at all. Leases are rare: look at all. */
    private static boolean isOpenElsewhere(Call call, FileHandle file, boolean forReadingToo) {
        Processes all = call.instance().processes();
        for (Process one = all.first(); one != null; one = all.after(one)) {
            FileTable files = one.isZombie() ? null : one.files();
            for (int fd = files == null ? -1 : files.next(0); fd >= 0; fd = files.next(fd + 1)) {
                FileHandle other = files.at(fd);
                if (other != file && !other.isPathOnly() && other.inode() == file.inode()
                        && (forReadingToo || other.isWritable())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether a file may be opened with such flags now: 0, -EAGAIN when the caller does not wait, or IN_THE_WAY. */
    static int admit(Call call, Inode inode, int flags) {
        FileLeases leases = leases(call);
        long untilNs = leases.areHeld() ? leases.breakFor(inode, flags, call.instance().nowNs()) : 0;
        if (untilNs == 0) {
            return 0;
        }
        if ((flags & OpenFlags.O_NONBLOCK) != 0) {
            return -EAGAIN;
        }
        call.deadlineNs = untilNs;
        return IN_THE_WAY;
    }

    /** Waits for the lease that {@link #admit} has found. */
    static long await(Call call) {
        call.wake = call.wake == Call.EXPIRED ? Call.READY : call.wake;
        return call.await(leases(call).waiters(), Events.OUT);
    }

    /** F_NOTIFY. */
    static long notify(Call call, FileHandle directory, int fd, int events) {
        Stat stat = At.scratch(call).stat;
        if (directory.inode() == null || directory.path() == null || directory.inode().stat(stat) < 0
                || !At.isDirectory(stat)) {
            return -ENOTDIR;
        }
        DirectoryNotice notice = DirectoryNotice.of(directory);
        if ((events & ~(1 << 31)) == 0) {
            if (notice != null) {
                notice.end();
            }
            return 0;
        }
        if (notice == null && !DirectoryNotice.hasRoom()) {
            return -ENOMEM;
        }
        FileOwner owner = FileOwner.of(directory, call.instance());
        owner.belongTo(call.task(), fd);
        DirectoryNotice.ask(directory, owner, events);
        return 0;
    }
}

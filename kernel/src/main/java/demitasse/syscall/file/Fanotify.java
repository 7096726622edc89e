package demitasse.syscall.file;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOTDIR;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.file.FanotifyFile;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.vfs.Access;
import demitasse.vfs.FileHandle;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.PathWalk;

/** fanotify_init(2), fanotify_mark(2). */
final class Fanotify {
    private static final int FAN_CLOEXEC = 1;
    private static final int FAN_NONBLOCK = 2;
    private static final int FAN_CLASS_CONTENT = 4;
    private static final int FAN_CLASS_PRE_CONTENT = 8;
    private static final int CLASSES = FAN_CLASS_CONTENT | FAN_CLASS_PRE_CONTENT;
    private static final int GROUP_FLAGS = FAN_CLOEXEC | FAN_NONBLOCK | CLASSES | FanotifyFile.FAN_UNLIMITED_QUEUE
            | FanotifyFile.FAN_UNLIMITED_MARKS | FanotifyFile.FAN_REPORT_TID;
    private static final int FILE_FLAGS = OpenFlags.O_ACCMODE | OpenFlags.O_APPEND | OpenFlags.O_NONBLOCK
            | OpenFlags.O_SYNC | OpenFlags.O_CLOEXEC | OpenFlags.O_LARGEFILE | OpenFlags.O_NOATIME;

    private static final int FAN_MARK_ADD = 1;
    private static final int FAN_MARK_REMOVE = 2;
    private static final int FAN_MARK_DONT_FOLLOW = 4;
    private static final int FAN_MARK_ONLYDIR = 8;
    private static final int FAN_MARK_MOUNT = 0x10;
    private static final int FAN_MARK_IGNORED_MASK = 0x20;
    private static final int FAN_MARK_IGNORED_SURV_MODIFY = 0x40;
    private static final int FAN_MARK_FLUSH = 0x80;
    private static final int FAN_MARK_FILESYSTEM = 0x100;
    private static final int KINDS = FAN_MARK_MOUNT | FAN_MARK_FILESYSTEM;
    private static final int COMMANDS = FAN_MARK_ADD | FAN_MARK_REMOVE | FAN_MARK_FLUSH;
    private static final int MARK_FLAGS = COMMANDS | KINDS | FAN_MARK_DONT_FOLLOW | FAN_MARK_ONLYDIR
            | FAN_MARK_IGNORED_MASK | FAN_MARK_IGNORED_SURV_MODIFY;
    private static final int EVENTS = FanotifyFile.EVENTS | FanotifyFile.FAN_ONDIR | FanotifyFile.FAN_EVENT_ON_CHILD;

    private Fanotify() {
    }

    @Syscall(value = "fanotify_init", rejects = {"FAN_REPORT_FID", "FAN_REPORT_PIDFD", "FAN_ENABLE_AUDIT"})
    static long fanotifyInit(Call call, int flags, int fileFlags) {
        if (!call.credentials().may(Credentials.CAP_SYS_ADMIN, null)) {
            return -EPERM;
        }
        boolean known = (flags & ~GROUP_FLAGS) == 0 && (flags & CLASSES) != CLASSES
                && (fileFlags & ~FILE_FLAGS) == 0 && (fileFlags & OpenFlags.O_ACCMODE) != OpenFlags.O_ACCMODE;
        if (!known) {
            return -EINVAL;
        }
        FanotifyFile file = new FanotifyFile(call.instance(), flags, fileFlags,
                (flags & FAN_NONBLOCK) != 0 ? OpenFlags.O_NONBLOCK : 0);
        return call.process().files().installNew(file, (flags & FAN_CLOEXEC) != 0);
    }

    @Syscall(value = "fanotify_mark", rejects = {"FAN_*_PERM", "events of FAN_REPORT_FID",
            "FAN_MARK_EVICTABLE", "FAN_MARK_IGNORE"},
            note = "As a Linux 5.0 without CONFIG_FANOTIFY_ACCESS_PERMISSIONS; a file with several names is watched"
                    + " under the name that was given.")
    static long fanotifyMark(Call call, int fd, int flags, long mask, int directory, long path) {
        boolean known = (mask & ~Integer.toUnsignedLong(EVENTS)) == 0 && (flags & ~MARK_FLAGS) == 0
                && (flags & KINDS) != KINDS;
        boolean flushes = (flags & COMMANDS) == FAN_MARK_FLUSH;
        boolean changes = (flags & COMMANDS) == FAN_MARK_ADD || (flags & COMMANDS) == FAN_MARK_REMOVE;
        boolean whole = flushes ? (flags & ~(KINDS | FAN_MARK_FLUSH)) == 0 : changes && mask != 0;
        if (!known || !whole) {
            return -EINVAL;
        }
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        if (!(file instanceof FanotifyFile group)) {
            return -EINVAL;
        }
        if (flushes) {
            group.flush(kind(flags));
            return 0;
        }
        if (path == 0 && directory != At.AT_FDCWD && call.file(directory) == null) {
            return -EBADF;
        }
        PathScratch scratch = At.scratch(call);
        int walk = ((flags & FAN_MARK_DONT_FOLLOW) != 0 ? 0 : PathWalk.FOLLOW) | (path == 0 ? PathWalk.EMPTY : 0);
        long result = At.stat(call, directory, path, walk);
        result = result < 0 ? result : mark(call, group, scratch, flags, (int) mask);
        scratch.place.clear();
        return result;
    }

    private static int kind(int flags) {
        return (flags & FAN_MARK_MOUNT) != 0 ? FanotifyFile.OF_MOUNT
                : (flags & FAN_MARK_FILESYSTEM) != 0 ? FanotifyFile.OF_FILE_SYSTEM : FanotifyFile.OF_FILE;
    }

    private static long mark(Call call, FanotifyFile group, PathScratch scratch, int flags, int mask) {
        if ((flags & FAN_MARK_ONLYDIR) != 0 && !At.isDirectory(scratch.stat)) {
            return -ENOTDIR;
        }
        if (!call.credentials().allows(scratch.stat, Access.READ)) {
            return -EACCES;
        }
        int kind = kind(flags);
        if (kind != FanotifyFile.OF_FILE && scratch.place.mount() == null) {
            return -EINVAL;
        }
        boolean ignores = (flags & FAN_MARK_IGNORED_MASK) != 0;
        return (flags & FAN_MARK_REMOVE) != 0 ? group.remove(scratch.place, kind, mask, ignores)
                : group.add(scratch.place, kind, mask, ignores, (flags & FAN_MARK_IGNORED_SURV_MODIFY) != 0);
    }
}

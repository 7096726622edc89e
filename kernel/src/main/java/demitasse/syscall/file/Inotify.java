package demitasse.syscall.file;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOSPC;
import static demitasse.base.error.Errno.ENOTDIR;

import demitasse.base.annotation.Syscall;
import demitasse.posix.file.InotifyFile;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.vfs.Access;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Notices;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.PathWalk;

/** inotify_init(2), inotify_add_watch(2), inotify_rm_watch(2). */
final class Inotify {
    private static final int IN_ONLYDIR = 0x100_0000;
    private static final int IN_DONT_FOLLOW = 0x200_0000;
    private static final int IN_MASK_CREATE = 0x1000_0000;
    private static final int IN_MASK_ADD = 0x2000_0000;
    private static final int KEPT = Notices.ALL | InotifyFile.IN_EXCL_UNLINK | InotifyFile.IN_ONESHOT;
    private static final int KNOWN = KEPT | IN_ONLYDIR | IN_DONT_FOLLOW | IN_MASK_CREATE | IN_MASK_ADD
            | Notices.ISDIR | Notices.UNMOUNT | Notices.IGNORED | 0x4000;

    private Inotify() {
    }

    @Syscall("inotify_init")
    static long inotifyInit(Call call) {
        return inotifyInit1(call, 0);
    }

    @Syscall("inotify_init1")
    static long inotifyInit1(Call call, int flags) {
        if ((flags & ~(OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK)) != 0) {
            return -EINVAL;
        }
        InotifyFile file = new InotifyFile(call.instance().files(), flags & OpenFlags.O_NONBLOCK);
        return call.process().files().installNew(file, (flags & OpenFlags.O_CLOEXEC) != 0);
    }

    @Syscall(value = "inotify_add_watch",
            note = "A file with several names is watched under the name that was given.")
    static long inotifyAddWatch(Call call, int fd, long path, int mask) {
        boolean both = (mask & IN_MASK_ADD) != 0 && (mask & IN_MASK_CREATE) != 0;
        if ((mask & KNOWN) == 0 || both) {
            return -EINVAL;
        }
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        if (!(file instanceof InotifyFile inotify)) {
            return -EINVAL;
        }
        PathScratch scratch = At.scratch(call);
        int walkFlags = (mask & IN_DONT_FOLLOW) != 0 ? 0 : PathWalk.FOLLOW;
        int error = At.stat(call, At.AT_FDCWD, path, walkFlags);
        long result = error;
        if (error == 0) {
            result = watch(call, inotify, scratch, mask);
        }
        scratch.place.clear();
        return result;
    }

    private static long watch(Call call, InotifyFile inotify, PathScratch scratch, int mask) {
        if ((mask & IN_ONLYDIR) != 0 && !At.isDirectory(scratch.stat)) {
            return -ENOTDIR;
        }
        if (!call.credentials().allows(scratch.stat, Access.READ)) {
            return -EACCES;
        }
        int known = inotify.descriptorOf(scratch.place);
        if (known == 0) {
            return inotify.isFull() ? -ENOSPC : inotify.add(scratch.place, mask & KEPT);
        }
        if ((mask & IN_MASK_CREATE) != 0) {
            return -EEXIST;
        }
        inotify.change(known, mask & KEPT, (mask & IN_MASK_ADD) != 0);
        return known;
    }

    @Syscall("inotify_rm_watch")
    static long inotifyRmWatch(Call call, int fd, int watch) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        return file instanceof InotifyFile inotify ? inotify.remove(watch) : -EINVAL;
    }
}

package demitasse.syscall.file;

import static demitasse.base.error.Errno.E2BIG;
import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.PathWalk;

/** open(2), openat(2), creat(2), openat2(2). */
final class Open {
    private static final int RESOLVE_NO_XDEV = 0x01;
    private static final int RESOLVE_NO_MAGICLINKS = 0x02;
    private static final int RESOLVE_NO_SYMLINKS = 0x04;
    private static final int RESOLVE_BENEATH = 0x08;
    private static final int RESOLVE_IN_ROOT = 0x10;
    private static final int RESOLVE_SCOPED = RESOLVE_BENEATH | RESOLVE_IN_ROOT;
    /** Names are always found without waiting, unlike content that is to be made or thrown away. */
    private static final int RESOLVE_CACHED = 0x20;
    private static final int NEVER_CACHED = OpenFlags.O_CREAT | OpenFlags.O_TRUNC | Opening.O_TMPFILE_ONLY;
    private static final int RESOLVE_KNOWN =
            RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_SCOPED | RESOLVE_CACHED;
    /** struct open_how: 0 flags, 8 mode, 16 resolve. */
    private static final int HOW_BYTES = 24;
    private static final long HOW_BYTES_MAX = 4096;
    private static final int MODE_MASK = 07777;

    private Open() {
    }

    @WarmPath("per system call")
    @Syscall("open")
    static long open(Call call, long path, int flags, int mode) {
        return openat(call, At.AT_FDCWD, path, flags, mode);
    }

    @Syscall("creat")
    static long creat(Call call, long path, int mode) {
        return openat(call, At.AT_FDCWD, path, OpenFlags.O_CREAT | OpenFlags.O_WRONLY | OpenFlags.O_TRUNC,
                mode);
    }

    /** Bits that open(2) does not know are ignored, as its man page says. */
    @WarmPath("per system call")
    @Syscall(value = "openat", ignores = {"O_ASYNC", "O_DIRECT", "O_NOATIME", "O_SYNC", "O_DSYNC"},
            note = "files in memory are never written anywhere, so O_SYNC has nothing to wait for")
    static long openat(Call call, int directory, long path, int flags, int mode) {
        int known = flags & OpenFlags.O_ALL;
        if ((known & OpenFlags.O_PATH) != 0) {
            known &= OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC;
        }
        return Opening.open(call, directory, path, known, mode & MODE_MASK, 0);
    }

    @Syscall("openat2")
    static long openat2(Call call, int directory, long path, long how, long sizeBytes) {
        if (sizeBytes < HOW_BYTES) {
            return -EINVAL;
        }
        if (sizeBytes > HOW_BYTES_MAX) {
            return -E2BIG;
        }
        long copy = call.scratch((int) sizeBytes);
        if (call.process().memory().copyIn(how, copy, (int) sizeBytes) < 0) {
            return -EFAULT;
        }
        for (int i = HOW_BYTES; i < sizeBytes; i++) {
            if (Memory.getByte(copy + i) != 0) {
                return -E2BIG;
            }
        }
        long flags = Memory.getLong(copy);
        long mode = Memory.getLong(copy + 8);
        long resolve = Memory.getLong(copy + 16);
        boolean makes = (flags & OpenFlags.O_CREAT) != 0
                || (flags & OpenFlags.O_TMPFILE) == OpenFlags.O_TMPFILE;
        if ((flags & ~(long) OpenFlags.O_ALL) != 0 || (resolve & ~(long) RESOLVE_KNOWN) != 0
                || (resolve & RESOLVE_SCOPED) == RESOLVE_SCOPED
                || (makes ? (mode & ~(long) MODE_MASK) != 0 : mode != 0)) {
            return -EINVAL;
        }
        long withPath = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC;
        if ((flags & OpenFlags.O_PATH) != 0 && (flags & ~withPath) != 0) {
            return -EINVAL;
        }
        if ((resolve & RESOLVE_CACHED) != 0 && (flags & NEVER_CACHED) != 0) {
            return -EAGAIN;
        }
        return Opening.open(call, directory, path, (int) flags, (int) mode, walkFlags((int) resolve));
    }

    private static int walkFlags(int resolve) {
        return ((resolve & RESOLVE_NO_XDEV) != 0 ? PathWalk.NO_CROSSING : 0)
                | ((resolve & RESOLVE_NO_MAGICLINKS) != 0 ? PathWalk.NO_MAGIC_LINKS : 0)
                | ((resolve & RESOLVE_NO_SYMLINKS) != 0 ? PathWalk.NO_SYMLINKS : 0)
                | ((resolve & RESOLVE_BENEATH) != 0 ? PathWalk.BENEATH : 0)
                | ((resolve & RESOLVE_IN_ROOT) != 0 ? PathWalk.IN_ROOT : 0);
    }
}

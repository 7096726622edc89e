package demitasse.syscall.file;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.syscall.abi.TimeLayout;
import demitasse.vfs.Access;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Notices;
import demitasse.vfs.PathWalk;

/** utime(2), utimes(2), futimesat(2), utimensat(2). */
final class Utimensat {
    private static final long UTIME_NOW = 0x3fff_ffff;
    private static final long UTIME_OMIT = 0x3fff_fffe;
    private static final int KNOWN = At.AT_SYMLINK_NOFOLLOW | At.AT_EMPTY_PATH;
    /** Beyond this a time does not fit our nanoseconds: 292 years around 1970. */
    private static final long SECONDS_MAX = Long.MAX_VALUE / TimeLayout.NS_PER_S - 1;

    private Utimensat() {
    }

    /** struct utimbuf: access and modification time in seconds. */
    @Syscall("utime")
    static long utime(Call call, long path, long times) {
        long pair = call.scratch(2 * TimeLayout.BYTES);
        if (times != 0) {
            long copy = call.scratch(16);
            if (call.process().memory().copyIn(times, copy, 16) < 0) {
                return -EFAULT;
            }
            Memory.putLong(pair, Memory.getLong(copy));
            Memory.putLong(pair + 8, 0);
            Memory.putLong(pair + 16, Memory.getLong(copy + 8));
            Memory.putLong(pair + 24, 0);
        }
        return at(call, At.AT_FDCWD, path, times == 0 ? 0 : pair, PathWalk.FOLLOW);
    }

    @Syscall("utimes")
    static long utimes(Call call, long path, long times) {
        return futimesat(call, At.AT_FDCWD, path, times);
    }

    @Syscall("futimesat")
    static long futimesat(Call call, int directory, long path, long times) {
        long pair = 0;
        if (times != 0) {
            pair = call.scratch(2 * TimeLayout.BYTES);
            if (call.process().memory().copyIn(times, pair, 2 * TimeLayout.BYTES) < 0) {
                return -EFAULT;
            }
            if (!toNanoseconds(pair + 8) || !toNanoseconds(pair + 24)) {
                return -EINVAL;
            }
        }
        return path == 0 ? own(call, directory, pair) : at(call, directory, path, pair, PathWalk.FOLLOW);
    }

    private static boolean toNanoseconds(long microseconds) {
        long value = Memory.getLong(microseconds);
        Memory.putLong(microseconds, value * TimeLayout.NS_PER_US);
        return value >= 0 && value < TimeLayout.US_PER_S;
    }

    @Syscall("utimensat")
    static long utimensat(Call call, int directory, long path, long times, int flags) {
        if ((flags & ~KNOWN) != 0) {
            return -EINVAL;
        }
        long pair = 0;
        if (times != 0) {
            pair = call.scratch(2 * TimeLayout.BYTES);
            if (call.process().memory().copyIn(times, pair, 2 * TimeLayout.BYTES) < 0) {
                return -EFAULT;
            }
            if (!isTime(Memory.getLong(pair + 8)) || !isTime(Memory.getLong(pair + 24))) {
                return -EINVAL;
            }
            if (Memory.getLong(pair + 8) == UTIME_OMIT && Memory.getLong(pair + 24) == UTIME_OMIT) {
                return 0;
            }
        }
        if (path == 0) {
            return flags != 0 ? -EINVAL : own(call, directory, pair);
        }
        return at(call, directory, path, pair, At.walkFlags(flags));
    }

    private static boolean isTime(long nanoseconds) {
        return nanoseconds == UTIME_NOW || nanoseconds == UTIME_OMIT
                || nanoseconds >= 0 && nanoseconds < TimeLayout.NS_PER_S;
    }

    private static long own(Call call, int fd, long pair) {
        if (fd == At.AT_FDCWD) {
            return -EFAULT;
        }
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        PathScratch scratch = At.scratch(call);
        int error = At.placeOf(call, file, scratch.place);
        long result = error < 0 ? error : set(call, scratch, pair);
        scratch.place.clear();
        return result;
    }

    private static long at(Call call, int directory, long path, long pair, int walkFlags) {
        PathScratch scratch = At.scratch(call);
        int error = At.find(call, directory, path, walkFlags, scratch.place);
        long result = error < 0 ? error : set(call, scratch, pair);
        scratch.place.clear();
        return result;
    }

    private static long set(Call call, PathScratch scratch, long pair) {
        boolean now = pair == 0
                || Memory.getLong(pair + 8) == UTIME_NOW && Memory.getLong(pair + 24) == UTIME_NOW;
        int error = At.mayChange(scratch.place, now ? Inode.FS_IMMUTABLE_FL : Inode.FIXED);
        if (error == 0) {
            error = scratch.place.inode().stat(scratch.stat);
        }
        if (error < 0) {
            return error;
        }
        Credentials who = call.credentials();
        if (!who.owns(scratch.stat)) {
            // Who may write may set both times to now; anything else is the owner's.
            if (!now) {
                return -EPERM;
            }
            if (!who.allows(scratch.stat, Access.WRITE)) {
                return -EACCES;
            }
        }
        long clockNs = call.instance().platform().clock().realtimeNs();
        long accessNs = now ? clockNs : timeNs(pair, clockNs);
        long modifyNs = now ? clockNs : timeNs(pair + TimeLayout.BYTES, clockNs);
        // Who sets one time alone does as a read or write would have, fsnotify_change() of Linux.
        int event = accessNs == Long.MIN_VALUE ? Notices.MODIFY
                : modifyNs == Long.MIN_VALUE ? Notices.ACCESS : Notices.ATTRIB;
        return At.noticed(scratch.place, event, scratch.place.inode().setTimes(accessNs, modifyNs));
    }

    private static long timeNs(long address, long clockNs) {
        long nanoseconds = Memory.getLong(address + 8);
        if (nanoseconds == UTIME_NOW) {
            return clockNs;
        }
        if (nanoseconds == UTIME_OMIT) {
            return Long.MIN_VALUE;
        }
        long seconds = Math.max(-SECONDS_MAX, Math.min(SECONDS_MAX, Memory.getLong(address)));
        return seconds * TimeLayout.NS_PER_S + nanoseconds;
    }
}

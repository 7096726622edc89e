package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.file.FileTable;
import demitasse.posix.file.MemoryFile;
import demitasse.posix.file.MemoryInode;
import demitasse.posix.file.PipeEnd;
import demitasse.posix.file.PipeLimits;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.syscall.abi.UserWord;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.RegularHandle;
import demitasse.vfs.Stat;

/** fcntl(2). */
final class Fcntl {
    private static final int F_DUPFD = 0;
    private static final int F_GETFD = 1;
    private static final int F_SETFD = 2;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int F_GETLK = 5;
    private static final int F_SETLK = 6;
    private static final int F_SETLKW = 7;
    private static final int F_SETOWN = 8;
    private static final int F_GETOWN = 9;
    private static final int F_SETSIG = 10;
    private static final int F_GETSIG = 11;
    private static final int F_SETOWN_EX = 15;
    private static final int F_GETOWN_EX = 16;
    private static final int F_OFD_GETLK = 36;
    private static final int F_OFD_SETLK = 37;
    private static final int F_OFD_SETLKW = 38;
    private static final int F_SETLEASE = 1024;
    private static final int F_GETLEASE = 1025;
    private static final int F_NOTIFY = 1026;
    private static final int F_CREATED_QUERY = 1028;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int F_SETPIPE_SZ = 1031;
    private static final int F_GETPIPE_SZ = 1032;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_GET_SEALS = 1034;
    private static final int F_DUPFD_QUERY = 1027;
    private static final int F_GET_RW_HINT = 1035;
    private static final int F_SET_RW_HINT = 1036;
    private static final int RWH_WRITE_LIFE_EXTREME = 5;
    private static final int FD_CLOEXEC = 1;
    private static final int SETTABLE = OpenFlags.O_APPEND | OpenFlags.O_NONBLOCK | OpenFlags.O_NOATIME;
    private static final long SIZE_MAX_BYTES = 1 << 30;

    private Fcntl() {
    }

    @Syscall(value = "fcntl", ignores = {"O_DIRECT but of pipes", "O_NOATIME"},
            note = "F_SET_RW_HINT is kept and told.")
    static long fcntl(Call call, int fd, int command, long argument) {
        FileHandle file = call.anyFile(fd);
        if (file == null) {
            return -EBADF;
        }
        FileTable files = call.process().files();
        switch (command) {
            case F_DUPFD:
                return duplicate(call, file, argument, false);
            case F_DUPFD_CLOEXEC:
                return duplicate(call, file, argument, true);
            case F_GETFD:
                return files.isCloseOnExec(fd) ? FD_CLOEXEC : 0;
            case F_SETFD:
                files.setCloseOnExec(fd, (argument & FD_CLOEXEC) != 0);
                return 0;
            case F_DUPFD_QUERY:
                FileHandle other = call.anyFile((int) argument);
                return other == null ? -EBADF : other == file ? 1 : 0;
            case F_CREATED_QUERY:
                return file.isCreated() ? 1 : 0;
            case F_GETFL:
                return file.flags() & ~OpenFlags.O_CLOEXEC;
            default:
                return file.isPathOnly() ? -EBADF : onFile(call, file, fd, command, argument);
        }
    }

    /** The commands that an O_PATH descriptor refuses, open(2). */
    private static long onFile(Call call, FileHandle file, int fd, int command, long argument) {
        switch (command) {
            case F_SETFL:
                return setFlags(call, file, fd, (int) argument);
            case F_GETLK, F_OFD_GETLK:
                return RecordLock.find(call, file, argument, command == F_OFD_GETLK);
            case F_SETLK, F_OFD_SETLK:
                return RecordLock.set(call, file, fd, argument, command == F_OFD_SETLK, false);
            case F_SETLKW, F_OFD_SETLKW:
                return RecordLock.set(call, file, fd, argument, command == F_OFD_SETLKW, true);
            case F_SETPIPE_SZ:
                return file instanceof PipeEnd end ? resize(call, end, argument) : -EBADF;
            case F_GETPIPE_SZ:
                return file instanceof PipeEnd end ? end.pipe().capacityBytes() : -EBADF;
            case F_ADD_SEALS:
                return addSeals(file, (int) argument);
            case F_GET_SEALS:
                return file instanceof MemoryFile memory ? memory.memory().seals() : -EINVAL;
            default:
                return ownership(call, file, fd, command, argument);
        }
    }

    private static long setFlags(Call call, FileHandle file, int fd, int flags) {
        if (((flags ^ file.flags()) & OpenFlags.O_APPEND) != 0 && isAppendOnly(file)) {
            return -EPERM;
        }
        if ((flags & ~file.flags() & OpenFlags.O_NOATIME) != 0 && file.inode() != null) {
            Stat stat = At.scratch(call).stat;
            int error = file.inode().stat(stat);
            if (error < 0 || !call.credentials().owns(stat)) {
                return error < 0 ? error : -EPERM;
            }
        }
        boolean canBeDirect = file instanceof PipeEnd || file instanceof RegularHandle;
        if ((flags & OpenFlags.O_DIRECT) != 0 && !canBeDirect) {
            return -EINVAL;
        }
        SetOwner.setAsync(call, file, fd, (flags & OpenFlags.O_ASYNC) != 0);
        // The packets of pipes; elsewhere nothing goes past a cache.
        int settable = file instanceof PipeEnd ? SETTABLE | OpenFlags.O_DIRECT : SETTABLE;
        file.setFlags(file.flags() & ~settable | flags & settable);
        return 0;
    }

    /** What chattr(1) keeps would be written over by who takes O_APPEND away, setfl() of Linux. */
    static boolean isAppendOnly(FileHandle file) {
        return file.inode() != null && file.inode().hasFlags(Inode.FS_APPEND_FL);
    }

    private static long ownership(Call call, FileHandle file, int fd, int command, long argument) {
        return switch (command) {
            case F_SETOWN -> SetOwner.set(call, file, (int) argument);
            case F_GETOWN -> SetOwner.get(call, file);
            case F_SETOWN_EX -> SetOwner.setExtended(call, file, argument);
            case F_GETOWN_EX -> SetOwner.getExtended(call, file, argument);
            case F_SETSIG -> SetOwner.setSignal(call, file, argument);
            case F_GETSIG -> SetOwner.signal(file);
            case F_GETLEASE -> Lease.get(call, file);
            case F_SETLEASE -> Lease.set(call, file, fd, (int) argument);
            case F_NOTIFY -> Lease.notify(call, file, fd, (int) argument);
            case F_GET_RW_HINT -> file.inode() == null ? -EINVAL
                    : UserWord.storeLong(call, argument, file.inode().writeHint());
            case F_SET_RW_HINT -> setWriteHint(call, file, argument);
            default -> -EINVAL;
        };
    }

    /** How long what is written will last, which only a disk could use. */
    private static long setWriteHint(Call call, FileHandle file, long address) {
        Stat stat = At.scratch(call).stat;
        if (file.inode() == null || file.inode().stat(stat) < 0) {
            return -EINVAL;
        }
        if (!call.credentials().owns(stat)) {
            return -EPERM;
        }
        long word = UserWord.load(call, address, Long.BYTES);
        if (UserWord.isErrno(word)) {
            return word;
        }
        long hint = Memory.getLong(word);
        if (hint < 0 || hint > RWH_WRITE_LIFE_EXTREME) {
            return -EINVAL;
        }
        file.inode().setWriteHint((int) hint);
        return 0;
    }

    private static long addSeals(FileHandle file, int seals) {
        if (!file.isWritable()) {
            return -EPERM;
        }
        return file instanceof MemoryFile memory && (seals & ~MemoryInode.SEALS) == 0
                ? memory.memory().addSeals(seals) : -EINVAL;
    }

    private static long duplicate(Call call, FileHandle file, long least, boolean cloexec) {
        if (least < 0 || least >= call.process().files().limit()) {
            return -EINVAL;
        }
        return Dup.lowest(call, file, (int) least, cloexec);
    }

    /** The size is an unsigned int, of which half can be rounded up to a power of two. */
    private static long resize(Call call, PipeEnd end, long asked) {
        long size = asked & 0xffff_ffffL;
        if (size > SIZE_MAX_BYTES) {
            return -EINVAL;
        }
        int bytes = PipeLimits.roundUp((int) size);
        int result = end.resize(bytes, call.credentials().may(Credentials.CAP_SYS_RESOURCE));
        return result < 0 ? result : bytes;
    }
}

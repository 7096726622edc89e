package demitasse.syscall.memory;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENODEV;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.posix.memory.MapFlags.MAP_ANONYMOUS;
import static demitasse.posix.memory.MapFlags.MAP_FIXED;
import static demitasse.posix.memory.MapFlags.MAP_FIXED_NOREPLACE;
import static demitasse.posix.memory.MapFlags.MAP_GROWSDOWN;
import static demitasse.posix.memory.MapFlags.MAP_HUGETLB;
import static demitasse.posix.memory.MapFlags.MAP_PRIVATE;
import static demitasse.posix.memory.MapFlags.MAP_SHARED;
import static demitasse.posix.memory.MapFlags.MAP_SHARED_VALIDATE;
import static demitasse.posix.memory.MapFlags.MAP_SYNC;
import static demitasse.posix.memory.MapFlags.MAP_TYPE;
import static demitasse.posix.memory.MapFlags.PROT_EXEC;
import static demitasse.posix.memory.MapFlags.PROT_WRITE;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Call;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Mount;
import demitasse.vfs.Stat;

/** mmap(2), munmap(2). */
final class Mmap {
    /** MAP_SHARED_VALIDATE accepts these and what else needs no support: LEGACY_MAP_MASK of Linux. */
    private static final int OLD_FLAGS = 0x7_f9f3 | MAP_FIXED_NOREPLACE;
    /** /dev/zero: mapping it means anonymous memory, null(4). */
    private static final long ZERO_DEVICE = Stat.deviceOf(1, 5);

    private Mmap() {
    }

    @WarmPath("per system call")
    @Syscall(value = "mmap",
            ignores = {"MAP_STACK", "MAP_DENYWRITE", "MAP_EXECUTABLE", "MAP_NONBLOCK", "MAP_UNINITIALIZED"},
            rejects = {"MAP_HUGETLB", "MAP_SYNC", "PROT_WRITE|PROT_EXEC"},
            note = "Memory is never swapped.")
    static long mmap(Call call, long address, long length, int protection, int flags, int fd, long offset) {
        if (length == 0 || !Range.isAligned(offset) || offset < 0) {
            return -EINVAL;
        }
        int type = flags & MAP_TYPE;
        if (type != MAP_SHARED && type != MAP_PRIVATE && type != MAP_SHARED_VALIDATE) {
            return -EINVAL;
        }
        if ((flags & MAP_FIXED) != 0 && !Range.isAligned(address)) {
            return -EINVAL;
        }
        if (Range.pages(length) <= 0) {
            return -ENOMEM;
        }
        long refusal = Mlock.refusal(call, length, flags);
        if (refusal < 0) {
            return refusal;
        }
        if ((flags & MAP_ANONYMOUS) == 0) {
            return mapFile(call, address, length, protection, flags, fd, offset);
        }
        if (type == MAP_SHARED_VALIDATE) {
            return -EINVAL;
        }
        return mapAnonymous(call, address, length, protection, flags);
    }

    private static long mapAnonymous(Call call, long address, long length, int protection, int flags) {
        if ((flags & MAP_HUGETLB) != 0) {
            // As on a machine whose pool of huge pages is empty.
            return -ENOMEM;
        }
        if ((flags & MAP_GROWSDOWN) != 0 && (flags & MAP_TYPE) != MAP_PRIVATE) {
            return -EINVAL;
        }
        return call.process().memory().map(address, length, protection, flags, null, 0, false);
    }

    private static long mapFile(Call call, long address, long length, int protection, int flags, int fd,
            long offset) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        boolean shared = (flags & MAP_TYPE) != MAP_PRIVATE;
        if ((flags & MAP_TYPE) == MAP_SHARED_VALIDATE && (flags & ~OLD_FLAGS) != 0
                || (flags & MAP_SYNC) != 0) {
            return -EOPNOTSUPP;
        }
        if ((flags & MAP_HUGETLB) != 0) {
            return -EINVAL;
        }
        if (!file.isReadable() || shared && (protection & PROT_WRITE) != 0 && !file.isWritable()) {
            return -EACCES;
        }
        if (shared && (protection & PROT_WRITE) != 0 && file.isWriteSealed()) {
            return -EPERM;
        }
        if ((protection & PROT_EXEC) != 0 && isOnNoExecuteMount(file)) {
            return -EPERM;
        }
        Inode inode = file.inode();
        if (inode == null || !inode.isMappable()) {
            return isZeroDevice(inode)
                    ? mapAnonymous(call, address, length, protection, flags | MAP_ANONYMOUS) : -ENODEV;
        }
        if (shared && file.isWritable() && inode.hasFlags(Inode.FS_APPEND_FL)) {
            return -EACCES;
        }
        if ((flags & MAP_GROWSDOWN) != 0) {
            return -EINVAL;
        }
        UserSpace memory = call.process().memory();
        boolean neverWritable = shared && (!file.isWritable() || file.isWriteSealed());
        long mapped = memory.map(address, length, protection, flags, file, offset, neverWritable);
        if (mapped >= 0) {
            inode.mapped();
        }
        return mapped;
    }

    private static boolean isOnNoExecuteMount(FileHandle file) {
        return file.path() != null && file.path().mount() != null
                && (file.path().mount().flags() & Mount.NO_EXECUTE) != 0;
    }

    private static boolean isZeroDevice(Inode inode) {
        Stat stat = new Stat();
        return inode != null && inode.stat(stat) == 0 && (stat.mode & Stat.S_IFMT) == Stat.S_IFCHR
                && stat.deviceNumber == ZERO_DEVICE;
    }

    @WarmPath("per system call")
    @Syscall("munmap")
    static long munmap(Call call, long address, long length) {
        return call.process().memory().unmap(address, length);
    }
}

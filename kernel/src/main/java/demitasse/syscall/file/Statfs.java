package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;

import demitasse.base.annotation.Syscall;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.StatfsLayout;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Mount;
import demitasse.vfs.PathWalk;
import demitasse.vfs.Stat;
import demitasse.vfs.Statistics;

/** statfs(2), fstatfs(2). */
final class Statfs {
    /** What files are on that are on no mount; memfd_create(2) makes such of a tmpfs. */
    private static final long PIPEFS_MAGIC = 0x5049_5045;
    private static final long SOCKFS_MAGIC = 0x534f_434b;
    private static final long TMPFS_MAGIC = 0x0102_1994;
    private static final long ANON_INODE_FS_MAGIC = 0x0904_1934;
    private static final int ST_RELATIME = 0x1000;
    private static final int ST_NOSYMFOLLOW = 0x2000;
    private static final int PAGE_BYTES = 4096;
    private static final int NAME_BYTES_MAX = 255;

    private Statfs() {
    }

    @Syscall("statfs")
    static long statfs(Call call, long path, long out) {
        PathScratch scratch = At.scratch(call);
        int error = At.find(call, At.AT_FDCWD, path, PathWalk.FOLLOW, scratch.place);
        long result = error < 0 ? error : store(call, scratch, out);
        scratch.place.clear();
        return result;
    }

    @Syscall("fstatfs")
    static long fstatfs(Call call, int fd, long out) {
        FileHandle file = call.anyFile(fd);
        if (file == null) {
            return -EBADF;
        }
        PathScratch scratch = At.scratch(call);
        int error = At.placeOf(call, file, scratch.place);
        long result = error < 0 ? error : store(call, scratch, out);
        scratch.place.clear();
        return result;
    }

    private static long store(Call call, PathScratch scratch, long out) {
        Mount mount = scratch.place.mount();
        scratch.stat.device = 0;
        scratch.place.inode().stat(scratch.stat);
        int error = mount == null
                ? ofNoMount(scratch.stat.mode, scratch.statistics)
                : mount.fileSystem().statistics(scratch.statistics);
        if (error < 0) {
            return error;
        }
        long copy = call.scratch(StatfsLayout.BYTES);
        int flags = mount == null ? 0 : shown(mount.flags());
        StatfsLayout.put(scratch.statistics, scratch.stat.device, flags, copy);
        return call.process().memory().copyOut(copy, out, StatfsLayout.BYTES);
    }

    /** ST_RDONLY to ST_NODIRATIME have the values of the mount flags; ST_RELATIME, which is the default, has not. */
    private static int shown(int flags) {
        boolean relative = (flags & (Mount.NO_ACCESS_TIMES | Mount.STRICT_ACCESS_TIMES)) == 0;
        return flags & (Mount.READ_ONLY | Mount.NO_SUID | Mount.NO_DEVICES | Mount.NO_EXECUTE | Mount.NO_ACCESS_TIMES
                | Mount.NO_DIRECTORY_ACCESS_TIMES) | (relative ? ST_RELATIME : 0)
                | ((flags & Mount.NO_SYMLINK_FOLLOW) != 0 ? ST_NOSYMFOLLOW : 0);
    }

    private static int ofNoMount(int mode, Statistics out) {
        long magic = switch (mode & Stat.S_IFMT) {
            case Stat.S_IFIFO -> PIPEFS_MAGIC;
            case Stat.S_IFSOCK -> SOCKFS_MAGIC;
            case Stat.S_IFREG -> TMPFS_MAGIC;
            default -> ANON_INODE_FS_MAGIC;
        };
        out.withoutBlocks(magic, PAGE_BYTES, NAME_BYTES_MAX);
        return 0;
    }
}

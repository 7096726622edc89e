package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;

import demitasse.base.annotation.Syscall;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.StatfsLayout;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Mount;
import demitasse.vfs.PathWalk;
import demitasse.vfs.Statistics;

/** statfs(2), fstatfs(2). */
final class Statfs {
    /** PIPEFS_MAGIC: what a file that is on no mount most likely is. */
    private static final long PIPEFS_MAGIC = 0x5049_5045;
    private static final int ST_RELATIME = 0x1000;
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
        int error = mount == null
                ? ofNoMount(scratch.statistics)
                : mount.fileSystem().statistics(scratch.statistics);
        if (error < 0) {
            return error;
        }
        scratch.stat.device = 0;
        scratch.place.inode().stat(scratch.stat);
        long copy = call.scratch(StatfsLayout.BYTES);
        int flags = mount == null ? 0 : shown(mount.flags());
        StatfsLayout.put(scratch.statistics, scratch.stat.device, flags, copy);
        return call.process().memory().copyOut(copy, out, StatfsLayout.BYTES);
    }

    /** ST_RDONLY to ST_NODIRATIME have the values of the mount flags; ST_RELATIME, which is the default, has not. */
    private static int shown(int flags) {
        boolean relative = (flags & (Mount.NO_ACCESS_TIMES | Mount.STRICT_ACCESS_TIMES)) == 0;
        return flags & (Mount.READ_ONLY | Mount.NO_SUID | Mount.NO_DEVICES | Mount.NO_EXECUTE | Mount.NO_ACCESS_TIMES
                | Mount.NO_DIRECTORY_ACCESS_TIMES) | (relative ? ST_RELATIME : 0);
    }

    private static int ofNoMount(Statistics out) {
        out.withoutBlocks(PIPEFS_MAGIC, PAGE_BYTES, NAME_BYTES_MAX);
        return 0;
    }
}

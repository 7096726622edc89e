package demitasse.syscall.file;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.vfs.Mount;
import demitasse.vfs.Mounts;

/** ustat(2): what is free on a mounted file system, by its device. */
final class Ustat {
    /** struct ustat: 0 free blocks (an int), 8 free inodes, 16 two names of six bytes, which stay empty. */
    private static final int BYTES = 32;
    private static final int INODES = 8;

    private Ustat() {
    }

    @Syscall("ustat")
    static long ustat(Call call, long device, long out) {
        Mounts mounts = call.instance().mounts();
        PathScratch scratch = At.scratch(call);
        for (int i = 0; i < mounts.count(); i++) {
            Mount mount = mounts.at(i);
            int error = mount.fileSystem().root().stat(scratch.stat);
            if (error == 0 && scratch.stat.device == (device & 0xffff_ffffL)) {
                error = mount.fileSystem().statistics(scratch.statistics);
                return error < 0 ? error : store(call, scratch, out);
            }
        }
        return -EINVAL;
    }

    private static long store(Call call, PathScratch scratch, long out) {
        long copy = call.scratch(BYTES);
        Memory.fill(copy, BYTES, (byte) 0);
        Memory.putInt(copy, (int) scratch.statistics.blocksFree);
        Memory.putLong(copy + INODES, scratch.statistics.filesFree);
        return call.process().memory().copyOut(copy, out, BYTES);
    }
}

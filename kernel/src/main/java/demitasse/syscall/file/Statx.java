package demitasse.syscall.file;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.StatxLayout;
import demitasse.vfs.Inode;

/** statx(2). */
final class Statx {
    /** AT_STATX_FORCE_SYNC and AT_STATX_DONT_SYNC: both at once are refused. */
    private static final int AT_STATX_SYNC_TYPE = 0x6000;
    private static final int KNOWN = At.AT_SYMLINK_NOFOLLOW | At.AT_NO_AUTOMOUNT | At.AT_EMPTY_PATH
            | AT_STATX_SYNC_TYPE;

    private Statx() {
    }

    @WarmPath("per system call")
    @Syscall("statx")
    static long statx(Call call, int directory, long path, int flags, int mask, long out) {
        boolean both = (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE;
        if ((flags & ~KNOWN) != 0 || both || (mask & StatxLayout.MASK_RESERVED) != 0) {
            return -EINVAL;
        }
        int error = At.stat(call, directory, path, At.walkFlags(flags));
        PathScratch scratch = At.scratch(call);
        if (error < 0) {
            scratch.place.clear();
            return error;
        }
        boolean onMount = scratch.place.mount() != null;
        boolean unique = (mask & StatxLayout.MASK_MOUNT_ID_UNIQUE) != 0;
        long mountId = onMount ? scratch.place.mount().id() | (unique ? StatMount.UNIQUE : 0) : 0;
        boolean mountRoot = onMount && At.mounts(call).isMountRoot(scratch.place);
        int told = Math.max(0, scratch.place.inode().inodeFlags(Inode.SAME)) & InodeFlags.TOLD;
        scratch.place.clear();
        long copy = call.scratch(StatxLayout.BYTES);
        int mountMask = unique ? StatxLayout.MASK_MOUNT_ID_UNIQUE : StatxLayout.MASK_MOUNT_ID;
        call.credentials().show(scratch.stat);
        StatxLayout.put(scratch.stat, mountId, mountMask, mountRoot, copy);
        StatxLayout.putFlags(copy, told, InodeFlags.TOLD);
        return call.process().memory().copyOut(copy, out, StatxLayout.BYTES);
    }
}

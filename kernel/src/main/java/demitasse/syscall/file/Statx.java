package demitasse.syscall.file;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.posix.file.PathScratch;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.StatxLayout;

/** statx(2). */
final class Statx {
    /** AT_STATX_FORCE_SYNC and AT_STATX_DONT_SYNC: both at once are refused. */
    private static final int AT_STATX_SYNC_TYPE = 0x6000;
    private static final int KNOWN = At.AT_SYMLINK_NOFOLLOW | At.AT_NO_AUTOMOUNT | At.AT_EMPTY_PATH
            | AT_STATX_SYNC_TYPE;

    private Statx() {
    }

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
        int mountId = onMount ? scratch.place.mount().id() : 0;
        boolean mountRoot = onMount && scratch.place.entry().parent() == null && !scratch.place.isDeleted();
        scratch.place.clear();
        long copy = call.scratch(StatxLayout.BYTES);
        StatxLayout.put(scratch.stat, mountId, mountRoot, copy);
        return call.process().memory().copyOut(copy, out, StatxLayout.BYTES);
    }
}

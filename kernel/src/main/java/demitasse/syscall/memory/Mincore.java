package demitasse.syscall.memory;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.memory.Advice;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Call;

/** mincore(2). */
final class Mincore {
    private static final int CHUNK_PAGES = 4096;

    private Mincore() {
    }

    @Syscall("mincore")
    static long mincore(Call call, long address, long length, long vector) {
        if (!Range.isAligned(address)) {
            return -EINVAL;
        }
        long pages = Range.pages(length);
        UserSpace memory = call.process().memory();
        if (length != 0 && (pages == 0 || !Range.fits(address, pages))
                || !Advice.isMapped(memory, address, address + pages)) {
            return -ENOMEM;
        }
        long buffer = call.scratch(CHUNK_PAGES);
        long end = address + pages;
        for (long at = address; at < end;) {
            long stop = Math.min(end, at + CHUNK_PAGES * Range.PAGE_BYTES);
            Advice.residency(memory, at, stop, buffer);
            int count = (int) ((stop - at) / Range.PAGE_BYTES);
            if (memory.copyOut(buffer, vector + (at - address) / Range.PAGE_BYTES, count) < 0) {
                return -EFAULT;
            }
            at = stop;
        }
        return 0;
    }
}

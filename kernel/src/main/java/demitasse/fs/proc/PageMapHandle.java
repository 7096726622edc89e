package demitasse.fs.proc;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Pages;
import demitasse.base.annotation.ColdPath;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.vfs.Path;
import demitasse.vfs.Transfer;

/**
 * An open /proc/PID/pagemap: whole words alone, and none behind the addresses of programs.
 *
 * <pre>
 *   bits 0 to 54 the frame, for who may administrate   56 nobody else has it   61 a file's, or shared   63 present
 * </pre>
 */
final class PageMapHandle extends ProcessMemoryHandle {
    private static final int PAGE_SHIFT = 12;
    private static final int PAGE_BYTES = 4096;
    private static final long END = (AddressSpace.USER_END >>> PAGE_SHIFT) * Long.BYTES;
    private static final long FRAME_MASK = (1L << 55) - 1;

    private final boolean showsFrames;

    PageMapHandle(PageMapFile file, ProcessView process, int flags, Path path) {
        super(file, process, flags, path);
        this.showsFrames = process.mayShowFrames();
    }

    @Override
    @ColdPath("tools that look at memory")
    public long read(Transfer target, long offset) {
        if (process() == null) {
            return 0;
        }
        long start = start(offset);
        if (start % Long.BYTES != 0 || target.remaining() % Long.BYTES != 0) {
            return -EINVAL;
        }
        Pages pages = fileSystem().pages();
        long buffer = pages.allocate(0);
        if (buffer == Pages.NONE) {
            return -ENOMEM;
        }
        long done = 0;
        long moved = 1;
        while (moved > 0 && target.remaining() > 0 && start + done < END) {
            int bytes = (int) Math.min(Math.min(target.remaining(), PAGE_BYTES), END - start - done);
            moved = fill(start + done, buffer, bytes) ? target.put(buffer, bytes) : 0;
            done += Math.max(moved, 0);
        }
        pages.release(buffer);
        advance(offset, done);
        return done > 0 ? done : Math.min(moved, 0);
    }

    private boolean fill(long offset, long buffer, int bytes) {
        ProcessView process = process();
        if (process == null) {
            return false;
        }
        for (int at = 0; at < bytes; at += Long.BYTES) {
            long word = process.pageState((offset + at) / Long.BYTES << PAGE_SHIFT);
            Memory.putLong(buffer + at, showsFrames ? word : word & ~FRAME_MASK);
        }
        return true;
    }
}

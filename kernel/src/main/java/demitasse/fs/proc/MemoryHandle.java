package demitasse.fs.proc;

import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Pages;
import demitasse.base.annotation.ColdPath;
import demitasse.vfs.Path;
import demitasse.vfs.Transfer;

/** An open /proc/PID/mem; once the memory is gone, it is empty. */
final class MemoryHandle extends ProcessMemoryHandle {
    private static final int PAGE_BYTES = 4096;

    MemoryHandle(MemoryFile file, ProcessView process, int flags, Path path) {
        super(file, process, flags, path);
    }

    @Override
    @ColdPath("debuggers")
    public long read(Transfer target, long offset) {
        return move(target, offset, false);
    }

    @Override
    @ColdPath("debuggers")
    public long write(Transfer source, long offset) {
        return move(source, offset, true);
    }

    private long move(Transfer transfer, long offset, boolean writes) {
        ProcessView process = process();
        if (process == null) {
            return 0;
        }
        Pages pages = fileSystem().pages();
        long buffer = pages.allocate(0);
        if (buffer == Pages.NONE) {
            return -ENOMEM;
        }
        long start = start(offset);
        long done = 0;
        long moved = 1;
        while (moved > 0 && transfer.remaining() > 0) {
            long bytes = Math.min(transfer.remaining(), PAGE_BYTES);
            moved = writes ? write(process, start + done, buffer, transfer.take(buffer, bytes))
                    : read(process, start + done, buffer, bytes, transfer);
            done += Math.max(moved, 0);
        }
        pages.release(buffer);
        advance(offset, done);
        return done > 0 ? done : moved;
    }

    private static long read(ProcessView process, long address, long buffer, long bytes, Transfer target) {
        long read = process.readMemory(address, buffer, bytes);
        return read <= 0 ? read : target.put(buffer, read);
    }

    private static long write(ProcessView process, long address, long buffer, long bytes) {
        return bytes <= 0 ? bytes : process.writeMemory(address, buffer, bytes);
    }
}

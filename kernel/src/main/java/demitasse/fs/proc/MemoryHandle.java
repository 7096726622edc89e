package demitasse.fs.proc;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Pages;
import demitasse.base.annotation.ColdPath;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Path;
import demitasse.vfs.Transfer;

/** An open /proc/PID/mem. It is about the memory that was there when it was opened; once that is gone, it is empty. */
final class MemoryHandle extends FileHandle {
    private static final int SEEK_SET = 0;
    private static final int SEEK_CUR = 1;
    private static final int PAGE_BYTES = 4096;

    private final MemoryFile file;
    private final Object identity;
    private long position;

    MemoryHandle(MemoryFile file, Object identity, int flags, Path path) {
        super(flags, path);
        this.file = file;
        this.identity = identity;
    }

    @Override
    public Inode inode() {
        return file;
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
        ProcessView process = file.view();
        if (process == null || process.memoryIdentity() != identity) {
            return 0;
        }
        Pages pages = file.fileSystem.pages();
        long buffer = pages.allocate(0);
        if (buffer == Pages.NONE) {
            return -ENOMEM;
        }
        long start = offset == CURRENT ? position : offset;
        long done = 0;
        long moved = 1;
        while (moved > 0 && transfer.remaining() > 0) {
            long bytes = Math.min(transfer.remaining(), PAGE_BYTES);
            moved = writes ? write(process, start + done, buffer, transfer.take(buffer, bytes))
                    : read(process, start + done, buffer, bytes, transfer);
            done += Math.max(moved, 0);
        }
        pages.release(buffer);
        if (offset == CURRENT) {
            position += done;
        }
        return done > 0 ? done : moved;
    }

    private static long read(ProcessView process, long address, long buffer, long bytes, Transfer target) {
        long read = process.readMemory(address, buffer, bytes);
        return read <= 0 ? read : target.put(buffer, read);
    }

    private static long write(ProcessView process, long address, long buffer, long bytes) {
        return bytes <= 0 ? bytes : process.writeMemory(address, buffer, bytes);
    }

    /** mem_lseek of Linux: there is no end to seek from. */
    @Override
    public long seek(long offset, int whence) {
        long place = whence == SEEK_CUR ? position + offset : offset;
        if (whence != SEEK_SET && whence != SEEK_CUR || place < 0) {
            return -EINVAL;
        }
        position = place;
        return place;
    }
}

package demitasse.syscall.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;
import demitasse.vfs.FileHandle;

/** cachestat(2): files are in memory and nowhere else, so that all of one but its holes is cached, and never dirty. */
final class Cachestat {
    /** struct cachestat_range: 0 off, 8 len. */
    private static final int RANGE_BYTES = 16;
    /** struct cachestat: 0 nr_cache, then what is dirty, written back, evicted, and evicted recently: 0 of each. */
    private static final int RESULT_BYTES = 40;
    private static final int PAGE_SHIFT = 12;
    private static final int SEEK_SET = 0;
    private static final int SEEK_CUR = 1;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;

    private Cachestat() {
    }

    @Syscall("cachestat")
    static long cachestat(Call call, int fd, long range, long result, int flags) {
        FileHandle file = call.file(fd);
        if (file == null) {
            return -EBADF;
        }
        long copy = call.scratch(RESULT_BYTES);
        if (call.copyIn(range, copy, RANGE_BYTES) < 0) {
            return -EFAULT;
        }
        if (flags != 0) {
            return -EINVAL;
        }
        long first = Memory.getLong(copy) >>> PAGE_SHIFT;
        long length = Memory.getLong(copy + Long.BYTES);
        // A length of 0 means up to the end of the file, wherever that is.
        long end = length == 0 ? Long.MAX_VALUE >>> PAGE_SHIFT : (Memory.getLong(copy) + length - 1 >>> PAGE_SHIFT) + 1;
        Memory.fill(copy, RESULT_BYTES, (byte) 0);
        Memory.putLong(copy, file.inode() != null && file.inode().isMappable() ? pages(file, first, end) : 0);
        return call.process().memory().copyOut(copy, result, RESULT_BYTES);
    }

    /** How many pages of a range are not in holes. The offset of the file is as before. */
    private static long pages(FileHandle file, long first, long end) {
        long position = file.seek(0, SEEK_CUR);
        long count = 0;
        long page = first;
        while (page < end) {
            long data = file.seek(page << PAGE_SHIFT, SEEK_DATA);
            long hole = data < 0 ? data : file.seek(data, SEEK_HOLE);
            if (hole < 0) {
                break;
            }
            long from = data >>> PAGE_SHIFT;
            page = (hole - 1 >>> PAGE_SHIFT) + 1;
            count += Math.max(0, Math.min(page, end) - from);
        }
        file.seek(position, SEEK_SET);
        return count;
    }
}

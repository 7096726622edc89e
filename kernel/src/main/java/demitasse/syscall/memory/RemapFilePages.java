package demitasse.syscall.memory;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EOVERFLOW;

import demitasse.base.annotation.Syscall;
import demitasse.posix.memory.MapFlags;
import demitasse.posix.memory.Mapping;
import demitasse.posix.memory.MemoryLock;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Call;
import demitasse.vfs.FileHandle;

/** remap_file_pages(2), which since Linux 4.0 makes a mapping of its own of what is moved. */
final class RemapFilePages {
    private RemapFilePages() {
    }

    @Syscall(value = "remap_file_pages", rejects = {"memory without a file"}, ignores = {"MAP_NONBLOCK"})
    static long remapFilePages(Call call, long address, long length, int protection, long page, int flags) {
        long start = address & -Range.PAGE_BYTES;
        long bytes = length & -Range.PAGE_BYTES;
        long pages = bytes / Range.PAGE_BYTES;
        boolean wraps = Long.compareUnsigned(page + pages, page) < 0;
        if (protection != 0 || bytes <= 0 || start + bytes <= start || wraps) {
            return -EINVAL;
        }
        UserSpace memory = call.process().memory();
        Mapping mapping = memory.mappingAt(start);
        FileHandle file = mapping == null || !mapping.isShared() ? null : mapping.file();
        if (file == null || !spans(memory, start, start + bytes, file)) {
            return -EINVAL;
        }
        if (page < 0 || page > Long.MAX_VALUE / Range.PAGE_BYTES - pages) {
            return -EOVERFLOW;
        }
        int locked = MemoryLock.touches(memory, start, start + 1) ? MapFlags.MAP_LOCKED : 0;
        // The mapping that goes may be the only one that holds it.
        file.retain();
        long mapped = memory.map(start, bytes, mapping.protection(),
                MapFlags.MAP_SHARED | MapFlags.MAP_FIXED | MapFlags.MAP_POPULATE | locked, file,
                page * Range.PAGE_BYTES, !file.isWritable() || file.isWriteSealed());
        file.release();
        return mapped < 0 ? mapped : 0;
    }

    /** Whether shared mappings of the file alone stand in a range. */
    private static boolean spans(UserSpace memory, long start, long end, FileHandle file) {
        long at = start;
        while (at < end) {
            Mapping mapping = memory.mappingAt(at);
            if (mapping == null || !mapping.isShared() || mapping.file() != file) {
                return false;
            }
            at = mapping.end();
        }
        return true;
    }
}

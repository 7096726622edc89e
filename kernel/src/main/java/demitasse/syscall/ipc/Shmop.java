package demitasse.syscall.ipc;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.posix.memory.MapFlags.MAP_FIXED;
import static demitasse.posix.memory.MapFlags.MAP_FIXED_NOREPLACE;
import static demitasse.posix.memory.MapFlags.MAP_SHARED;
import static demitasse.posix.memory.MapFlags.PROT_EXEC;
import static demitasse.posix.memory.MapFlags.PROT_READ;
import static demitasse.posix.memory.MapFlags.PROT_WRITE;

import demitasse.base.annotation.Syscall;
import demitasse.posix.ipc.IpcObject;
import demitasse.posix.ipc.Segment;
import demitasse.posix.memory.Mapping;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Call;
import demitasse.vfs.FileHandle;
import demitasse.vfs.OpenFlags;

/** shmat(2), shmdt(2): shmop(2). */
final class Shmop {
    private static final int SHM_RDONLY = 010000;
    private static final int SHM_RND = 020000;
    private static final int SHM_REMAP = 040000;
    private static final int SHM_EXEC = 0100000;

    private Shmop() {
    }

    @Syscall(value = "shmat", rejects = {"SHM_EXEC without SHM_RDONLY"})
    static long shmat(Call call, int id, long address, int flags) {
        long place = address;
        if (id < 0 || address == 0 && (flags & SHM_REMAP) != 0) {
            return -EINVAL;
        }
        if ((place & UserSpace.PAGE_BYTES - 1) != 0) {
            place &= -UserSpace.PAGE_BYTES;
            if ((flags & SHM_RND) == 0 || place == 0) {
                return -EINVAL;
            }
        }
        Segment segment = call.namespaces().ipc().segments().find(id);
        if (segment == null) {
            return call.namespaces().ipc().segments().error();
        }
        boolean readOnly = (flags & SHM_RDONLY) != 0;
        boolean executes = (flags & SHM_EXEC) != 0;
        int wanted = IpcObject.READ | (readOnly ? 0 : IpcObject.WRITE) | (executes ? 1 : 0);
        if (!segment.permits(call.credentials(), wanted)) {
            return -EACCES;
        }
        int protection = PROT_READ | (readOnly ? 0 : PROT_WRITE) | (executes ? PROT_EXEC : 0);
        int fixed = place == 0 ? 0 : (flags & SHM_REMAP) != 0 ? MAP_FIXED : MAP_FIXED | MAP_FIXED_NOREPLACE;
        FileHandle handle = segment.open(readOnly ? OpenFlags.O_RDONLY : OpenFlags.O_RDWR);
        long start = call.process().memory().map(place, segment.sizeBytes, protection, MAP_SHARED | fixed, handle, 0,
                readOnly);
        handle.release();
        return start == -EEXIST ? -EINVAL : start;
    }

    /**
     * Every part of the attachment goes, also when munmap(2) or mprotect(2) has cut it in pieces or taken its
     * beginning away: the first part that stands as far from the address as its place in the segment says which it is.
     */
    @Syscall("shmdt")
    static long shmdt(Call call, long address) {
        UserSpace memory = call.process().memory();
        if ((address & UserSpace.PAGE_BYTES - 1) != 0) {
            return -EINVAL;
        }
        Segment segment = null;
        for (int i = 0; i < memory.mappingCount() && segment == null; i++) {
            Mapping part = memory.mapping(i);
            segment = isOf(part, address) ? Segment.of(part.source()) : null;
        }
        for (int i = memory.mappingCount() - 1; i >= 0 && segment != null; i--) {
            Mapping part = memory.mapping(i);
            if (isOf(part, address) && part.start() < address + segment.sizeBytes
                    && segment.isSource(part.source())) {
                memory.unmap(part.start(), part.lengthBytes());
            }
        }
        return segment == null ? -EINVAL : 0;
    }

    private static boolean isOf(Mapping part, long address) {
        return part.start() >= address && part.offset() == part.start() - address;
    }
}

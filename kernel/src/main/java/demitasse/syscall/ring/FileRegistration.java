package demitasse.syscall.ring;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EMFILE;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENXIO;

import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Memory;
import demitasse.posix.ring.RegisteredFiles;
import demitasse.posix.ring.Ring;
import demitasse.posix.task.Call;
import demitasse.vfs.FileHandle;

/** How files come to be registered, io_uring_register(2). */
final class FileRegistration {
    private static final int ABSENT = -1;
    /** IORING_REGISTER_FILES_SKIP. */
    private static final int SKIP = -2;
    /** Descriptors that are copied at once. */
    private static final int CHUNK = 256;

    private FileRegistration() {
    }

    /** IORING_REGISTER_FILES: all at once; {@code descriptors} of 0 makes room alone. */
    static long register(Call call, Ring ring, long descriptors, int count) {
        RegisteredFiles files = ring.registered();
        if (!files.isEmpty()) {
            return -EBUSY;
        }
        if (count <= 0) {
            return -EINVAL;
        }
        if (count > RegisteredFiles.COUNT_MAX || count > call.process().files().limit()) {
            return -EMFILE;
        }
        if (!JavaHeap.hasRoom((long) count * RegisteredFiles.PLACE_BYTES)) {
            return -ENOMEM;
        }
        files.create(count);
        long result = descriptors == 0 ? 0 : put(call, ring, descriptors, count, 0, false);
        if (result < 0 || descriptors != 0 && result < count) {
            files.clear();
            return result < 0 ? result : -EBADF;
        }
        return 0;
    }

    /** IORING_REGISTER_FILES_UPDATE: how many were changed, or -errno for the first. */
    static long update(Call call, Ring ring, long descriptors, int count, int first) {
        if (ring.registered().isEmpty()) {
            return -ENXIO;
        }
        if (count <= 0 || first < 0 || first + count < 0 || first + count > ring.registered().count()) {
            return -EINVAL;
        }
        return put(call, ring, descriptors, count, first, true);
    }

    /** IORING_OP_FILES_UPDATE with IORING_FILE_INDEX_ALLOC: any free places, which the array then tells. */
    static long allocate(Call call, Ring ring, long descriptors, int count) {
        if (ring.registered().isEmpty()) {
            return -ENXIO;
        }
        long copy = call.scratch(Integer.BYTES);
        for (int done = 0; done < count; done++) {
            long place = descriptors + (long) done * Integer.BYTES;
            if (call.process().memory().copyIn(place, copy, Integer.BYTES) < 0) {
                return done > 0 ? done : -EFAULT;
            }
            FileHandle file = call.process().files().at(Memory.getInt(copy));
            if (file == null || file instanceof Ring) {
                return done > 0 ? done : -EBADF;
            }
            file.retain();
            int index = ring.registered().adopt(file, RegisteredFiles.ANY_SLOT);
            if (index < 0) {
                return done > 0 ? done : index;
            }
            Memory.putInt(copy, index);
            if (call.process().memory().copyOut(copy, place, Integer.BYTES) < 0) {
                ring.registered().put(index, null);
                return done > 0 ? done : -EFAULT;
            }
        }
        return count;
    }

    private static long put(Call call, Ring ring, long descriptors, int count, int first, boolean maySkip) {
        long copy = call.scratch(CHUNK * Integer.BYTES);
        for (int done = 0; done < count; done++) {
            if (done % CHUNK == 0) {
                int some = Math.min(CHUNK, count - done);
                long from = descriptors + (long) done * Integer.BYTES;
                if (call.process().memory().copyIn(from, copy, some * Integer.BYTES) < 0) {
                    return done > 0 ? done : -EFAULT;
                }
            }
            int fd = Memory.getInt(copy + (long) (done % CHUNK) * Integer.BYTES);
            if (fd == SKIP && maySkip) {
                continue;
            }
            FileHandle file = fd == ABSENT ? null : call.process().files().at(fd);
            // A ring that held itself would never go.
            if (fd != ABSENT && (file == null || file instanceof Ring)) {
                return done > 0 ? done : -EBADF;
            }
            if (file != null) {
                file.retain();
            }
            ring.registered().put(first + done, file);
        }
        return count;
    }
}

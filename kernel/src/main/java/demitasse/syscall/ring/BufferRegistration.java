package demitasse.syscall.ring;

import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENXIO;

import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Memory;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.ring.RegisteredBuffers;
import demitasse.posix.ring.Ring;
import demitasse.posix.task.Call;

/** How buffers come to be registered, io_uring_register(2). */
final class BufferRegistration {
    private static final int VECTOR_BYTES = 16;
    private static final long LENGTH_MAX = 1L << 30;

    private BufferRegistration() {
    }

    /** IORING_REGISTER_BUFFERS; {@code vectors} of 0 makes room alone. */
    static long register(Call call, Ring ring, long vectors, int count) {
        if (!ring.buffers().isEmpty()) {
            return -EBUSY;
        }
        if (count <= 0 || count > RegisteredBuffers.COUNT_MAX) {
            return -EINVAL;
        }
        if (!JavaHeap.hasRoom((long) count * RegisteredBuffers.PLACE_BYTES)) {
            return -ENOMEM;
        }
        ring.buffers().create(count);
        long result = vectors == 0 ? count : put(call, ring, vectors, count, 0);
        if (result < count) {
            ring.buffers().clear();
            return result < 0 ? result : -EFAULT;
        }
        return 0;
    }

    /** IORING_REGISTER_BUFFERS_UPDATE: how many were changed, or -errno for the first. */
    static long update(Call call, Ring ring, long vectors, int count, int first) {
        if (ring.buffers().isEmpty()) {
            return -ENXIO;
        }
        if (count <= 0 || first < 0 || first + count < 0 || first + count > ring.buffers().count()) {
            return -EINVAL;
        }
        return put(call, ring, vectors, count, first);
    }

    private static long put(Call call, Ring ring, long vectors, int count, int first) {
        long copy = call.scratch(VECTOR_BYTES);
        for (int done = 0; done < count; done++) {
            long from = vectors + (long) done * VECTOR_BYTES;
            if (call.process().memory().copyIn(from, copy, VECTOR_BYTES) < 0) {
                return done > 0 ? done : -EFAULT;
            }
            long address = Memory.getLong(copy);
            long length = Memory.getLong(copy + 8);
            boolean absent = address == 0 && length == 0;
            if (!absent && (length <= 0 || length > LENGTH_MAX || !UserSpace.isUserRange(address, length)
                    || !isMapped(call.process().memory(), address, length))) {
                return done > 0 ? done : -EFAULT;
            }
            ring.buffers().put(first + done, address, length);
        }
        return count;
    }

    static boolean isMapped(UserSpace memory, long start, long length) {
        long at = start;
        while (at < start + length) {
            if (memory.mappingAt(at) == null) {
                return false;
            }
            at = memory.mappingAt(at).end();
        }
        return true;
    }
}

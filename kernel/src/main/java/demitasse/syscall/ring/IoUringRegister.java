package demitasse.syscall.ring;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EBADFD;
import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENXIO;
import static demitasse.base.error.Errno.EOPNOTSUPP;

import demitasse.alloc.Pages;
import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.file.EventFile;
import demitasse.posix.ring.Ring;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.UserWord;

/** io_uring_register(2). */
final class IoUringRegister {
    private static final int BUFFERS = 0;
    private static final int UNREGISTER_BUFFERS = 1;
    private static final int FILES = 2;
    private static final int UNREGISTER_FILES = 3;
    private static final int EVENTFD = 4;
    private static final int UNREGISTER_EVENTFD = 5;
    private static final int FILES_UPDATE = 6;
    private static final int EVENTFD_ASYNC = 7;
    private static final int PROBE = 8;
    private static final int ENABLE_RINGS = 12;
    private static final int FILES2 = 13;
    private static final int FILES_UPDATE2 = 14;
    private static final int BUFFERS2 = 15;
    private static final int BUFFERS_UPDATE = 16;
    private static final int PBUF_RING = 22;
    private static final int UNREGISTER_PBUF_RING = 23;
    private static final int SYNC_CANCEL = 24;
    private static final int FILE_ALLOC_RANGE = 25;
    /** struct io_uring_probe: 0 last operation, 1 count, then 8 bytes for each: 0 number, 2 flags. */
    private static final int PROBE_HEADER_BYTES = 16;
    private static final int PROBE_ENTRY_BYTES = 8;
    private static final int PROBES_MAX = 256;
    /** struct io_uring_rsrc_update: 0 offset, 8 data. */
    private static final int UPDATE_BYTES = 16;
    private static final int UPDATE2_BYTES = 32;
    private static final int REGISTER_BYTES = 32;
    private static final int SPARSE = 1;
    /** struct io_uring_buf_reg: 0 address, 8 entries, 12 group, 14 flags. */
    private static final int BUFFER_RING_BYTES = 40;
    private static final int RING_ENTRIES_MAX = 32768;
    /** struct io_uring_sync_cancel_reg: 0 user data, 8 fd, 12 flags, 16 timeout. */
    private static final int CANCEL_BYTES = 64;
    private static final int RANGE_BYTES = 16;

    private IoUringRegister() {
    }

    @Syscall(value = "io_uring_register", rejects = {"IORING_REGISTER_PERSONALITY", "IORING_REGISTER_RESTRICTIONS",
        "IORING_REGISTER_IOWQ_*", "IORING_REGISTER_RING_FDS", "tags of resources"})
    static long register(Call call, int fd, int operation, long argument, int count) {
        if (!(call.file(fd) instanceof Ring ring)) {
            return call.file(fd) == null ? -EBADF : -EOPNOTSUPP;
        }
        if (!ring.mayIssue(call.task())) {
            return -EEXIST;
        }
        return switch (operation) {
            case BUFFERS -> argument == 0 ? -EFAULT : BufferRegistration.register(call, ring, argument, count);
            case UNREGISTER_BUFFERS -> argument != 0 || count != 0 ? -EINVAL : unregisterBuffers(ring);
            case FILES -> argument == 0 ? -EFAULT : FileRegistration.register(call, ring, argument, count);
            case UNREGISTER_FILES -> argument != 0 || count != 0 ? -EINVAL : unregisterFiles(ring);
            case EVENTFD, EVENTFD_ASYNC -> count != 1 ? -EINVAL
                    : events(call, ring, argument, operation == EVENTFD_ASYNC);
            case UNREGISTER_EVENTFD -> argument != 0 || count != 0 ? -EINVAL : unregisterEvents(ring);
            case FILES_UPDATE -> filesUpdate(call, ring, argument, count);
            case PROBE -> argument == 0 || count > PROBES_MAX || count < 0 ? -EINVAL : probe(call, argument, count);
            case ENABLE_RINGS -> argument != 0 || count != 0 ? -EINVAL : enable(call, ring);
            case FILES2, BUFFERS2 -> register2(call, ring, argument, count, operation == FILES2);
            case FILES_UPDATE2, BUFFERS_UPDATE -> update2(call, ring, argument, count, operation == FILES_UPDATE2);
            case PBUF_RING, UNREGISTER_PBUF_RING -> argument == 0 || count != 1 ? -EINVAL
                    : bufferRing(call, ring, argument, operation == PBUF_RING);
            case SYNC_CANCEL -> argument == 0 || count != 1 ? -EINVAL : cancel(call, ring, argument);
            case FILE_ALLOC_RANGE -> argument == 0 || count != 0 ? -EINVAL : range(call, ring, argument);
            default -> -EINVAL;
        };
    }

    private static long unregisterBuffers(Ring ring) {
        boolean none = ring.buffers().isEmpty();
        ring.buffers().clear();
        return none ? -ENXIO : 0;
    }

    private static long unregisterFiles(Ring ring) {
        boolean none = ring.registered().isEmpty();
        ring.registered().clear();
        return none ? -ENXIO : 0;
    }

    private static long events(Call call, Ring ring, long argument, boolean async) {
        if (ring.hasEvents()) {
            return -EBUSY;
        }
        long copy = UserWord.load(call, argument, Integer.BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        int fd = Memory.getInt(copy);
        if (!(call.process().files().at(fd) instanceof EventFile events)) {
            return call.process().files().at(fd) == null ? -EBADF : -EINVAL;
        }
        events.retain();
        ring.setEvents(events, async);
        return 0;
    }

    private static long unregisterEvents(Ring ring) {
        if (!ring.hasEvents()) {
            return -ENXIO;
        }
        ring.setEvents(null, false);
        return 0;
    }

    private static long filesUpdate(Call call, Ring ring, long argument, int count) {
        long copy = UserWord.load(call, argument, UPDATE_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        return count == 0 || Memory.getInt(copy + 4) != 0 ? -EINVAL
                : FileRegistration.update(call, ring, Memory.getLong(copy + 8), count, Memory.getInt(copy));
    }

    private static long probe(Call call, long argument, int count) {
        int listed = Math.min(count, Operation.LIMIT);
        int bytes = PROBE_HEADER_BYTES + count * PROBE_ENTRY_BYTES;
        long copy = UserWord.load(call, argument, bytes);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        for (int i = 0; i < bytes; i++) {
            if (Memory.getByte(copy + i) != 0) {
                return -EINVAL;
            }
        }
        Memory.putByte(copy, (byte) (Operation.LIMIT - 1));
        Memory.putByte(copy + 1, (byte) listed);
        for (int i = 0; i < listed; i++) {
            long entry = copy + PROBE_HEADER_BYTES + (long) i * PROBE_ENTRY_BYTES;
            Memory.putByte(entry, (byte) i);
            Memory.putShort(entry + 2, (short) (Operation.isSupported(i) ? 1 : 0));
        }
        return call.process().memory().copyOut(copy, argument, bytes);
    }

    private static long enable(Call call, Ring ring) {
        if (ring.isEnabled()) {
            return -EBADFD;
        }
        ring.enable(call.task());
        return 0;
    }

    /** struct io_uring_rsrc_register: 0 count, 4 flags, 8 reserved, 16 data, 24 tags. */
    private static long register2(Call call, Ring ring, long argument, int sizeBytes, boolean files) {
        if (sizeBytes != REGISTER_BYTES) {
            return -EINVAL;
        }
        long copy = UserWord.load(call, argument, REGISTER_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        int count = Memory.getInt(copy);
        int flags = Memory.getInt(copy + 4);
        long data = Memory.getLong(copy + 16);
        boolean sparse = (flags & SPARSE) != 0;
        if ((flags & ~SPARSE) != 0 || Memory.getLong(copy + 8) != 0 || Memory.getLong(copy + 24) != 0
                || sparse && data != 0 || !sparse && data == 0) {
            return -EINVAL;
        }
        return files ? FileRegistration.register(call, ring, data, count)
                : BufferRegistration.register(call, ring, data, count);
    }

    /** struct io_uring_rsrc_update2: 0 offset, 8 data, 16 tags, 24 count. */
    private static long update2(Call call, Ring ring, long argument, int sizeBytes, boolean files) {
        if (sizeBytes != UPDATE2_BYTES) {
            return -EINVAL;
        }
        long copy = UserWord.load(call, argument, UPDATE2_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        int first = Memory.getInt(copy);
        int count = Memory.getInt(copy + 24);
        if (Memory.getInt(copy + 4) != 0 || Memory.getLong(copy + 16) != 0 || Memory.getInt(copy + 28) != 0) {
            return -EINVAL;
        }
        return files ? FileRegistration.update(call, ring, Memory.getLong(copy + 8), count, first)
                : BufferRegistration.update(call, ring, Memory.getLong(copy + 8), count, first);
    }

    private static long bufferRing(Call call, Ring ring, long argument, boolean registers) {
        long copy = UserWord.load(call, argument, BUFFER_RING_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        for (int at = 14; at < BUFFER_RING_BYTES; at += 2) {
            if (Memory.getShort(copy + at) != 0) {
                return -EINVAL;
            }
        }
        int group = Memory.getUnsignedShort(copy + 12);
        if (!registers) {
            return ring.provided().removeRing(group);
        }
        long address = Memory.getLong(copy);
        int entries = Memory.getInt(copy + 8);
        if (entries <= 0 || (entries & entries - 1) != 0 || entries > RING_ENTRIES_MAX) {
            return -EINVAL;
        }
        if ((address & Pages.PAGE_BYTES - 1) != 0) {
            return -EINVAL;
        }
        if (!BufferRegistration.isMapped(call.process().memory(), address, entries * 16L)) {
            return -EFAULT;
        }
        return ring.provided().addRing(group, address, entries);
    }

    /** Nothing runs while it is cancelled, so there is nothing to wait for. */
    private static long cancel(Call call, Ring ring, long argument) {
        long copy = UserWord.load(call, argument, CANCEL_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        for (int at = 32; at < CANCEL_BYTES; at += Long.BYTES) {
            if (Memory.getLong(copy + at) != 0) {
                return -EINVAL;
            }
        }
        int flags = Memory.getInt(copy + 12);
        if ((flags & ~Controls.CANCEL_KNOWN) != 0) {
            return -EINVAL;
        }
        int cancelled = Controls.cancel(call, ring, Memory.getLong(copy), Memory.getInt(copy + 8), flags);
        return cancelled == 0 && (flags & Controls.CANCEL_ALL_KINDS) != 0 ? -ENOENT
                : cancelled;
    }

    private static long range(Call call, Ring ring, long argument) {
        long copy = UserWord.load(call, argument, RANGE_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        return Memory.getLong(copy + 8) != 0 ? -EINVAL
                : ring.registered().setRange(Memory.getInt(copy), Memory.getInt(copy + 4));
    }
}

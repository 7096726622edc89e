package demitasse.syscall.ring;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.syscall.abi.SyscallNumber.PREAD64;
import static demitasse.syscall.abi.SyscallNumber.PREADV2;
import static demitasse.syscall.abi.SyscallNumber.PWRITE64;
import static demitasse.syscall.abi.SyscallNumber.PWRITEV2;
import static demitasse.syscall.abi.SyscallNumber.READ;
import static demitasse.syscall.abi.SyscallNumber.WRITE;

import demitasse.base.memory.Memory;
import demitasse.posix.ring.CallRequest;
import demitasse.posix.ring.Ring;
import demitasse.posix.ring.RingRequest;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.UserWord;
import demitasse.vfs.FileHandle;

/** The requests that read and write files, io_uring_enter(2). */
final class Transfers {
    private static final int RWF_HIPRI = 1;
    private static final int RWF_DSYNC = 2;
    private static final int RWF_SYNC = 4;
    private static final int RWF_NOWAIT = 8;
    private static final int RWF_KNOWN = RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOWAIT;
    /** ioprio_set(2). */
    private static final int PRIORITY_CLASS_SHIFT = 13;
    private static final int PRIORITY_CLASS_MAX = 3;
    private static final int VECTOR_BYTES = 16;

    private final Requests requests;
    private final Call call;
    private final Ring ring;

    Transfers(Requests requests, Call call, Ring ring) {
        this.requests = requests;
        this.call = call;
        this.ring = ring;
    }

    RingRequest of(long entry, int operation) {
        boolean writes = operation == Operation.WRITE || operation == Operation.WRITEV
                || operation == Operation.WRITE_FIXED;
        boolean vectored = operation == Operation.READV || operation == Operation.WRITEV;
        boolean fixed = operation == Operation.READ_FIXED || operation == Operation.WRITE_FIXED;
        boolean selects = (Entry.flags(entry) & RingRequest.BUFFER_SELECT) != 0;
        long address = Entry.address(entry);
        long length = Entry.length(entry) & 0xffff_ffffL;
        int flags = Entry.modifiers(entry);
        if (Entry.priority(entry) >>> PRIORITY_CLASS_SHIFT > PRIORITY_CLASS_MAX) {
            return requests.refuse(EINVAL);
        }
        if (ring.polls() || (flags & ~RWF_KNOWN) != 0) {
            return requests.done(() -> -EOPNOTSUPP);
        }
        if (fixed) {
            int index = Entry.buffer(entry);
            if (index >= ring.buffers().count() || !ring.buffers().holds(index, address, length)) {
                return requests.refuse(EFAULT);
            }
        }
        if (vectored && selects) {
            // One vector, whose length alone counts.
            long copy = length == 1 ? UserWord.load(call, address, VECTOR_BYTES) : -EINVAL;
            if (UserWord.isErrno(copy)) {
                return requests.refuse((int) -copy);
            }
            length = Memory.getLong(copy + 8);
            vectored = false;
        }
        CallRequest request = vectored ? vector(entry, writes, flags) : plain(entry, writes, address, length);
        if (selects) {
            request.selectBuffer(Entry.buffer(entry), length);
        } else if (!vectored) {
            request.setWhole(length);
        }
        if ((flags & RWF_NOWAIT) != 0) {
            request.setNeverWaits();
        }
        return request;
    }

    private CallRequest vector(long entry, boolean writes, int flags) {
        long offset = Entry.offset(entry);
        return requests.onFile(writes ? PWRITEV2 : PREADV2).with(1, Entry.address(entry))
                .with(2, Entry.length(entry)).with(3, hasPlace(entry) ? offset : FileHandle.CURRENT)
                .with(5, flags & ~RWF_NOWAIT).setKept(CallRequest.VECTOR);
    }

    private CallRequest plain(long entry, boolean writes, long address, long length) {
        long offset = Entry.offset(entry);
        boolean placed = offset != FileHandle.CURRENT && hasPlace(entry);
        int number = placed ? writes ? PWRITE64 : PREAD64 : writes ? WRITE : READ;
        return requests.onFile(number).with(1, address).with(2, length).with(3, offset);
    }

    /** Streams have no place to read from or write to: the offset is ignored. */
    private boolean hasPlace(long entry) {
        int fd = Entry.fd(entry);
        FileHandle file = (Entry.flags(entry) & RingRequest.FIXED_FILE) != 0 ? ring.registered().at(fd)
                : call.process().files().at(fd);
        return file == null || !file.isStream();
    }
}

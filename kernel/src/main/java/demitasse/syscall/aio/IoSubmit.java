package demitasse.syscall.aio;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.syscall.abi.SyscallNumber.FDATASYNC;
import static demitasse.syscall.abi.SyscallNumber.FSYNC;
import static demitasse.syscall.abi.SyscallNumber.PREAD64;
import static demitasse.syscall.abi.SyscallNumber.PREADV2;
import static demitasse.syscall.abi.SyscallNumber.PWRITE64;
import static demitasse.syscall.abi.SyscallNumber.PWRITEV2;
import static demitasse.syscall.abi.SyscallNumber.READ;
import static demitasse.syscall.abi.SyscallNumber.WRITE;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.aio.AioCall;
import demitasse.posix.aio.AioContext;
import demitasse.posix.aio.AioPoll;
import demitasse.posix.file.EventFile;
import demitasse.posix.task.Call;
import demitasse.posix.task.Task;
import demitasse.syscall.abi.UserWord;
import demitasse.vfs.FileHandle;

/**
 * io_submit(2). struct iocb: 0 data, 8 key, 12 rw flags, 16 operation, 20 descriptor, 24 buffer, 32 its length,
 * 40 offset, 48 reserved, 56 flags, 60 descriptor of an eventfd.
 */
final class IoSubmit {
    private static final int BLOCK_BYTES = 64;
    private static final int KEY = 8;
    private static final int PREAD_OPERATION = 0;
    private static final int PWRITE_OPERATION = 1;
    private static final int FSYNC_OPERATION = 2;
    private static final int FDSYNC_OPERATION = 3;
    private static final int POLL_OPERATION = 5;
    private static final int PREADV_OPERATION = 7;
    private static final int PWRITEV_OPERATION = 8;
    private static final int FLAG_EVENTFD = 1;
    private static final int RWF_NOWAIT = 8;
    /** HIPRI, DSYNC, SYNC, NOWAIT. */
    private static final int RWF_KNOWN = 15;

    private IoSubmit() {
    }

    @Syscall("io_submit")
    static long submit(Call call, long context, long count, long blocks) {
        if (count < 0) {
            return -EINVAL;
        }
        AioContext found = AioContext.at(call.process().memory(), context);
        if (found == null) {
            return -EINVAL;
        }
        for (long done = 0; done < count; done++) {
            // Nothing is kept from block to block, of which there may be any number.
            call.instance().scratch().reset();
            long place = UserWord.load(call, blocks + done * Long.BYTES, Long.BYTES);
            long error = UserWord.isErrno(place) ? place : submit(call, found, Memory.getLong(place));
            if (error < 0) {
                return done > 0 ? done : error;
            }
        }
        return count;
    }

    private static long submit(Call call, AioContext context, long block) {
        long copy = UserWord.load(call, block, BLOCK_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        int flags = Memory.getInt(copy + 56);
        long length = Memory.getLong(copy + 32);
        if (Memory.getLong(copy + 48) != 0 || length < 0) {
            return -EINVAL;
        }
        if (context.isFull()) {
            return -EAGAIN;
        }
        FileHandle file = call.process().files().at(Memory.getInt(copy + 20));
        if (file == null || file.isPathOnly()) {
            return -EBADF;
        }
        EventFile events = null;
        if ((flags & FLAG_EVENTFD) != 0) {
            FileHandle told = call.process().files().at(Memory.getInt(copy + 60));
            if (!(told instanceof EventFile eventFile)) {
                return told == null ? -EBADF : -EINVAL;
            }
            events = eventFile;
        }
        if (UserWord.storeInt(call, block + KEY, 0) < 0) {
            return -EFAULT;
        }
        return begin(call, context, block, copy, file, events);
    }

    private static long begin(Call call, AioContext context, long block, long copy, FileHandle file,
            EventFile events) {
        int operation = Memory.getUnsignedShort(copy + 16);
        int flags = Memory.getInt(copy + 12);
        long data = Memory.getLong(copy);
        // A context belongs to the whole process, and outlives the thread that submits.
        Task task = call.process().firstTask();
        if (operation == POLL_OPERATION) {
            int asked = Memory.getUnsignedShort(copy + 24);
            if (Memory.getLong(copy + 24) != asked || Memory.getLong(copy + 32) != 0 || Memory.getLong(copy + 40) != 0
                    || flags != 0) {
                return -EINVAL;
            }
            new AioPoll(task, context, block, data, events, file, asked).begin();
            return 0;
        }
        int number = number(operation, !file.isStream());
        if (number < 0) {
            return number;
        }
        if ((flags & ~RWF_KNOWN) != 0) {
            return -EOPNOTSUPP;
        }
        boolean writes = operation == PWRITE_OPERATION || operation == PWRITEV_OPERATION;
        boolean reads = operation == PREAD_OPERATION || operation == PREADV_OPERATION;
        if (reads && !file.isReadable() || writes && !file.isWritable()) {
            return -EBADF;
        }
        boolean syncs = !reads && !writes;
        if (syncs && (Memory.getLong(copy + 24) != 0 || Memory.getLong(copy + 32) != 0
                || Memory.getLong(copy + 40) != 0 || flags != 0)) {
            return -EINVAL;
        }
        AioCall request = new AioCall(task, context, block, data, events, number);
        request.call().a0 = Memory.getInt(copy + 20);
        request.call().a1 = Memory.getLong(copy + 24);
        request.call().a2 = Memory.getLong(copy + 32);
        request.call().a3 = file.isStream() ? FileHandle.CURRENT : Memory.getLong(copy + 40);
        if ((flags & RWF_NOWAIT) != 0) {
            request.setNeverWaits();
        }
        request.begin();
        return 0;
    }

    /** The system call that an operation is; a stream has no offset. */
    private static int number(int operation, boolean placed) {
        return switch (operation) {
            case PREAD_OPERATION -> placed ? PREAD64 : READ;
            case PWRITE_OPERATION -> placed ? PWRITE64 : WRITE;
            case FSYNC_OPERATION -> FSYNC;
            case FDSYNC_OPERATION -> FDATASYNC;
            case PREADV_OPERATION -> PREADV2;
            case PWRITEV_OPERATION -> PWRITEV2;
            default -> -EINVAL;
        };
    }
}

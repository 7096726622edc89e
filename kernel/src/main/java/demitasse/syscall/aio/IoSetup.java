package demitasse.syscall.aio;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINPROGRESS;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.aio.AioContext;
import demitasse.posix.aio.AioRequest;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.UserWord;

/** io_setup(2), io_destroy(2), io_cancel(2). */
final class IoSetup {
    /** /proc/sys/fs/aio-max-nr of Linux, here for each context. */
    private static final int EVENTS_MAX = 65536;
    /** So many of twice the size would fill 256 MB, ioctx_alloc() of Linux. */
    private static final int EVENTS_THINKABLE = 0x1000_0000 / 32 / 2;
    private static final int CONTEXT_BYTES = 4096;
    private static final int KEY = 8;

    private IoSetup() {
    }

    @Syscall("io_setup")
    static long setup(Call call, int events, long contextAddress) {
        long copy = UserWord.load(call, contextAddress, Long.BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        if (Memory.getLong(copy) != 0 || events == 0 || Integer.compareUnsigned(events, EVENTS_THINKABLE) > 0) {
            return -EINVAL;
        }
        if (Integer.compareUnsigned(events, EVENTS_MAX) > 0) {
            return -EAGAIN;
        }
        long created = AioContext.create(call.instance().files(), call.process().memory(), events);
        if (created < 0) {
            return created;
        }
        Memory.putLong(copy, created);
        if (call.process().memory().copyOut(copy, contextAddress, Long.BYTES) < 0) {
            destroy(call, created);
            return -EFAULT;
        }
        return 0;
    }

    @Syscall("io_destroy")
    static long destroy(Call call, long context) {
        AioContext found = AioContext.at(call.process().memory(), context);
        if (found == null) {
            return -EINVAL;
        }
        found.end();
        return call.process().memory().unmap(context, CONTEXT_BYTES);
    }

    /** As on Linux since 4.19 the event is always delivered, and success is EINPROGRESS. */
    @Syscall(value = "io_cancel", note = "Cancels every request that waits, on Linux only IOCB_CMD_POLL.")
    static long cancel(Call call, long context, long block, long result) {
        long copy = UserWord.load(call, block + KEY, Integer.BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        AioContext found = AioContext.at(call.process().memory(), context);
        AioRequest request = found == null || Memory.getInt(copy) != 0 ? null : found.find(block);
        if (request == null) {
            return -EINVAL;
        }
        request.cancel();
        return -EINPROGRESS;
    }
}

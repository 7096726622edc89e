package demitasse.syscall.net;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;

/** recvmmsg(2). */
final class Recvmmsg {
    private static final int MSG_WAITFORONE = 0x1_0000;
    private static final int TIME_BYTES = 16;
    private static final long NS_PER_S = 1_000_000_000L;

    private Recvmmsg() {
    }

    /** Linux looks at the time only after each message, so it never ends the wait for the first. */
    @WarmPath("per system call")
    @Syscall(value = "recvmmsg", rejects = {"MSG_OOB with local sockets"},
            note = "waits for the first message only, as with MSG_WAITFORONE")
    static long recvmmsg(Call call, int fd, long messages, int count, int flags, long timeout) {
        if (timeout != 0) {
            long time = call.scratch(TIME_BYTES);
            if (call.process().memory().copyIn(timeout, time, TIME_BYTES) < 0) {
                return -EFAULT;
            }
            long ns = Memory.getLong(time + 8);
            if (Memory.getLong(time) < 0 || ns < 0 || ns >= NS_PER_S) {
                return -EINVAL;
            }
        }
        return MessageArray.each(call, fd, messages, count, flags & ~MSG_WAITFORONE,
                (message, messageFlags) -> Receive.recvmsg(call, fd, message, messageFlags));
    }
}

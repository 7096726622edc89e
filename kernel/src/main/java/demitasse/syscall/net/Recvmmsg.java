package demitasse.syscall.net;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.TimeLayout;

/** recvmmsg(2). */
final class Recvmmsg {
    private static final int MSG_WAITFORONE = 0x1_0000;
    private static final int TIME_BYTES = 16;
    private static final long NS_PER_S = 1_000_000_000L;

    private Recvmmsg() {
    }

    /** The time is looked at only after each message, so it never ends the wait for one: recvmmsg(2) BUGS. */
    @WarmPath("per system call")
    @Syscall(value = "recvmmsg", rejects = {"MSG_OOB with local sockets"})
    static long recvmmsg(Call call, int fd, long messages, int count, int flags, long timeout) {
        MessageArray array = MessageArray.of(call);
        array.receives = true;
        if (timeout != 0 && call.attempt == 0) {
            long durationNs = duration(call, timeout);
            if (durationNs < 0) {
                return durationNs;
            }
            array.endNs = durationNs < Call.NEVER - call.instance().nowNs() ? call.instance().nowNs() + durationNs
                    : Call.NEVER;
        }
        int laterFlags = (flags & MSG_WAITFORONE) != 0 ? Send.MSG_DONTWAIT : 0;
        long moved = array.each(call, fd, messages, count, flags & ~MSG_WAITFORONE, laterFlags,
                (message, messageFlags) -> Receive.recvmsg(call, fd, message, messageFlags));
        return timeout == 0 || moved <= 0 || array.endNs == Call.NEVER ? moved
                : TimeLayout.storeTimespec(call, timeout, Math.max(0, array.endNs - call.instance().nowNs())) < 0
                ? -EFAULT : moved;
    }

    private static long duration(Call call, long timeout) {
        long time = call.scratch(TIME_BYTES);
        if (call.process().memory().copyIn(timeout, time, TIME_BYTES) < 0) {
            return -EFAULT;
        }
        long seconds = Memory.getLong(time);
        long ns = Memory.getLong(time + Long.BYTES);
        if (seconds < 0 || ns < 0 || ns >= NS_PER_S) {
            return -EINVAL;
        }
        return seconds >= Call.NEVER / NS_PER_S ? Call.NEVER : seconds * NS_PER_S + ns;
    }
}

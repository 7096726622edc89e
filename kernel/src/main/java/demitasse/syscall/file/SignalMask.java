package demitasse.syscall.file;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;

/** The signal mask that ppoll(2), pselect6(2) and epoll_pwait(2) put in place while they wait. */
final class SignalMask {
    /** sizeof(sigset_t) of the kernel. */
    private static final int MASK_BYTES = 8;

    private SignalMask() {
    }

    /** @param address 0 for none; returns 0, -EINVAL or -EFAULT */
    static int substitute(Call call, long address, long sizeBytes) {
        if (address == 0) {
            return 0;
        }
        if (sizeBytes != MASK_BYTES) {
            return -EINVAL;
        }
        long copy = call.scratch(MASK_BYTES);
        if (call.process().memory().copyIn(address, copy, MASK_BYTES) < 0) {
            return -EFAULT;
        }
        call.task().signals().substituteMask(Memory.getLong(copy));
        return 0;
    }
}

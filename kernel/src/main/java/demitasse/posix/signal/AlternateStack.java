package demitasse.posix.signal;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EPERM;

import demitasse.machine.UserContext;
import demitasse.posix.task.Task;

/** sigaltstack(2). */
public final class AlternateStack {
    /** MINSIGSTKSZ of x86-64. */
    public static final int MINIMUM_BYTES = 2048;

    private AlternateStack() {
    }

    /**
     * Sets the alternate stack.
     *
     * @return 0; -EPERM while it is in use; -EINVAL for unknown flags; -ENOMEM when it is too small
     */
    public static int set(Task task, long address, long sizeBytes, int flags) {
        TaskSignals signals = task.signals();
        if (signals.isOnStack(task.context().register(UserContext.RSP))) {
            return -EPERM;
        }
        int mode = flags & ~TaskSignals.SS_AUTODISARM;
        if (mode != 0 && mode != TaskSignals.SS_ONSTACK && mode != TaskSignals.SS_DISABLE) {
            return -EINVAL;
        }
        if (mode == TaskSignals.SS_DISABLE) {
            signals.setStack(0, 0, TaskSignals.SS_DISABLE | flags & TaskSignals.SS_AUTODISARM);
            return 0;
        }
        if (Long.compareUnsigned(sizeBytes, MINIMUM_BYTES) < 0) {
            return -ENOMEM;
        }
        signals.setStack(address, sizeBytes, flags & TaskSignals.SS_AUTODISARM);
        return 0;
    }
}

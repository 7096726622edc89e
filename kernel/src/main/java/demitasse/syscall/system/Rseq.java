package demitasse.syscall.system;

import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.posix.task.RestartableSequence;
import demitasse.posix.task.Task;

/** rseq(2), kernel/rseq.c. */
final class Rseq {
    private static final int RSEQ_FLAG_UNREGISTER = 1;
    /** The size, and the alignment, of the first struct rseq; later ones are longer. */
    private static final int AREA_BYTES = 32;

    private Rseq() {
    }

    @Syscall("rseq")
    static long rseq(Call call, long area, int length, int flags, int signature) {
        Task task = call.task();
        RestartableSequence known = task.sequence();
        if ((flags & RSEQ_FLAG_UNREGISTER) != 0) {
            return flags == RSEQ_FLAG_UNREGISTER ? unregister(task, known, area, length, signature) : -EINVAL;
        }
        if (flags != 0) {
            return -EINVAL;
        }
        if (known != null) {
            if (known.area() != area || known.lengthBytes() != length) {
                return -EINVAL;
            }
            return known.signature() == signature ? -EBUSY : -EPERM;
        }
        if (length < AREA_BYTES || (area & AREA_BYTES - 1) != 0) {
            return -EINVAL;
        }
        RestartableSequence registered = new RestartableSequence(area, length, signature);
        if (!registered.store(call.process().memory(), true)) {
            return -EFAULT;
        }
        task.setSequence(registered);
        return 0;
    }

    private static long unregister(Task task, RestartableSequence known, long area, int length, int signature) {
        if (known == null || known.area() != area || known.lengthBytes() != length) {
            return -EINVAL;
        }
        if (known.signature() != signature) {
            return -EPERM;
        }
        if (!known.store(task.process().memory(), false)) {
            return -EFAULT;
        }
        task.setSequence(null);
        return 0;
    }
}

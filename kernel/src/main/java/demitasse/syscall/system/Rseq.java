package demitasse.syscall.system;

import static demitasse.base.error.Errno.ENOSYS;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;

/** rseq(2). */
final class Rseq {
    private Rseq() {
    }

    @Syscall(value = "rseq", rejects = "registration",
            note = "ENOSYS: the C library does without it, as on kernels older than 4.18.")
    static long rseq(Call call, long area, int length, int flags, int signature) {
        return -ENOSYS;
    }
}

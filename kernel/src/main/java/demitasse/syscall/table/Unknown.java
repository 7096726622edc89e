package demitasse.syscall.table;

import static demitasse.base.error.Errno.ENOSYS;

import demitasse.posix.task.Call;

/** System calls without a handler. */
final class Unknown {
    private Unknown() {
    }

    static long answer(Call call) {
        return -ENOSYS;
    }
}

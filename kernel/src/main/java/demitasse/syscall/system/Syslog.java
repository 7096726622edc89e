package demitasse.syscall.system;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;

/** syslog(2). */
final class Syslog {
    private static final int ACTION_READ_ALL = 3;
    private static final int ACTION_SIZE_BUFFER = 10;

    private Syslog() {
    }

    @Syscall(value = "syslog", note = "The kernel's log goes to the platform's console; the buffer is always empty.")
    static long syslog(Call call, int type, long buffer, int length) {
        if (type < 0 || type > ACTION_SIZE_BUFFER) {
            return -EINVAL;
        }
        boolean open = type == ACTION_READ_ALL || type == ACTION_SIZE_BUFFER;
        if (!open && !call.credentials().may(Credentials.CAP_SYSLOG)) {
            return -EPERM;
        }
        return type == ACTION_READ_ALL && (buffer == 0 || length < 0) ? -EINVAL : 0;
    }
}

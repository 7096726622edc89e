package demitasse.syscall.system;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.KernelLog;
import demitasse.sched.wait.Events;

/** syslog(2). */
final class Syslog {
    private static final int READ = 2;
    private static final int READ_ALL = 3;
    private static final int READ_CLEAR = 4;
    private static final int CLEAR = 5;
    private static final int CONSOLE_LEVEL = 8;
    private static final int SIZE_UNREAD = 9;
    private static final int SIZE_BUFFER = 10;
    private static final int LEVEL_MAX = 8;

    private Syslog() {
    }

    @Syscall(value = "syslog", note = "What the console shows of the log is the instance's affair, not the program's.")
    static long syslog(Call call, int type, long buffer, int length) {
        if (type < 0 || type > SIZE_BUFFER) {
            return -EINVAL;
        }
        boolean open = type == READ_ALL || type == SIZE_BUFFER;
        if (!open && !call.credentials().may(Credentials.CAP_SYSLOG)
                && !call.credentials().may(Credentials.CAP_SYS_ADMIN)) {
            return -EPERM;
        }
        KernelLog log = call.instance().log();
        switch (type) {
            case READ, READ_ALL, READ_CLEAR:
                if (buffer == 0 || length < 0) {
                    return -EINVAL;
                }
                if (type == READ && length > 0 && log.untaken() == 0) {
                    return call.await(log.readers(), Events.IN);
                }
                return read(call, log, type, buffer, length);
            case CLEAR:
                log.clear();
                return 0;
            case CONSOLE_LEVEL:
                return length < 1 || length > LEVEL_MAX ? -EINVAL : 0;
            case SIZE_UNREAD:
                return log.untaken();
            case SIZE_BUFFER:
                return KernelLog.BYTES;
            default:
                return 0;
        }
    }

    private static long read(Call call, KernelLog log, int type, long buffer, int length) {
        int room = Math.min(length, KernelLog.BYTES);
        long copy = call.scratch(room);
        int bytes = type == READ ? log.take(copy, room) : log.last(copy, room);
        if (type == READ_CLEAR) {
            log.clear();
        }
        return call.process().memory().copyOut(copy, buffer, bytes) < 0 ? -EFAULT : bytes;
    }
}

package demitasse.syscall.table;

import static demitasse.base.error.Errno.ENOSYS;

import demitasse.base.annotation.ColdPath;
import demitasse.base.trace.Log;
import demitasse.posix.task.Call;

/** System calls without a handler: ENOSYS, and a line in the log for the first of each number. */
final class Unknown {
    /** Numbers beyond it are nonsense, and not worth a line each. */
    private static final int LOGGED_MAX = 512;
    private static final long[] LOGGED = new long[LOGGED_MAX / Long.SIZE];

    private Unknown() {
    }

    @ColdPath("a call that does not exist")
    static long answer(Call call) {
        int number = call.number;
        if (number >= 0 && number < LOGGED_MAX && (LOGGED[number >> 6] & 1L << number) == 0) {
            LOGGED[number >> 6] |= 1L << number;
            String name = SyscallNames.name(number);
            Log.at(Log.WARN).text("no handler for system call ").number(number).text(" ")
                    .text(name == null ? "(unknown to Linux)" : name).text(" of process ")
                    .number(call.process().pid()).end();
        }
        return -ENOSYS;
    }
}

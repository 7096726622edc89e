package demitasse.syscall.process;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Memory;
import demitasse.net.wire.ClassicBpf;
import demitasse.posix.filter.SyscallFilter;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Process;
import demitasse.posix.task.Task;
import demitasse.syscall.abi.UserWord;

/** seccomp(2). */
final class Seccomp {
    private static final int SET_MODE_STRICT = 0;
    private static final int SET_MODE_FILTER = 1;
    private static final int GET_ACTION_AVAIL = 2;
    private static final int FLAG_TSYNC = 1;
    private static final int FLAG_LOG = 2;
    private static final int FLAG_SPEC_ALLOW = 4;
    private static final int FLAG_TSYNC_ESRCH = 16;
    private static final int FLAGS = FLAG_TSYNC | FLAG_LOG | FLAG_SPEC_ALLOW | FLAG_TSYNC_ESRCH;
    /** struct sock_fprog: 0 the number of instructions, 8 where they are. */
    private static final int PROGRAM_BYTES = 16;

    private Seccomp() {
    }

    @Syscall(value = "seccomp", rejects = {"SECCOMP_FILTER_FLAG_NEW_LISTENER", "SECCOMP_GET_NOTIF_SIZES"},
            ignores = {"SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"},
            note = "The log has every call that a filter kills or logs.")
    static long seccomp(Call call, int operation, int flags, long argument) {
        return switch (operation) {
            case SET_MODE_STRICT -> flags != 0 || argument != 0 ? -EINVAL : strict(call);
            case SET_MODE_FILTER -> filter(call, flags, argument);
            case GET_ACTION_AVAIL -> flags != 0 ? -EINVAL : isAvailable(call, argument);
            default -> -EINVAL;
        };
    }

    /** PR_SET_SECCOMP of prctl(2), which counts the modes from 1. */
    static long prctl(Call call, long mode, long program) {
        if (mode == SyscallFilter.MODE_STRICT) {
            return strict(call);
        }
        return mode == SyscallFilter.MODE_FILTER ? filter(call, 0, program) : -EINVAL;
    }

    private static long strict(Call call) {
        if (call.task().filter() != null) {
            return call.task().filter().mode() == SyscallFilter.MODE_STRICT ? 0 : -EINVAL;
        }
        call.task().setFilter(new SyscallFilter(null, null));
        return 0;
    }

    private static long isAvailable(Call call, long argument) {
        long word = UserWord.load(call, argument, Integer.BYTES);
        if (UserWord.isErrno(word)) {
            return word;
        }
        return switch (Memory.getInt(word)) {
            case SyscallFilter.KILL_PROCESS, SyscallFilter.KILL_THREAD, SyscallFilter.TRAP, SyscallFilter.ERRNO,
                 SyscallFilter.TRACE, SyscallFilter.LOG, SyscallFilter.ALLOW -> 0;
            default -> -EOPNOTSUPP;
        };
    }

    private static long filter(Call call, int flags, long program) {
        if ((flags & ~FLAGS) != 0) {
            return -EINVAL;
        }
        long header = UserWord.load(call, program, PROGRAM_BYTES);
        if (UserWord.isErrno(header)) {
            return header;
        }
        int length = Memory.getUnsignedShort(header);
        long source = Memory.getLong(header + Long.BYTES);
        if (length == 0 || length > ClassicBpf.LENGTH_MAX) {
            return -EINVAL;
        }
        if (!call.process().settings().noNewPrivileges() && !call.credentials().holds(Credentials.CAP_SYS_ADMIN)) {
            return -EACCES;
        }
        long copy = UserWord.load(call, source, length * Long.BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        if (!JavaHeap.hasRoom((long) length * Long.BYTES)) {
            return -ENOMEM;
        }
        long[] code = new long[length];
        for (int i = 0; i < length; i++) {
            code[i] = Memory.getLong(copy + (long) i * Long.BYTES);
        }
        if (!ClassicBpf.isGood(code, true)) {
            return -EINVAL;
        }
        SyscallFilter older = call.task().filter();
        if (older != null && older.mode() == SyscallFilter.MODE_STRICT) {
            return -EINVAL;
        }
        SyscallFilter made = new SyscallFilter(code, older);
        made.hold();
        long result = install(call, flags, made);
        made.release();
        return result;
    }

    private static long install(Call call, int flags, SyscallFilter filter) {
        if (filter.length() > SyscallFilter.CHAIN_LENGTH_MAX) {
            return -ENOMEM;
        }
        Process process = call.process();
        if ((flags & FLAG_TSYNC) == 0) {
            call.task().setFilter(filter);
            return 0;
        }
        for (Task one = process.firstTask(); one != null; one = process.taskAfter(one)) {
            if (one.filter() != null && !filter.descendsFrom(one.filter())) {
                return (flags & FLAG_TSYNC_ESRCH) != 0 ? -ESRCH : one.ownTid();
            }
        }
        for (Task one = process.firstTask(); one != null; one = process.taskAfter(one)) {
            one.setFilter(filter);
        }
        return 0;
    }
}

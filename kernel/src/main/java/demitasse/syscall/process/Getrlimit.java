package demitasse.syscall.process;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.file.FileTable;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Limits;
import demitasse.posix.task.Process;
import demitasse.posix.task.Task;
import demitasse.syscall.abi.UserWord;

/** getrlimit(2), prlimit(2). */
final class Getrlimit {
    private static final int BYTES = 16;

    private Getrlimit() {
    }

    @Syscall("getrlimit")
    static long getrlimit(Call call, int resource, long limit) {
        return isValid(resource) ? store(call, call.process(), resource, limit) : -EINVAL;
    }

    @Syscall(value = "setrlimit", note = "Kept without effect: RSS, LOCKS, RTTIME. "
            + "What mprotect(2) makes writable is not held against DATA.")
    static long setrlimit(Call call, int resource, long limit) {
        if (!isValid(resource)) {
            return -EINVAL;
        }
        long copy = UserWord.load(call, limit, BYTES);
        return UserWord.isErrno(copy) ? copy : set(call, call.process(), resource, copy);
    }

    @Syscall("prlimit64")
    static long prlimit64(Call call, int pid, int resource, long newLimit, long oldLimit) {
        if (!isValid(resource)) {
            return -EINVAL;
        }
        Task task = pid == 0 ? call.task() : call.instance().processes().byTidOrZombie(call.idOf(pid));
        if (task == null) {
            return -ESRCH;
        }
        long copy = newLimit == 0 ? 0 : UserWord.load(call, newLimit, BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        if (!mayTouch(call, task)) {
            return -EPERM;
        }
        long old = call.scratch(BYTES);
        Memory.putLong(old, task.process().limits().soft(resource));
        Memory.putLong(old + Long.BYTES, task.process().limits().hard(resource));
        long result = copy == 0 ? 0 : set(call, task.process(), resource, copy);
        if (result < 0 || oldLimit == 0) {
            return result;
        }
        return call.process().memory().copyOut(old, oldLimit, BYTES);
    }

    private static boolean isValid(int resource) {
        return resource >= 0 && resource < Limits.COUNT;
    }

    private static boolean mayTouch(Call call, Task target) {
        Credentials own = call.credentials();
        Credentials other = target.credentials();
        boolean same = own.uid == other.uid && own.uid == other.euid && own.uid == other.suid
                && own.gid == other.gid && own.gid == other.egid && own.gid == other.sgid;
        return call.process() == target.process() || same
                || own.may(Credentials.CAP_SYS_RESOURCE, target.credentials().users);
    }

    private static long store(Call call, Process process, int resource, long address) {
        long copy = call.scratch(BYTES);
        Memory.putLong(copy, process.limits().soft(resource));
        Memory.putLong(copy + Long.BYTES, process.limits().hard(resource));
        return call.process().memory().copyOut(copy, address, BYTES);
    }

    private static long set(Call call, Process process, int resource, long copy) {
        long soft = Memory.getLong(copy);
        long hard = Memory.getLong(copy + Long.BYTES);
        if (Long.compareUnsigned(soft, hard) > 0) {
            return -EINVAL;
        }
        boolean raises = Long.compareUnsigned(hard, process.limits().hard(resource)) > 0;
        if (raises && !call.credentials().may(Credentials.CAP_SYS_RESOURCE)
                || resource == Limits.RLIMIT_NOFILE && Long.compareUnsigned(hard, FileTable.LIMIT_MAX) > 0) {
            return -EPERM;
        }
        process.setLimit(resource, soft, hard);
        if (resource == Limits.RLIMIT_CPU) {
            process.timers().limitCpu();
        }
        return 0;
    }
}

package demitasse.syscall.process;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.syscall.abi.UserWord;

/** getgroups(2). */
final class Getgroups {
    private Getgroups() {
    }

    @Syscall("getgroups")
    static long getgroups(Call call, int size, long list) {
        Credentials who = call.process().credentials();
        if (size < 0 || size > 0 && size < who.groupCount) {
            return -EINVAL;
        }
        if (size == 0) {
            return who.groupCount;
        }
        int sizeBytes = who.groupCount * Integer.BYTES;
        long copy = call.scratch(sizeBytes);
        for (int i = 0; i < who.groupCount; i++) {
            Memory.putInt(copy + (long) i * Integer.BYTES, who.groups[i]);
        }
        return call.process().memory().copyOut(copy, list, sizeBytes) < 0 ? -EFAULT : who.groupCount;
    }

    @Syscall(value = "setgroups", note = "At most 64 groups; Linux allows 65536.")
    static long setgroups(Call call, int size, long list) {
        Credentials who = call.process().credentials();
        if (!who.may(Credentials.CAP_SETGID)) {
            return -EPERM;
        }
        if (size < 0 || size > Credentials.GROUPS_MAX) {
            return -EINVAL;
        }
        long copy = UserWord.load(call, list, size * Integer.BYTES);
        if (UserWord.isErrno(copy) && size > 0) {
            return copy;
        }
        for (int i = 0; i < size; i++) {
            who.groups[i] = Memory.getInt(copy + (long) i * Integer.BYTES);
        }
        who.groupCount = size;
        return 0;
    }
}

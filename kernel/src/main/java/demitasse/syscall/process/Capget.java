package demitasse.syscall.process;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;
import demitasse.posix.task.Capabilities;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Task;
import demitasse.syscall.abi.UserWord;

/** capget(2). */
final class Capget {
    private static final int VERSION_1 = 0x1998_0330;
    private static final int VERSION_2 = 0x2007_1026;
    private static final int VERSION_3 = 0x2008_0522;
    /** struct __user_cap_header_struct: version, pid. */
    private static final int HEADER_BYTES = 8;
    /** struct __user_cap_data_struct: effective, permitted, inheritable; the higher halves follow in a second. */
    private static final int DATA_BYTES = 12;
    private static final int PERMITTED = 4;
    private static final int INHERITABLE = 8;

    private Capget() {
    }

    @Syscall("capget")
    static long capget(Call call, long header, long data) {
        long copy = UserWord.load(call, header, HEADER_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        int words = words(call, header, Memory.getInt(copy));
        if (words < 0) {
            return data == 0 && words == -EINVAL ? 0 : words;
        }
        int pid = Memory.getInt(copy + Integer.BYTES);
        if (pid < 0) {
            return -EINVAL;
        }
        Task task = pid == 0 ? call.task() : call.taskOf(pid);
        if (task == null) {
            return -ESRCH;
        }
        if (data == 0) {
            return 0;
        }
        Capabilities who = task.credentials().capabilities;
        long out = call.scratch(2 * DATA_BYTES);
        for (int i = 0; i < words; i++) {
            long part = out + (long) i * DATA_BYTES;
            Memory.putInt(part, (int) (who.effective >>> 32 * i));
            Memory.putInt(part + PERMITTED, (int) (who.permitted >>> 32 * i));
            Memory.putInt(part + INHERITABLE, (int) (who.inheritable >>> 32 * i));
        }
        return call.process().memory().copyOut(out, data, words * DATA_BYTES);
    }

    @Syscall("capset")
    static long capset(Call call, long header, long data) {
        long copy = UserWord.load(call, header, HEADER_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        int words = words(call, header, Memory.getInt(copy));
        if (words < 0) {
            return words;
        }
        int pid = Memory.getInt(copy + Integer.BYTES);
        if (pid != 0 && pid != call.task().ownTid()) {
            return -EPERM;
        }
        long in = UserWord.load(call, data, words * DATA_BYTES);
        if (UserWord.isErrno(in)) {
            return in;
        }
        long effective = part(in, 0, words) & Capabilities.ALL;
        long permitted = part(in, PERMITTED, words) & Capabilities.ALL;
        long inheritable = part(in, INHERITABLE, words) & Capabilities.ALL;
        Credentials who = call.credentials();
        if (!mayTake(who, permitted, effective, inheritable)) {
            return -EPERM;
        }
        Credentials changed = who.copy();
        changed.capabilities.set(permitted, effective, inheritable);
        call.task().changeCredentials(changed);
        return 0;
    }

    /** What is new can only be inheritable: from the permitted set, or with CAP_SETPCAP from the bounding set. */
    private static boolean mayTake(Credentials who, long permitted, long effective, long inheritable) {
        Capabilities own = who.capabilities;
        boolean inherits = (inheritable & ~(own.inheritable | own.permitted)) == 0
                || who.holds(Credentials.CAP_SETPCAP);
        return inherits && (inheritable & ~(own.inheritable | own.bounding)) == 0
                && (permitted & ~own.permitted) == 0 && (effective & ~permitted) == 0;
    }

    private static long part(long in, int offset, int words) {
        long low = Memory.getUnsignedInt(in + offset);
        return words == 1 ? low : low | Memory.getUnsignedInt(in + DATA_BYTES + offset) << 32;
    }

    /** How many structures a version has; an unknown one is answered with ours and -EINVAL. */
    private static int words(Call call, long header, int version) {
        if (version == VERSION_1) {
            return 1;
        }
        if (version == VERSION_2 || version == VERSION_3) {
            return 2;
        }
        return UserWord.storeInt(call, header, VERSION_3) < 0 ? -EFAULT : -EINVAL;
    }
}

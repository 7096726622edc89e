package demitasse.syscall.signal;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.memory.Memory;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.UserWord;

/** Signal sets in user memory: the kernel knows only sets of eight bytes. */
final class SignalSets {
    static final int BYTES = 8;

    private SignalSets() {
    }

    /**
     * Reads a set into {@link Call#progress}, which these calls have no other use for: a set may look like an errno.
     *
     * @return 0, -EINVAL, -EFAULT
     */
    static int load(Call call, long address, long sizeBytes) {
        if (sizeBytes != BYTES) {
            return -EINVAL;
        }
        long copy = UserWord.load(call, address, BYTES);
        if (UserWord.isErrno(copy)) {
            return (int) copy;
        }
        call.progress = Memory.getLong(copy);
        return 0;
    }

    /** Takes the set that {@link #load} has left. */
    static long take(Call call) {
        long set = call.progress;
        call.progress = 0;
        return set;
    }
}

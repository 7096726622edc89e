package demitasse.syscall.signal;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.base.memory.Memory;
import demitasse.posix.signal.TaskSignals;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.UserWord;

/** sigprocmask(2), sigpending(2). */
final class Sigprocmask {
    private static final int SIG_BLOCK = 0;
    private static final int SIG_UNBLOCK = 1;
    private static final int SIG_SETMASK = 2;

    private Sigprocmask() {
    }

    @WarmPath("per system call")
    @Syscall("rt_sigprocmask")
    static long rtSigprocmask(Call call, int how, long newSet, long oldSet, long sizeBytes) {
        if (sizeBytes != SignalSets.BYTES) {
            return -EINVAL;
        }
        TaskSignals signals = call.task().signals();
        long old = signals.mask();
        if (newSet != 0) {
            int loaded = SignalSets.load(call, newSet, sizeBytes);
            if (loaded < 0) {
                return loaded;
            }
            long set = SignalSets.take(call);
            switch (how) {
                case SIG_BLOCK -> signals.setMask(old | set);
                case SIG_UNBLOCK -> signals.setMask(old & ~set);
                case SIG_SETMASK -> signals.setMask(set);
                default -> {
                    return -EINVAL;
                }
            }
        }
        return oldSet == 0 ? 0 : UserWord.storeLong(call, oldSet, old);
    }

    @Syscall("rt_sigpending")
    static long rtSigpending(Call call, long set, long sizeBytes) {
        if (Long.compareUnsigned(sizeBytes, SignalSets.BYTES) > 0) {
            return -EINVAL;
        }
        TaskSignals signals = call.task().signals();
        long copy = call.scratch(SignalSets.BYTES);
        Memory.putLong(copy, signals.waiting() & signals.mask());
        return call.process().memory().copyOut(copy, set, (int) sizeBytes);
    }
}

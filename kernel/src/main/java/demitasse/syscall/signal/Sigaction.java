package demitasse.syscall.signal;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.base.memory.Memory;
import demitasse.posix.signal.Dispositions;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.UserWord;

/** sigaction(2). */
final class Sigaction {
    /** struct sigaction of the kernel: handler, flags, restorer, mask. */
    private static final int BYTES = 32;
    private static final int FLAGS = 8;
    private static final int RESTORER = 16;
    private static final int MASK = 24;

    private Sigaction() {
    }

    @WarmPath("per system call")
    @Syscall("rt_sigaction")
    static long rtSigaction(Call call, int signal, long newAction, long oldAction, long sizeBytes) {
        if (sizeBytes != SignalSets.BYTES || !SignalNumber.isValid(signal)) {
            return -EINVAL;
        }
        long in = newAction == 0 ? 0 : UserWord.load(call, newAction, BYTES);
        if (UserWord.isErrno(in)) {
            return in;
        }
        if (in != 0 && (SignalNumber.bit(signal) & SignalNumber.UNBLOCKABLE) != 0) {
            return -EINVAL;
        }
        Dispositions dispositions = call.process().signals().dispositions();
        long out = call.scratch(BYTES);
        Memory.putLong(out, dispositions.handler(signal));
        Memory.putLong(out + FLAGS, dispositions.flags(signal));
        Memory.putLong(out + RESTORER, dispositions.restorer(signal));
        Memory.putLong(out + MASK, dispositions.mask(signal));
        if (in != 0) {
            dispositions.set(signal, Memory.getLong(in), Memory.getLong(in + FLAGS) & Dispositions.SA_KNOWN,
                    Memory.getLong(in + RESTORER), Memory.getLong(in + MASK));
            if (dispositions.ignores(signal)) {
                // POSIX 2.4.3: setting a signal to be ignored discards the one that waits, blocked or not.
                Signals.discard(call.process(), SignalNumber.bit(signal));
            }
        }
        return oldAction == 0 ? 0 : call.process().memory().copyOut(out, oldAction, BYTES);
    }
}

package demitasse.syscall.signal;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.machine.UserContext;
import demitasse.posix.signal.AlternateStack;
import demitasse.posix.signal.TaskSignals;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.UserWord;

/** sigaltstack(2). */
final class Sigaltstack {
    /** stack_t: sp, flags, size. */
    private static final int BYTES = 24;
    private static final int FLAGS = 8;
    private static final int SIZE = 16;

    private Sigaltstack() {
    }

    @Syscall("sigaltstack")
    static long sigaltstack(Call call, long newStack, long oldStack) {
        TaskSignals signals = call.task().signals();
        long in = newStack == 0 ? 0 : UserWord.load(call, newStack, BYTES);
        if (UserWord.isErrno(in)) {
            return in;
        }
        boolean inUse = signals.isOnStack(call.task().context().register(UserContext.RSP));
        long out = call.scratch(BYTES);
        Memory.fill(out, BYTES, (byte) 0);
        Memory.putLong(out, signals.stackAddress());
        Memory.putInt(out + FLAGS, signals.stackFlags() | (inUse ? TaskSignals.SS_ONSTACK : 0));
        Memory.putLong(out + SIZE, signals.stackBytes());
        if (in != 0) {
            int result = AlternateStack.set(call.task(), Memory.getLong(in), Memory.getLong(in + SIZE),
                    Memory.getInt(in + FLAGS));
            if (result < 0) {
                return result;
            }
        }
        return oldStack == 0 ? 0 : call.process().memory().copyOut(out, oldStack, BYTES);
    }
}

package demitasse.syscall.table;

import demitasse.posix.task.Call;
import demitasse.posix.task.SyscallDispatcher;

/**
 * Leads calls to their handlers by the generated table. A class of its own beside {@link Strace}, rather than a branch:
 * what strace needs would otherwise be inlined into the hottest function of the kernel and make its frame larger.
 */
public final class Dispatcher implements SyscallDispatcher {
    @Override
    public long dispatch(Call call) {
        return SyscallTable.dispatch(call);
    }
}

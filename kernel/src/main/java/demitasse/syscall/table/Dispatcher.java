package demitasse.syscall.table;

import demitasse.posix.task.Call;
import demitasse.posix.task.SyscallDispatcher;

/** Leads calls to their handlers by the generated table, and tells of them where strace was asked for. */
public final class Dispatcher implements SyscallDispatcher {
    private final Strace strace;

    /** @param strace null when nobody wants to be told */
    public Dispatcher(Strace strace) {
        this.strace = strace;
    }

    @Override
    public long dispatch(Call call) {
        return strace == null ? SyscallTable.dispatch(call) : strace.dispatch(call);
    }
}

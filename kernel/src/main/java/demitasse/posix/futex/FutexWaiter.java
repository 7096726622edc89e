package demitasse.posix.futex;

import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Call;
import demitasse.posix.task.CallState;

/** One task's place among those that wait for a futex; each task has one, since it waits for one at a time. */
public final class FutexWaiter implements CallState {
    private final Futexes futexes;
    FutexWaiter next;
    FutexWaiter previous;
    /** Null for a futex in shared memory, where {@link #word} is the kernel's address of it. */
    UserSpace space;
    long word;
    int bits;
    boolean queued;
    boolean woken;
    Call call;

    public FutexWaiter(Futexes futexes) {
        this.futexes = futexes;
    }

    /** Whether a wake-up has come since it was queued. */
    public boolean isWoken() {
        return woken;
    }

    public boolean isQueued() {
        return queued;
    }

    @Override
    public void dropped() {
        futexes.withdraw(this);
        woken = false;
    }
}

package demitasse.posix.futex;

import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Call;
import demitasse.posix.task.CallState;

/**
 * A place among those that wait for a futex. Each task has one of its own; futex_waitv(2), which waits for several at a
 * time, makes more.
 */
public final class FutexWaiter implements CallState {
    /** Waits to be woken. */
    static final int PLAIN = 0;
    /** Waits to be moved to a lock, FUTEX_WAIT_REQUEUE_PI. */
    static final int MOVING = 1;
    /** Waits to be given a lock, FUTEX_LOCK_PI. */
    static final int LOCK = 2;

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
    int kind;
    /** In the queue those with more stand before those with less. */
    int priority;
    /** The lock that is waited for, where its waiter sees it. */
    UserSpace lockMemory;
    long lockAddress;

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

    /** Whether it stands in the queue of a lock. */
    public boolean isAtLock() {
        return kind == LOCK;
    }

    @Override
    public void dropped() {
        futexes.withdraw(this);
        woken = false;
    }
}

package demitasse.posix.file;

import demitasse.posix.task.CallState;

/** A call that waits for a record lock, F_SETLKW of fcntl(2): who waits for whom, to find circles. */
public final class LockWait implements CallState {
    final Object owner;
    private final FileLocks locks;
    /** Whose lock is in the way. */
    Object blocker;
    LockWait next;

    public LockWait(FileLocks locks, Object owner) {
        this.locks = locks;
        this.owner = owner;
        locks.add(this);
    }

    @Override
    public void dropped() {
        locks.remove(this);
    }
}

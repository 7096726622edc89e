package demitasse.posix.ipc;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ERANGE;

import demitasse.posix.task.Credentials;
import demitasse.posix.task.Process;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;

/** An array of semaphores, semget(2). */
public final class SemaphoreSet extends IpcObject {
    public final int[] values;
    /** Who operated on each last. */
    public final int[] pids;
    public long operatedS;
    public long changedS;
    private final Ipc ipc;
    private final WaitQueue waiters = new WaitQueue();
    private SemaphoreOperations waiting;

    public SemaphoreSet(Ipc ipc, int key, int mode, Credentials creator, int count) {
        super(key, mode, creator);
        this.ipc = ipc;
        values = new int[count];
        pids = new int[count];
        changedS = ipc.nowS();
    }

    public int count() {
        return values.length;
    }

    /** What a set of so many takes of the kernel's heap. */
    public static int heapBytes(int count) {
        return HEAP_BYTES + count * 2 * Integer.BYTES;
    }

    @Override
    int heapBytes() {
        return heapBytes(values.length);
    }

    /** Woken with IN whenever a value has changed, and when the set is gone. */
    public WaitQueue waiters() {
        return waiters;
    }

    public void changed() {
        waiters.wakeAll(Events.IN);
    }

    /**
     * All operations or none, semop(2).
     *
     * @return 0; -EAGAIN when one of them would have to wait, {@link SemaphoreOperations#blockedAt} says which;
     *         -ERANGE; -ENOMEM
     */
    public int operate(SemaphoreOperations operations, Process process) {
        SemaphoreUndo undo = operations.undoes() ? ipc.undoOf(process, this) : null;
        if (undo == null && operations.undoes()) {
            return -ENOMEM;
        }
        int done = 0;
        int result = 0;
        boolean altered = false;
        while (done < operations.count() && result == 0) {
            result = one(operations, done, undo);
            altered |= result == 0 && operations.change(done) != 0;
            done += result == 0 ? 1 : 0;
        }
        if (result != 0) {
            operations.blockedAt = done;
            while (--done >= 0) {
                takeBack(operations, done, undo);
            }
            return result;
        }
        for (int i = 0; i < operations.count(); i++) {
            pids[operations.index(i)] = process.pid();
        }
        operatedS = ipc.nowS();
        if (altered) {
            changed();
        }
        return 0;
    }

    private int one(SemaphoreOperations operations, int at, SemaphoreUndo undo) {
        int index = operations.index(at);
        int change = operations.change(at);
        int value = values[index] + change;
        if (change == 0 ? value != 0 : value < 0) {
            return -EAGAIN;
        }
        if (value > Ipc.SEMVMX) {
            return -ERANGE;
        }
        if (operations.undoesAt(at) && !undo.note(index, -change)) {
            return -ERANGE;
        }
        values[index] = value;
        return 0;
    }

    private void takeBack(SemaphoreOperations operations, int at, SemaphoreUndo undo) {
        values[operations.index(at)] -= operations.change(at);
        if (operations.undoesAt(at)) {
            undo.note(operations.index(at), operations.change(at));
        }
    }

    void add(SemaphoreOperations operations) {
        operations.next = waiting;
        waiting = operations;
    }

    void remove(SemaphoreOperations operations) {
        SemaphoreOperations before = null;
        for (SemaphoreOperations at = waiting; at != operations; at = at.next) {
            before = at;
        }
        if (before == null) {
            waiting = operations.next;
        } else {
            before.next = operations.next;
        }
    }

    /** GETNCNT and GETZCNT: who waits for a value to grow, or to become zero. */
    public int waitingFor(int index, boolean zero) {
        int count = 0;
        for (SemaphoreOperations one = waiting; one != null; one = one.next) {
            boolean forZero = one.change(one.blockedAt) == 0;
            count += one.index(one.blockedAt) == index && forZero == zero ? 1 : 0;
        }
        return count;
    }
}

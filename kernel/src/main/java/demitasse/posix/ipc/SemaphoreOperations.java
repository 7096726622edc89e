package demitasse.posix.ipc;

import demitasse.base.memory.Memory;
import demitasse.posix.task.CallState;

/** The array of struct sembuf that a call of semop(2) works on, copied once, and its place among those who wait. */
public final class SemaphoreOperations implements CallState {
    /** struct sembuf: 0 sem_num, 2 sem_op, 4 sem_flg. */
    public static final int BYTES = 6;
    private static final int SEM_UNDO = 0x1000;
    private static final int IPC_NOWAIT = 04000;

    public final SemaphoreSet set;
    private final int[] indices;
    private final short[] changes;
    private final int[] flags;
    /** Which operation has to wait. */
    int blockedAt;
    SemaphoreOperations next;
    private boolean waiting;

    public SemaphoreOperations(SemaphoreSet set, long address, int count) {
        this.set = set;
        indices = new int[count];
        changes = new short[count];
        flags = new int[count];
        for (int i = 0; i < count; i++) {
            long one = address + (long) i * BYTES;
            indices[i] = Memory.getUnsignedShort(one);
            changes[i] = Memory.getShort(one + 2);
            flags[i] = Memory.getUnsignedShort(one + 4);
        }
    }

    int count() {
        return indices.length;
    }

    int index(int at) {
        return indices[at];
    }

    int change(int at) {
        return changes[at];
    }

    boolean undoesAt(int at) {
        return (flags[at] & SEM_UNDO) != 0 && changes[at] != 0;
    }

    boolean undoes() {
        boolean any = false;
        for (int i = 0; i < flags.length; i++) {
            any |= undoesAt(i);
        }
        return any;
    }

    /** One of them changes a value: that takes the right to alter. */
    public boolean alters() {
        boolean any = false;
        for (short change : changes) {
            any |= change != 0;
        }
        return any;
    }

    /** The highest semaphore that is asked for. */
    public int highestIndex() {
        int highest = 0;
        for (int index : indices) {
            highest = Math.max(highest, index);
        }
        return highest;
    }

    /** IPC_NOWAIT of the operation that would have to wait. */
    public boolean mayNotWait() {
        return (flags[blockedAt] & IPC_NOWAIT) != 0;
    }

    /** The call begins to wait, unless it does already. */
    public void wait(boolean waits) {
        if (waits && !waiting) {
            set.add(this);
        } else if (!waits && waiting) {
            set.remove(this);
        }
        waiting = waits;
    }

    @Override
    public void dropped() {
        wait(false);
    }
}

package demitasse.posix.ipc;

import demitasse.posix.task.Process;

/** What a process is to give back to a set when it ends, semop(2) SEM_UNDO. */
final class SemaphoreUndo {
    final Process process;
    final SemaphoreSet set;
    SemaphoreUndo next;
    private final int[] adjustments;

    SemaphoreUndo(Process process, SemaphoreSet set) {
        this.process = process;
        this.set = set;
        adjustments = new int[set.count()];
    }

    /** What one for so many semaphores takes of the kernel's heap. */
    static int heapBytes(int count) {
        return 64 + count * Integer.BYTES;
    }

    /** False beyond SEMAEM. */
    boolean note(int index, int adjustment) {
        int sum = adjustments[index] + adjustment;
        if (sum < -Ipc.SEMVMX - 1 || sum > Ipc.SEMVMX) {
            return false;
        }
        adjustments[index] = sum;
        return true;
    }

    /** All of them with -1. */
    void forget(int index) {
        for (int i = 0; i < adjustments.length; i++) {
            adjustments[i] = index < 0 || i == index ? 0 : adjustments[i];
        }
    }

    /** As far as it can be undone: a value stays between 0 and SEMVMX, as on Linux. */
    void apply(long nowS) {
        boolean altered = false;
        for (int i = 0; i < adjustments.length; i++) {
            if (adjustments[i] != 0) {
                set.values[i] = Math.max(0, Math.min(Ipc.SEMVMX, set.values[i] + adjustments[i]));
                set.pids[i] = process.pid();
                altered = true;
            }
        }
        if (altered) {
            set.operatedS = nowS;
            set.changed();
        }
    }
}

package demitasse.posix.task;

import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.posix.futex.Futexes;
import demitasse.posix.futex.RobustList;
import demitasse.posix.memory.UserSpace;

/** What the end of a thread, or of its program, still does for others: set_tid_address(2), get_robust_list(2). */
final class ThreadExit {
    private ThreadExit() {
    }

    static void run(Task task) {
        UserSpace memory = task.process().memory();
        if (memory == null) {
            return;
        }
        Futexes futexes = task.process().instance().futexes();
        if (task.robustList() != 0) {
            new RobustList(futexes, memory, task.ownTid()).release(task.robustList());
        }
        task.process().instance().futexLocks().ownerDied(task);
        // Nobody is left to look when the last user of the memory goes.
        boolean watched = task.process().taskCount() > 1 || task.process().borrowsMemory();
        if (task.clearTid() != 0 && watched) {
            long word = memory.reach(task.clearTid(), AddressSpace.WRITE);
            if (word != 0) {
                Memory.putIntRelease(word, 0);
                futexes.wake(memory, task.clearTid(), false, 1, -1);
            }
        }
    }
}

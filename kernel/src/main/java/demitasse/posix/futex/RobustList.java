package demitasse.posix.futex;

import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.posix.memory.UserSpace;

/**
 * The futexes that a thread holds when it ends, get_robust_list(2): each is marked FUTEX_OWNER_DIED, and one that
 * waits for it is woken. The list is the program's, so nothing in it is believed.
 */
public final class RobustList {
    /** ROBUST_LIST_LIMIT: a list may be a ring. */
    private static final int ENTRIES_MAX = 2048;
    private static final int OFFSET = 8;
    private static final int PENDING = 16;
    private static final int OWNER_MASK = 0x3fff_ffff;
    private static final int OWNER_DIED = 0x4000_0000;
    private static final int WAITERS = 0x8000_0000;
    /** The lowest bit of an entry says that the futex inherits priorities. */
    private static final long KIND_BIT = 1;

    private final Futexes futexes;
    private final UserSpace memory;
    private final int tid;

    public RobustList(Futexes futexes, UserSpace memory, int tid) {
        this.futexes = futexes;
        this.memory = memory;
        this.tid = tid;
    }

    /** Lets go of everything on the list whose head is at a user address. */
    public void release(long head) {
        long entry = load(head);
        long offset = load(head + OFFSET);
        long pending = load(head + PENDING) & ~KIND_BIT;
        int count = 0;
        while (entry != 0 && (entry & ~KIND_BIT) != head && count < ENTRIES_MAX) {
            long at = entry & ~KIND_BIT;
            // The link is read first: whoever gets the lock may reuse it.
            long following = load(at);
            if (at != pending) {
                died(at + offset);
            }
            entry = following;
            count++;
        }
        if (pending != 0) {
            died(pending + offset);
        }
    }

    private void died(long address) {
        long word = (address & Integer.BYTES - 1) != 0 ? 0 : memory.reach(address, AddressSpace.WRITE);
        if (word == 0) {
            return;
        }
        int value = Memory.getIntAcquire(word);
        if ((value & OWNER_MASK) == tid) {
            Memory.putIntRelease(word, value & WAITERS | OWNER_DIED);
            if ((value & WAITERS) != 0) {
                futexes.wake(memory, address, false, 1, -1);
                futexes.wake(memory, address, true, 1, -1);
            }
        }
    }

    /** 0 where nothing can be read. */
    private long load(long address) {
        if ((address & Long.BYTES - 1) != 0) {
            return 0;
        }
        long at = memory.reach(address, AddressSpace.READ);
        return at == 0 ? 0 : Memory.getLong(at);
    }
}

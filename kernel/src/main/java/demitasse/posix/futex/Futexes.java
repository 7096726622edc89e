package demitasse.posix.futex;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;

import demitasse.machine.AddressSpace;
import demitasse.posix.memory.Mapping;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Call;

/**
 * Who waits for which futex, futex(7). A futex is known by its address and address space; in shared memory by the place
 * of its word in physical memory, which is the same for all who map it and does not move.
 */
public final class Futexes {
    /** A power of two. */
    private static final int BUCKETS = 64;
    private static final long MIX = 0x9e37_79b9_7f4a_7c15L;
    private static final int MIX_SHIFT = 58;

    private final FutexWaiter[] first = new FutexWaiter[BUCKETS];
    private final FutexWaiter[] last = new FutexWaiter[BUCKETS];
    /** The key that {@link #find} has made. */
    private UserSpace keySpace;
    private long keyWord;
    /** Those who wait for a lock; usually none, and then nobody has to look for them. */
    private int lockWaiters;

    /** Makes the key of a futex; 0 or -EFAULT. */
    int find(UserSpace space, long address, boolean isPrivate) {
        keySpace = space;
        keyWord = address;
        if (isPrivate) {
            return UserSpace.isUserRange(address, Integer.BYTES) ? 0 : -EFAULT;
        }
        Mapping mapping = space.mappingAt(address);
        if (mapping != null && mapping.isShared()) {
            keySpace = null;
            keyWord = space.reach(address, AddressSpace.READ);
            return keyWord == 0 ? -EFAULT : 0;
        }
        return mapping == null ? -EFAULT : 0;
    }

    private static int bucket(long word) {
        return (int) ((word >>> 2) * MIX >>> MIX_SHIFT);
    }

    /** Queues a call; it is woken with READY and then {@linkplain FutexWaiter#isWoken sees it}. 0 or -EFAULT. */
    public int queue(FutexWaiter waiter, Call call, UserSpace space, long address, boolean isPrivate, int bits) {
        int error = find(space, address, isPrivate);
        if (error < 0) {
            return error;
        }
        waiter.call = call;
        waiter.bits = bits;
        waiter.woken = false;
        waiter.kind = FutexWaiter.PLAIN;
        waiter.space = keySpace;
        waiter.word = keyWord;
        append(waiter);
        return 0;
    }

    /** The first that waits for the futex that {@link #find} has found; null when there is none. */
    FutexWaiter firstFound() {
        FutexWaiter waiter = first[bucket(keyWord)];
        while (waiter != null && !isKey(waiter)) {
            waiter = waiter.next;
        }
        return waiter;
    }

    /** Puts a waiter that is on no queue behind those of the futex that {@link #find} has found. */
    void appendToFound(FutexWaiter waiter, int kind) {
        waiter.kind = kind;
        waiter.space = keySpace;
        waiter.word = keyWord;
        append(waiter);
    }

    int lockWaiters() {
        return lockWaiters;
    }

    /** The queues, for those who look at all waiters. */
    FutexWaiter firstOf(int bucket) {
        return first[bucket];
    }

    int buckets() {
        return BUCKETS;
    }

    /**
     * Wakes those that wait longest, of those with the highest priority.
     *
     * @param bits only those that wait for one of them
     * @return how many; -EFAULT; -EINVAL when somebody waits for a lock there
     */
    public int wake(UserSpace space, long address, boolean isPrivate, int limit, int bits) {
        int error = find(space, address, isPrivate);
        return error < 0 ? error : wakeFound(limit, bits);
    }

    private int wakeFound(int limit, int bits) {
        int woken = 0;
        FutexWaiter waiter = first[bucket(keyWord)];
        while (waiter != null && woken < limit) {
            FutexWaiter following = waiter.next;
            if (isKey(waiter) && waiter.kind != FutexWaiter.PLAIN) {
                return -EINVAL;
            }
            if (isKey(waiter) && (waiter.bits & bits) != 0) {
                withdraw(waiter);
                waiter.woken = true;
                waiter.call.wakeUp(Call.READY);
                woken++;
            }
            waiter = following;
        }
        return woken;
    }

    /**
     * Wakes some and has others wait for another futex.
     *
     * @return how many were woken and moved; -EFAULT; -EINVAL when somebody waits for a lock there
     */
    public int requeue(UserSpace space, long from, long to, boolean isPrivate, int wakeLimit, int moveLimit) {
        return requeue(space, from, isPrivate, to, isPrivate, wakeLimit, moveLimit);
    }

    /** The same for two futexes of different kinds, futex_requeue(2). */
    public int requeue(UserSpace space, long from, boolean fromPrivate, long to, boolean toPrivate, int wakeLimit,
            int moveLimit) {
        int error = find(space, to, toPrivate);
        if (error < 0) {
            return error;
        }
        UserSpace targetSpace = keySpace;
        long targetWord = keyWord;
        error = find(space, from, fromPrivate);
        if (error < 0) {
            return error;
        }
        int done = wakeFound(wakeLimit, -1);
        if (done < 0 || targetSpace == keySpace && targetWord == keyWord) {
            return done;
        }
        int moved = 0;
        FutexWaiter waiter = first[bucket(keyWord)];
        while (waiter != null && moved < moveLimit) {
            FutexWaiter following = waiter.next;
            if (isKey(waiter) && waiter.kind == FutexWaiter.PLAIN) {
                withdraw(waiter);
                waiter.space = targetSpace;
                waiter.word = targetWord;
                append(waiter);
                moved++;
            }
            waiter = following;
        }
        return done + moved;
    }

    private boolean isKey(FutexWaiter waiter) {
        return waiter.word == keyWord && waiter.space == keySpace;
    }

    private void append(FutexWaiter waiter) {
        assert !waiter.queued : "a task waits for one futex";
        int bucket = bucket(waiter.word);
        lockWaiters += waiter.kind == FutexWaiter.LOCK ? 1 : 0;
        waiter.queued = true;
        waiter.priority = waiter.call.task().scheduling().priority();
        FutexWaiter before = last[bucket];
        while (before != null && before.priority < waiter.priority) {
            before = before.previous;
        }
        FutexWaiter after = before == null ? first[bucket] : before.next;
        waiter.previous = before;
        waiter.next = after;
        if (before == null) {
            first[bucket] = waiter;
        } else {
            before.next = waiter;
        }
        if (after == null) {
            last[bucket] = waiter;
        } else {
            after.previous = waiter;
        }
    }

    /** Takes a waiter off; nothing happens when it is not queued. */
    void withdraw(FutexWaiter waiter) {
        if (!waiter.queued) {
            return;
        }
        int bucket = bucket(waiter.word);
        lockWaiters -= waiter.kind == FutexWaiter.LOCK ? 1 : 0;
        waiter.queued = false;
        if (waiter.previous == null) {
            first[bucket] = waiter.next;
        } else {
            waiter.previous.next = waiter.next;
        }
        if (waiter.next == null) {
            last[bucket] = waiter.previous;
        } else {
            waiter.next.previous = waiter.previous;
        }
        waiter.next = null;
        waiter.previous = null;
    }
}

package demitasse.posix.futex;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EDEADLK;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Call;
import demitasse.posix.task.Instance;
import demitasse.posix.task.Task;

/**
 * Futexes that are locks with an owner, which the kernel hands on: PI futexes, futex(2). The word holds the owner's
 * thread id, FUTEX_WAITERS and FUTEX_OWNER_DIED.
 *
 * <p>The owner of a lock runs with the priority of those that wait for it, until it gives any such lock away; the lock
 * goes to the one with the highest priority, among equals to who has waited longest, without anybody else getting it in
 * between.
 */
public final class FutexLocks {
    private static final int OWNER_MASK = 0x3fff_ffff;
    private static final int OWNER_DIED = 0x4000_0000;
    private static final int WAITERS = 0x8000_0000;

    private final Futexes futexes;
    private final Instance instance;

    public FutexLocks(Futexes futexes, Instance instance) {
        this.futexes = futexes;
        this.instance = instance;
    }

    /**
     * Takes the lock if it is free.
     *
     * @return 0; -EAGAIN while somebody has it; -EDEADLK when the caller has; -ESRCH for an owner that does not exist;
     *         -EINVAL when somebody waits for the word in another way; -EFAULT
     */
    public int tryLock(int tid, UserSpace memory, long address, boolean isPrivate) {
        long word = memory.reach(address, AddressSpace.WRITE);
        int error = word == 0 ? -EFAULT : futexes.find(memory, address, isPrivate);
        if (error < 0) {
            return error;
        }
        FutexWaiter waiter = futexes.firstFound();
        if (waiter != null && waiter.kind != FutexWaiter.LOCK) {
            return -EINVAL;
        }
        return take(word, tid, waiter != null);
    }

    private int take(long word, int tid, boolean othersWait) {
        int value = Memory.getIntAcquire(word);
        int owner = value & OWNER_MASK;
        if (owner == tid) {
            return -EDEADLK;
        }
        if (owner == 0) {
            Memory.putIntRelease(word, tid | value & OWNER_DIED | (othersWait ? WAITERS : 0));
            return 0;
        }
        return called(owner) == null ? -ESRCH : -EAGAIN;
    }

    /** Queues a call for a lock that somebody has; it is woken when the lock is its own. 0 or -EFAULT. */
    public int await(FutexWaiter waiter, Call call, UserSpace memory, long address, boolean isPrivate) {
        long word = memory.reach(address, AddressSpace.WRITE);
        int error = word == 0 ? -EFAULT : futexes.find(memory, address, isPrivate);
        if (error < 0) {
            return error;
        }
        Memory.putIntRelease(word, Memory.getIntAcquire(word) | WAITERS);
        prepare(waiter, call, memory, address);
        futexes.appendToFound(waiter, FutexWaiter.LOCK);
        raiseOwner(word, waiter.priority);
        return 0;
    }

    /** The task that the running one calls so; null for none. */
    private Task called(int number) {
        return instance.processes().byTid(instance.current().process().pidNamespace().idOf(number));
    }

    private void raiseOwner(long word, int priority) {
        Task owner = priority == 0 ? null : called(Memory.getIntAcquire(word) & OWNER_MASK);
        if (owner != null && owner.scheduling().effectivePriority() < priority) {
            owner.scheduling().owe(priority);
        }
    }

    /** Queues a call at a plain futex until {@link #moveToLock} takes it from there. 0 or -EFAULT. */
    public int awaitMove(FutexWaiter waiter, Call call, UserSpace memory, long address, long lock, boolean isPrivate) {
        int error = futexes.find(memory, address, isPrivate);
        if (error == 0) {
            prepare(waiter, call, memory, lock);
            futexes.appendToFound(waiter, FutexWaiter.MOVING);
        }
        return error;
    }

    private static void prepare(FutexWaiter waiter, Call call, UserSpace memory, long lock) {
        waiter.call = call;
        waiter.bits = -1;
        waiter.woken = false;
        waiter.lockMemory = memory;
        waiter.lockAddress = lock;
    }

    /**
     * Hands the lock to the one who waits longest, or makes it free.
     *
     * @return 0; -EPERM when it is not the caller's; -EINVAL when somebody waits for the word in another way; -EFAULT
     */
    public int unlock(int tid, UserSpace memory, long address, boolean isPrivate) {
        long word = memory.reach(address, AddressSpace.WRITE);
        int error = word == 0 ? -EFAULT : futexes.find(memory, address, isPrivate);
        if (error < 0) {
            return error;
        }
        if ((Memory.getIntAcquire(word) & OWNER_MASK) != tid) {
            return -EPERM;
        }
        called(tid).scheduling().owe(0);
        FutexWaiter waiter = futexes.firstFound();
        if (waiter == null) {
            Memory.putIntRelease(word, 0);
            return 0;
        }
        if (waiter.kind != FutexWaiter.LOCK) {
            return -EINVAL;
        }
        grant(waiter, word, WAITERS);
        return 0;
    }

    private void grant(FutexWaiter waiter, long word, int bits) {
        futexes.withdraw(waiter);
        Memory.putIntRelease(word, waiter.call.task().ownTid() | bits);
        waiter.woken = true;
        waiter.call.wakeUp(Call.READY);
    }

    /**
     * FUTEX_CMP_REQUEUE_PI: gives the first waiter the lock if it is free; the others, and the first if it is not, wait
     * for the lock from now on.
     *
     * @return how many got or wait for the lock; -EINVAL for one that did not ask to be moved there; else as {@link
     *         #tryLock}
     */
    public int moveToLock(UserSpace memory, long from, long lock, boolean isPrivate, int moveLimit) {
        long word = memory.reach(lock, AddressSpace.WRITE);
        int error = word == 0 ? -EFAULT : futexes.find(memory, from, isPrivate);
        int done = 0;
        while (error == 0 && done <= moveLimit) {
            FutexWaiter waiter = futexes.firstFound();
            if (waiter == null) {
                return done;
            }
            if (waiter.kind != FutexWaiter.MOVING || waiter.lockAddress != lock && isPrivate) {
                return -EINVAL;
            }
            int taken = done == 0 ? take(word, waiter.call.task().ownTid(), false) : -EAGAIN;
            if (taken == 0) {
                grant(waiter, word, Memory.getIntAcquire(word) & (OWNER_DIED | WAITERS));
            } else if (taken == -EAGAIN) {
                futexes.withdraw(waiter);
                error = futexes.find(memory, lock, isPrivate);
                Memory.putIntRelease(word, Memory.getIntAcquire(word) | WAITERS);
                futexes.appendToFound(waiter, FutexWaiter.LOCK);
                raiseOwner(word, waiter.priority);
                error = error < 0 ? error : futexes.find(memory, from, isPrivate);
            } else {
                return taken;
            }
            done++;
        }
        return error < 0 ? error : done;
    }

    /** A thread has ended: the locks that it held and others wait for go to those, with FUTEX_OWNER_DIED. */
    public void ownerDied(Task owner) {
        for (int bucket = 0; bucket < futexes.buckets() && futexes.lockWaiters() > 0; bucket++) {
            FutexWaiter waiter = futexes.firstOf(bucket);
            while (waiter != null) {
                FutexWaiter following = waiter.next;
                if (waiter.kind == FutexWaiter.LOCK) {
                    inherit(waiter, owner.ownTid());
                }
                waiter = following;
            }
        }
    }

    private void inherit(FutexWaiter waiter, int dead) {
        long word = waiter.lockMemory.reach(waiter.lockAddress, AddressSpace.WRITE);
        if (word == 0) {
            return;
        }
        int value = Memory.getIntAcquire(word);
        int owner = value & OWNER_MASK;
        // The robust list has taken the number out already, if the lock was on it.
        if (owner == dead || owner == 0 && (value & OWNER_DIED) != 0) {
            grant(waiter, word, OWNER_DIED | WAITERS);
        }
    }
}

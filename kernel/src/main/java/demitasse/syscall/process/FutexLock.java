package demitasse.syscall.process;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ERESTARTNOINTR;
import static demitasse.base.error.Errno.ETIMEDOUT;

import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.posix.futex.FutexLocks;
import demitasse.posix.futex.FutexWaiter;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Call;

/** The operations of futex(2) on locks with an owner, "priority-inheritance futexes". */
final class FutexLock {
    private FutexLock() {
    }

    /** FUTEX_LOCK_PI, FUTEX_LOCK_PI2; the time is absolute. */
    static long lock(Call call, long address, boolean isPrivate, long timeout, boolean realtime) {
        FutexWaiter waiter = call.task().futexWaiter();
        if (call.attempt == 0) {
            long error = timeout == 0 ? 0 : Futex.setDeadline(call, timeout, true, realtime);
            if (error < 0) {
                return error;
            }
            FutexLocks locks = call.instance().futexLocks();
            UserSpace memory = call.process().memory();
            error = locks.tryLock(call.task().ownTid(), memory, address, isPrivate);
            if (error != -EAGAIN) {
                return error;
            }
            error = locks.await(waiter, call, memory, address, isPrivate);
            if (error < 0) {
                return error;
            }
            call.state = waiter;
        }
        return await(call, waiter);
    }

    /** FUTEX_WAIT_REQUEUE_PI: back with the lock at the second address, or without. */
    static long waitToMove(Call call, long address, boolean isPrivate, int value, long timeout, boolean realtime,
            long lock) {
        FutexWaiter waiter = call.task().futexWaiter();
        if (call.attempt == 0) {
            if (address == lock || (lock & Integer.BYTES - 1) != 0) {
                return -EINVAL;
            }
            long error = timeout == 0 ? 0 : Futex.setDeadline(call, timeout, true, realtime);
            if (error < 0) {
                return error;
            }
            error = compare(call, address, value);
            if (error == 0) {
                error = call.instance().futexLocks()
                        .awaitMove(waiter, call, call.process().memory(), address, lock, isPrivate);
            }
            if (error < 0) {
                return error;
            }
            call.state = waiter;
        }
        long result = await(call, waiter);
        // The first wait is over: it cannot be begun again.
        return result == -ERESTARTNOINTR && waiter.isAtLock() ? -EAGAIN : result;
    }

    /** FUTEX_CMP_REQUEUE_PI. */
    static long move(Call call, long address, boolean isPrivate, int wakes, int moves, long lock, int expected) {
        if (wakes != 1 || moves < 0 || address == lock || (lock & Integer.BYTES - 1) != 0) {
            return -EINVAL;
        }
        long error = compare(call, address, expected);
        return error < 0 ? error : call.instance().futexLocks()
                .moveToLock(call.process().memory(), address, lock, isPrivate, moves);
    }

    private static long compare(Call call, long address, int expected) {
        long word = call.process().memory().reach(address, AddressSpace.READ);
        if (word == 0) {
            return -EFAULT;
        }
        return Memory.getIntAcquire(word) == expected ? 0 : -EAGAIN;
    }

    private static long await(Call call, FutexWaiter waiter) {
        if (waiter.isWoken()) {
            return 0;
        }
        if (call.deadlineNs != Call.NEVER && call.deadlineNs <= call.instance().nowNs()) {
            return -ETIMEDOUT;
        }
        return call.task().hasDeliverableSignal() ? -ERESTARTNOINTR : call.park();
    }
}

package demitasse.syscall.process;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOSYS;
import static demitasse.base.error.Errno.ERESTARTNOHAND;
import static demitasse.base.error.Errno.ERESTARTSYS;
import static demitasse.base.error.Errno.ETIMEDOUT;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.posix.futex.FutexWaiter;
import demitasse.posix.futex.Futexes;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Call;
import demitasse.syscall.abi.Deadlines;
import demitasse.syscall.abi.TimeLayout;

/** futex(2). */
final class Futex {
    private static final int FUTEX_WAIT = 0;
    private static final int FUTEX_WAKE = 1;
    private static final int FUTEX_REQUEUE = 3;
    private static final int FUTEX_CMP_REQUEUE = 4;
    private static final int FUTEX_WAKE_OP = 5;
    private static final int FUTEX_LOCK_PI = 6;
    private static final int FUTEX_UNLOCK_PI = 7;
    private static final int FUTEX_TRYLOCK_PI = 8;
    private static final int FUTEX_WAIT_BITSET = 9;
    private static final int FUTEX_WAKE_BITSET = 10;
    private static final int FUTEX_WAIT_REQUEUE_PI = 11;
    private static final int FUTEX_CMP_REQUEUE_PI = 12;
    private static final int FUTEX_LOCK_PI2 = 13;
    private static final int FUTEX_PRIVATE_FLAG = 128;
    private static final int FUTEX_CLOCK_REALTIME = 256;
    private static final int ALL_BITS = -1;

    private Futex() {
    }

    @WarmPath("per system call")
    @Syscall(value = "futex", rejects = "FUTEX_FD",
            note = "Locks with priority inheritance go to whom has waited longest: all tasks have the same priority.")
    static long futex(Call call, long address, int operation, int value, long timeout, long address2, int value3) {
        boolean isPrivate = (operation & FUTEX_PRIVATE_FLAG) != 0;
        int command = operation & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
        boolean realtime = (operation & FUTEX_CLOCK_REALTIME) != 0;
        if (realtime && command != FUTEX_WAIT_BITSET && command != FUTEX_WAIT_REQUEUE_PI
                && command != FUTEX_LOCK_PI2) {
            return -ENOSYS;
        }
        if ((address & Integer.BYTES - 1) != 0) {
            return -EINVAL;
        }
        UserSpace memory = call.process().memory();
        Futexes futexes = call.instance().futexes();
        return switch (command) {
            case FUTEX_WAIT -> wait(call, address, isPrivate, value, timeout, false, false, ALL_BITS);
            case FUTEX_WAIT_BITSET -> wait(call, address, isPrivate, value, timeout, true, realtime, value3);
            case FUTEX_WAKE -> futexes.wake(memory, address, isPrivate, atLeastOne(value), ALL_BITS);
            case FUTEX_WAKE_BITSET -> value3 == 0 ? -EINVAL
                    : futexes.wake(memory, address, isPrivate, atLeastOne(value), value3);
            case FUTEX_REQUEUE, FUTEX_CMP_REQUEUE ->
                    requeue(call, address, command, isPrivate, value, (int) timeout, address2, value3);
            case FUTEX_WAKE_OP -> wakeOp(call, address, isPrivate, value, (int) timeout, address2, value3);
            case FUTEX_LOCK_PI -> FutexLock.lock(call, address, isPrivate, timeout, true);
            case FUTEX_LOCK_PI2 -> FutexLock.lock(call, address, isPrivate, timeout, realtime);
            case FUTEX_TRYLOCK_PI -> call.instance().futexLocks()
                    .tryLock(call.task().ownTid(), memory, address, isPrivate);
            case FUTEX_UNLOCK_PI -> call.instance().futexLocks()
                    .unlock(call.task().ownTid(), memory, address, isPrivate);
            case FUTEX_WAIT_REQUEUE_PI ->
                    FutexLock.waitToMove(call, address, isPrivate, value, timeout, realtime, address2);
            case FUTEX_CMP_REQUEUE_PI ->
                    FutexLock.move(call, address, isPrivate, value, (int) timeout, address2, value3);
            default -> -ENOSYS;
        };
    }

    /** Linux wakes one even when asked for none. */
    private static int atLeastOne(int value) {
        return Math.max(1, value);
    }

    private static long wait(Call call, long address, boolean isPrivate, int value, long timeout, boolean absolute,
            boolean realtime, int bits) {
        FutexWaiter waiter = call.task().futexWaiter();
        if (call.attempt > 0 && waiter.isWoken()) {
            return 0;
        }
        if (call.attempt == 0) {
            if (bits == 0) {
                return -EINVAL;
            }
            long error = timeout == 0 ? 0 : setDeadline(call, timeout, absolute, realtime);
            if (error < 0) {
                return error;
            }
            long word = call.process().memory().reach(address, AddressSpace.READ);
            if (word == 0) {
                return -EFAULT;
            }
            if (Memory.getIntAcquire(word) != value) {
                return -EAGAIN;
            }
        }
        if (call.deadlineNs != Call.NEVER && call.deadlineNs <= call.instance().nowNs()) {
            return -ETIMEDOUT;
        }
        if (call.task().hasDeliverableSignal()) {
            return timeout == 0 ? -ERESTARTSYS : -ERESTARTNOHAND;
        }
        if (!waiter.isQueued()) {
            int error = call.instance().futexes()
                    .queue(waiter, call, call.process().memory(), address, isPrivate, bits);
            if (error < 0) {
                return error;
            }
            call.state = waiter;
        }
        return call.park();
    }

    /** 0, -EFAULT or -EINVAL. */
    static long setDeadline(Call call, long timeout, boolean absolute, boolean realtime) {
        long timeNs = TimeLayout.loadTimespec(call, timeout);
        if (timeNs < 0) {
            return timeNs;
        }
        if (realtime) {
            call.waitUntilRealtime(timeNs);
        } else {
            long nowNs = call.instance().nowNs();
            call.deadlineNs = Deadlines.after(nowNs, absolute ? Math.max(0, timeNs - nowNs) : timeNs);
        }
        return 0;
    }

    private static long requeue(Call call, long address, int command, boolean isPrivate, int wakes, int moves,
            long address2, int expected) {
        if (wakes < 0 || moves < 0 || (address2 & Integer.BYTES - 1) != 0) {
            return -EINVAL;
        }
        UserSpace memory = call.process().memory();
        if (command == FUTEX_CMP_REQUEUE) {
            long word = memory.reach(address, AddressSpace.READ);
            if (word == 0) {
                return -EFAULT;
            }
            if (Memory.getIntAcquire(word) != expected) {
                return -EAGAIN;
            }
        }
        return call.instance().futexes().requeue(memory, address, address2, isPrivate, wakes, moves);
    }

    /** Changes the second word, wakes waiters of the first, and of the second if its old value compares. */
    private static long wakeOp(Call call, long address, boolean isPrivate, int wakes, int wakes2, long address2,
            int operation) {
        UserSpace memory = call.process().memory();
        if ((address2 & Integer.BYTES - 1) != 0) {
            return -EINVAL;
        }
        long word = memory.reach(address2, AddressSpace.WRITE);
        if (word == 0) {
            return -EFAULT;
        }
        int old = Memory.getIntAcquire(word);
        int argument = operation << 8 >> 20;
        if (operation < 0) {
            argument = 1 << (argument & 31);
        }
        switch (operation >> 28 & 7) {
            case 0 -> Memory.putIntRelease(word, argument);
            case 1 -> Memory.putIntRelease(word, old + argument);
            case 2 -> Memory.putIntRelease(word, old | argument);
            case 3 -> Memory.putIntRelease(word, old & ~argument);
            case 4 -> Memory.putIntRelease(word, old ^ argument);
            default -> {
                return -ENOSYS;
            }
        }
        int compared = compare(operation >> 24 & 15, old, operation << 20 >> 20);
        if (compared < 0) {
            return compared;
        }
        Futexes futexes = call.instance().futexes();
        int woken = futexes.wake(memory, address, isPrivate, atLeastOne(wakes), ALL_BITS);
        if (woken >= 0 && compared == 1) {
            int more = futexes.wake(memory, address2, isPrivate, atLeastOne(wakes2), ALL_BITS);
            return more < 0 ? more : woken + more;
        }
        return woken;
    }

    private static int compare(int how, int value, int argument) {
        return switch (how) {
            case 0 -> value == argument ? 1 : 0;
            case 1 -> value != argument ? 1 : 0;
            case 2 -> value < argument ? 1 : 0;
            case 3 -> value <= argument ? 1 : 0;
            case 4 -> value > argument ? 1 : 0;
            case 5 -> value >= argument ? 1 : 0;
            default -> -ENOSYS;
        };
    }
}

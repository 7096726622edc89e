package demitasse.syscall.process;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ERESTARTNOHAND;
import static demitasse.base.error.Errno.ERESTARTSYS;
import static demitasse.base.error.Errno.ETIMEDOUT;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.posix.futex.FutexWaiter;
import demitasse.posix.task.Call;
import demitasse.posix.task.CallState;
import demitasse.syscall.abi.UserWord;

/** futex_waitv(2), and futex_wake, futex_wait, futex_requeue (Documentation/userspace-api/futex2.rst). */
final class FutexWaitv {
    private static final int CLOCK_REALTIME = 0;
    private static final int CLOCK_MONOTONIC = 1;
    private static final int FUTEX2_SIZE_U32 = 2;
    private static final int FUTEX2_PRIVATE = 128;
    private static final int WAITERS_MAX = 128;
    /** struct futex_waitv: val, uaddr, flags, reserved. */
    private static final int ENTRY_BYTES = 24;
    private static final int ADDRESS = 8;
    private static final int FLAGS = 16;
    private static final int RESERVED = 20;
    /** What a place in a queue takes of the kernel's heap. */
    private static final int PLACE_BYTES = 112;
    private static final long WORD_MASK = 0xffff_ffffL;

    private FutexWaitv() {
    }

    /** The places of one call in many queues. @param heapBytes what was made for it */
    private record Places(FutexWaiter[] waiters, int heapBytes) implements CallState {
        @Override
        public void dropped() {
            JavaHeap.give(heapBytes);
            for (FutexWaiter waiter : waiters) {
                waiter.dropped();
            }
        }

        int woken() {
            for (int i = 0; i < waiters.length; i++) {
                if (waiters[i].isWoken()) {
                    return i;
                }
            }
            return -1;
        }
    }

    @Syscall("futex_waitv")
    static long futexWaitv(Call call, long entries, int count, int flags, long timeout, int clock) {
        if (call.attempt == 0) {
            if (flags != 0 || count <= 0 || count > WAITERS_MAX || entries == 0) {
                return -EINVAL;
            }
            long error = setDeadline(call, timeout, clock);
            if (error == 0) {
                error = queueAll(call, entries, count);
            }
            if (error < 0) {
                return error;
            }
        }
        return await(call, (Places) call.state, timeout != 0);
    }

    private static long queueAll(Call call, long entries, int count) {
        long copy = UserWord.load(call, entries, count * ENTRY_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        for (int i = 0; i < count; i++) {
            long entry = copy + (long) i * ENTRY_BYTES;
            if (!isKnown(Memory.getInt(entry + FLAGS)) || Memory.getInt(entry + RESERVED) != 0
                    || (Memory.getLong(entry + ADDRESS) & Integer.BYTES - 1) != 0) {
                return -EINVAL;
            }
        }
        int heapBytes = count * PLACE_BYTES;
        if (!JavaHeap.hasRoom(heapBytes)) {
            return -ENOMEM;
        }
        JavaHeap.take(heapBytes);
        Places places = new Places(new FutexWaiter[count], heapBytes);
        for (int i = 0; i < count; i++) {
            places.waiters[i] = new FutexWaiter(call.instance().futexes());
        }
        for (int i = 0; i < count; i++) {
            long entry = copy + (long) i * ENTRY_BYTES;
            long error = queue(call, places.waiters[i], Memory.getLong(entry + ADDRESS), Memory.getLong(entry), -1,
                    Memory.getInt(entry + FLAGS));
            if (error < 0) {
                places.dropped();
                return error;
            }
        }
        call.state = places;
        return 0;
    }

    private static long queue(Call call, FutexWaiter waiter, long address, long value, int bits, int flags) {
        long word = call.process().memory().reach(address, AddressSpace.READ);
        if (word == 0) {
            return -EFAULT;
        }
        if ((Memory.getIntAcquire(word) & WORD_MASK) != value) {
            return -EAGAIN;
        }
        return call.instance().futexes().queue(waiter, call, call.process().memory(), address,
                (flags & FUTEX2_PRIVATE) != 0, bits);
    }

    private static long await(Call call, Places places, boolean timed) {
        int woken = places.woken();
        if (woken >= 0) {
            return woken;
        }
        if (call.deadlineNs != Call.NEVER && call.deadlineNs <= call.instance().nowNs()) {
            return -ETIMEDOUT;
        }
        if (call.task().hasDeliverableSignal()) {
            return timed ? -ERESTARTNOHAND : -ERESTARTSYS;
        }
        return call.park();
    }

    private static long setDeadline(Call call, long timeout, int clock) {
        if (timeout == 0) {
            return 0;
        }
        return clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC ? -EINVAL
                : Futex.setDeadline(call, timeout, true, clock == CLOCK_REALTIME);
    }

    private static boolean isKnown(int flags) {
        return (flags & ~FUTEX2_PRIVATE) == FUTEX2_SIZE_U32;
    }

    private static boolean isWord(long value) {
        return (value & ~WORD_MASK) == 0;
    }

    @Syscall("futex_wake")
    static long futexWake(Call call, long address, long mask, int count, int flags) {
        if (!isKnown(flags) || !isWord(mask) || mask == 0 || (address & Integer.BYTES - 1) != 0) {
            return -EINVAL;
        }
        return call.instance().futexes().wake(call.process().memory(), address, (flags & FUTEX2_PRIVATE) != 0, count,
                (int) mask);
    }

    @Syscall("futex_wait")
    static long futexWait(Call call, long address, long value, long mask, int flags, long timeout, int clock) {
        if (call.attempt == 0) {
            if (!isKnown(flags) || !isWord(value) || !isWord(mask) || mask == 0
                    || (address & Integer.BYTES - 1) != 0) {
                return -EINVAL;
            }
            long error = setDeadline(call, timeout, clock);
            if (error < 0) {
                return error;
            }
            Places places = new Places(new FutexWaiter[] {call.task().futexWaiter()}, 0);
            error = queue(call, places.waiters[0], address, value, (int) mask, flags);
            if (error < 0) {
                return error;
            }
            call.state = places;
        }
        return await(call, (Places) call.state, timeout != 0);
    }

    @Syscall("futex_requeue")
    static long futexRequeue(Call call, long entries, int flags, int wakes, int moves) {
        if (flags != 0 || wakes < 0 || moves < 0 || entries == 0) {
            return -EINVAL;
        }
        long copy = UserWord.load(call, entries, 2 * ENTRY_BYTES);
        if (UserWord.isErrno(copy)) {
            return copy;
        }
        long other = copy + ENTRY_BYTES;
        long from = Memory.getLong(copy + ADDRESS);
        long to = Memory.getLong(other + ADDRESS);
        if (!isKnown(Memory.getInt(copy + FLAGS)) || !isKnown(Memory.getInt(other + FLAGS))
                || Memory.getInt(copy + RESERVED) != 0 || Memory.getInt(other + RESERVED) != 0
                || ((from | to) & Integer.BYTES - 1) != 0) {
            return -EINVAL;
        }
        long word = call.process().memory().reach(from, AddressSpace.READ);
        if (word == 0) {
            return -EFAULT;
        }
        if ((Memory.getIntAcquire(word) & WORD_MASK) != Memory.getLong(copy)) {
            return -EAGAIN;
        }
        return call.instance().futexes().requeue(call.process().memory(), from,
                (Memory.getInt(copy + FLAGS) & FUTEX2_PRIVATE) != 0, to,
                (Memory.getInt(other + FLAGS) & FUTEX2_PRIVATE) != 0, wakes, moves);
    }
}

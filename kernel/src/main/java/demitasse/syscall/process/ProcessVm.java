package demitasse.syscall.process;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.posix.debug.Tracing;
import demitasse.posix.memory.DebugAccess;
import demitasse.posix.memory.Mapping;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.memory.UserTransfer;
import demitasse.posix.task.Call;
import demitasse.posix.task.Process;
import demitasse.posix.task.Task;

/** process_vm_readv(2), process_vm_writev(2). */
final class ProcessVm {
    private static final int IOV_MAX = 1024;
    private static final int ENTRY_BYTES = 16;
    private static final int PAGE_BYTES = 4096;

    private ProcessVm() {
    }

    @Syscall("process_vm_readv")
    static long processVmReadv(Call call, int pid, long local, long localCount, long remote, long remoteCount,
            long flags) {
        return copy(call, pid, local, localCount, remote, remoteCount, flags, false);
    }

    @Syscall("process_vm_writev")
    static long processVmWritev(Call call, int pid, long local, long localCount, long remote, long remoteCount,
            long flags) {
        return copy(call, pid, local, localCount, remote, remoteCount, flags, true);
    }

    private static long copy(Call call, int pid, long local, long localCount, long remote, long remoteCount, long flags,
            boolean writes) {
        boolean counts = Long.compareUnsigned(localCount, IOV_MAX) <= 0
                && Long.compareUnsigned(remoteCount, IOV_MAX) <= 0;
        if (flags != 0 || !counts) {
            return -EINVAL;
        }
        if (localCount == 0 || remoteCount == 0) {
            return 0;
        }
        Task task = call.taskOf(pid);
        if (task == null || task.process().memory() == null) {
            return -ESRCH;
        }
        Process other = task.process();
        if (!Tracing.isAllowed(call.task(), task)) {
            return -EPERM;
        }
        Cursor here = new Cursor(call, local, (int) localCount);
        Cursor there = new Cursor(call, remote, (int) remoteCount);
        long buffer = call.scratch(PAGE_BYTES);
        long done = 0;
        // As Linux: the local buffers count up to what read(2) moves, so that one call does not copy for ever.
        while (done < UserTransfer.TRANSFER_MAX_BYTES) {
            long state = Math.min(here.next(), there.next());
            if (state <= 0) {
                return done > 0 ? done : state;
            }
            long bytes = Math.min(Math.min(state, PAGE_BYTES), UserTransfer.TRANSFER_MAX_BYTES - done);
            UserSpace own = call.process().memory();
            long moved = writes ? own.copyInPartly(here.address, buffer, bytes)
                    : read(other.memory(), there.address, buffer, bytes);
            if (moved > 0) {
                moved = writes ? other.memory().copyOutPartly(buffer, there.address, moved)
                        : own.copyOutPartly(buffer, here.address, moved);
            }
            if (moved <= 0) {
                return done > 0 ? done : -EFAULT;
            }
            done += moved;
            here.advance(moved);
            there.advance(moved);
        }
        return done;
    }

    /** Text is shown as its file has it, but unlike a debugger this call reads only what the program itself may. */
    private static long read(UserSpace memory, long address, long target, long bytes) {
        Mapping mapping = memory.mappingAt(address);
        boolean text = mapping != null && (mapping.protection() & AddressSpace.EXECUTE) != 0;
        long within = text ? Math.min(bytes, mapping.end() - address) : bytes;
        return text ? new DebugAccess(memory).read(address, target, within)
                : memory.copyInPartly(address, target, bytes);
    }

    /** A place in a user's iovec array. */
    private static final class Cursor {
        private final Call call;
        private final long entry;
        private final int count;
        private final long array;
        private int index = -1;
        private long remaining;
        long address;

        Cursor(Call call, long array, int count) {
            this.call = call;
            this.array = array;
            this.count = count;
            entry = call.scratch(ENTRY_BYTES);
        }

        /** How many bytes there are at {@link #address}; 0 at the end; -EFAULT; -EINVAL for a negative length. */
        long next() {
            while (remaining == 0) {
                index++;
                if (index >= count) {
                    return 0;
                }
                long from = array + (long) index * ENTRY_BYTES;
                if (call.process().memory().copyIn(from, entry, ENTRY_BYTES) < 0) {
                    return -EFAULT;
                }
                address = Memory.getLong(entry);
                remaining = Memory.getLong(entry + Long.BYTES);
                if (remaining < 0) {
                    return -EINVAL;
                }
            }
            return remaining;
        }

        void advance(long bytes) {
            address += bytes;
            remaining -= bytes;
        }
    }
}

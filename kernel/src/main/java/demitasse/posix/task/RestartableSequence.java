package demitasse.posix.task;

import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.machine.UserContext;
import demitasse.posix.memory.UserSpace;

/**
 * What a thread has registered by rseq(2), include/uapi/linux/rseq.h: a piece of code that is to be left for its abort
 * handler when another thread may have run, or a signal handler will. There is one CPU, so its number never changes.
 *
 * <pre>
 *   struct rseq:    0 cpu_id_start   4 cpu_id   8 rseq_cs  16 flags  20 node_id  24 mm_cid
 *   struct rseq_cs: 0 version   4 flags   8 start_ip  16 post_commit_offset  24 abort_ip
 * </pre>
 *
 * @param area the user address of the struct rseq
 */
public record RestartableSequence(long area, int lengthBytes, int signature) {
    private static final int CPU_ID_START = 0;
    private static final int CPU_ID = 4;
    private static final int DESCRIPTOR = 8;
    private static final int NODE_ID = 20;
    private static final int CONCURRENCY_ID = 24;
    private static final int CPU_ID_UNINITIALIZED = -1;
    private static final int DESCRIPTOR_BYTES = 32;
    private static final int START = 8;
    private static final int OFFSET = 16;
    private static final int ABORT = 24;

    /** Tells the program on which CPU it runs, or that it is not told any more. False when that cannot be stored. */
    public boolean store(UserSpace memory, boolean isRegistered) {
        // The area is aligned to its size: it lies in one page.
        long at = memory.reach(area, AddressSpace.WRITE);
        if (at == 0) {
            return false;
        }
        Memory.putInt(at + CPU_ID_START, 0);
        Memory.putInt(at + CPU_ID, isRegistered ? 0 : CPU_ID_UNINITIALIZED);
        Memory.putInt(at + NODE_ID, 0);
        Memory.putInt(at + CONCURRENCY_ID, 0);
        return true;
    }

    /** Leaves the sequence, if the task is in one. False when what the program says of it makes no sense: SIGSEGV. */
    boolean abort(Task task) {
        UserSpace memory = task.process().memory();
        long pointer = memory.reach(area + DESCRIPTOR, AddressSpace.WRITE);
        if (pointer == 0) {
            return false;
        }
        long descriptor = Memory.getLong(pointer);
        if (descriptor == 0) {
            return true;
        }
        Scratch scratch = task.process().instance().scratch();
        scratch.reset();
        long copy = scratch.take(DESCRIPTOR_BYTES);
        if (memory.copyIn(descriptor, copy, DESCRIPTOR_BYTES) < 0 || Memory.getInt(copy) != 0) {
            return false;
        }
        long start = Memory.getLong(copy + START);
        long length = Memory.getLong(copy + OFFSET);
        long handler = Memory.getLong(copy + ABORT);
        if (!isSigned(memory, handler, scratch) || !UserSpace.isUserRange(start, length)
                || Long.compareUnsigned(handler - start, length) < 0) {
            return false;
        }
        Memory.putLong(pointer, 0);
        UserContext context = task.context();
        if (Long.compareUnsigned(context.register(UserContext.RIP) - start, length) < 0) {
            context.setRegister(UserContext.RIP, handler);
            context.restoreFully();
        }
        return true;
    }

    /** The word before the handler shows that it is meant to be one. */
    private boolean isSigned(UserSpace memory, long handler, Scratch scratch) {
        long word = scratch.take(Long.BYTES);
        return UserSpace.isUserRange(handler - Integer.BYTES, Integer.BYTES)
                && memory.copyIn(handler - Integer.BYTES, word, Integer.BYTES) == 0
                && Memory.getInt(word) == signature;
    }
}

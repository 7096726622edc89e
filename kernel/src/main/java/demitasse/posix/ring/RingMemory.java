package demitasse.posix.ring;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;

/**
 * The memory that a ring shares with its program, io_uring_setup(2): both queues in one block, as
 * IORING_FEAT_SINGLE_MMAP tells, and the submission entries in another.
 * <pre>
 *     0 u32 submission head   64 u32 submission tail   72 mask   76 entries   80 flags   84 dropped
 *   128 u32 completion head  192 u32 completion tail  200 mask  204 entries  208 flags  212 overflow
 *   256 completion entries of 16 bytes, then the array of submission indices
 * </pre>
 * Heads and tails of different writers stand in cache lines of their own.
 */
public final class RingMemory {
    public static final int ENTRIES_MAX = 32768;
    public static final int SUBMISSION_BYTES = 64;
    public static final int SQ_HEAD = 0;
    public static final int SQ_TAIL = 64;
    public static final int SQ_MASK = 72;
    public static final int SQ_ENTRIES = 76;
    public static final int SQ_FLAGS = 80;
    public static final int SQ_DROPPED = 84;
    public static final int CQ_HEAD = 128;
    public static final int CQ_TAIL = 192;
    public static final int CQ_MASK = 200;
    public static final int CQ_ENTRIES = 204;
    public static final int CQ_FLAGS = 208;
    public static final int CQ_OVERFLOW = 212;
    public static final int CQES = 256;
    /** Bits of SQ_FLAGS. */
    static final int NEED_WAKEUP = 1;
    static final int OVERFLOWN = 2;
    /** Bit of CQ_FLAGS. */
    private static final int EVENTFD_DISABLED = 1;
    private static final int COMPLETION_BYTES = 16;

    private final Pages pages;
    private final int submissions;
    private final int completions;
    private long queues;
    private long entries;
    private int tail;

    RingMemory(Pages pages, int submissions, int completions) {
        this.pages = pages;
        this.submissions = submissions;
        this.completions = completions;
    }

    /** False without memory. */
    boolean allocate() {
        queues = pages.allocateZeroed(order(queueBytes()));
        entries = pages.allocateZeroed(order(entryBytes()));
        if (queues == Pages.NONE || entries == Pages.NONE) {
            free();
            return false;
        }
        Memory.putInt(queues + SQ_MASK, submissions - 1);
        Memory.putInt(queues + SQ_ENTRIES, submissions);
        Memory.putInt(queues + CQ_MASK, completions - 1);
        Memory.putInt(queues + CQ_ENTRIES, completions);
        return true;
    }

    void free() {
        if (queues != Pages.NONE) {
            pages.releaseRun(queues, 1L << order(queueBytes()));
        }
        if (entries != Pages.NONE) {
            pages.releaseRun(entries, 1L << order(entryBytes()));
        }
    }

    /** Where the array of submission indices begins. */
    public int arrayOffset() {
        return CQES + completions * COMPLETION_BYTES;
    }

    public int submissions() {
        return submissions;
    }

    public int completions() {
        return completions;
    }

    /** The frame of a page of the queues, or of the entries; 0 behind the end. */
    long page(boolean ofEntries, long index) {
        int order = order(ofEntries ? entryBytes() : queueBytes());
        return index >= 1L << order ? 0 : (ofEntries ? entries : queues) + index * Pages.PAGE_BYTES;
    }

    /** Entries that the program has submitted and nobody has taken yet; what it wrote is not trusted. */
    public int submitted() {
        int count = Memory.getIntAcquire(queues + SQ_TAIL) - Memory.getInt(queues + SQ_HEAD);
        return count < 0 || count > submissions ? submissions : count;
    }

    /** Takes the next entry: its address, or 0 for an index that is none, which counts as dropped. */
    public long take() {
        int head = Memory.getInt(queues + SQ_HEAD);
        int index = Memory.getInt(queues + arrayOffset() + (head & submissions - 1) * (long) Integer.BYTES);
        Memory.putIntRelease(queues + SQ_HEAD, head + 1);
        if (index < 0 || index >= submissions) {
            Memory.putInt(queues + SQ_DROPPED, Memory.getInt(queues + SQ_DROPPED) + 1);
            return 0;
        }
        return entries + (long) index * SUBMISSION_BYTES;
    }

    /** Completions that the program has not consumed. */
    public int ready() {
        return tail - Memory.getIntAcquire(queues + CQ_HEAD);
    }

    boolean isFull() {
        int used = ready();
        return used < 0 || used >= completions;
    }

    /** Stores a completion; false when there is no room. */
    boolean complete(long userData, int result, int flags) {
        if (isFull()) {
            return false;
        }
        long entry = queues + CQES + (tail & completions - 1) * (long) COMPLETION_BYTES;
        Memory.putLong(entry, userData);
        Memory.putInt(entry + 8, result);
        Memory.putInt(entry + 12, flags);
        Memory.putIntRelease(queues + CQ_TAIL, ++tail);
        return true;
    }

    /** A completion is lost. */
    void countOverflow() {
        Memory.putInt(queues + CQ_OVERFLOW, Memory.getInt(queues + CQ_OVERFLOW) + 1);
    }

    void setFlag(int flag, boolean on) {
        int flags = Memory.getInt(queues + SQ_FLAGS);
        Memory.putIntRelease(queues + SQ_FLAGS, on ? flags | flag : flags & ~flag);
    }

    boolean wantsEvents() {
        return (Memory.getInt(queues + CQ_FLAGS) & EVENTFD_DISABLED) == 0;
    }

    private long queueBytes() {
        return arrayOffset() + (long) submissions * Integer.BYTES;
    }

    private long entryBytes() {
        return (long) submissions * SUBMISSION_BYTES;
    }

    private static int order(long bytes) {
        int order = 0;
        while ((long) Pages.PAGE_BYTES << order < bytes) {
            order++;
        }
        return order;
    }
}

package demitasse.posix.memory;

import demitasse.machine.AddressSpace;

/**
 * Where things lie in a new address space: as on Linux, stack at the top, mmap(2) downwards below it,
 * position-independent programs at two thirds, brk(2) after the program; each moved by random pages, proc(5)
 * randomize_va_space=2.
 *
 * <p>Three windows are kept free for the platform's system call stubs, each within reach of a 32-bit jump
 * from the text next to it: {@link #lowWindow} for programs linked at fixed addresses, {@link #programWindow}
 * just below where position-independent programs are loaded, {@link #libraryWindow} just above the mmap area.
 */
final class Layout {
    static final long PAGE_BYTES = 4096;
    /** Free space kept below a stack, Linux's stack_guard_gap. */
    static final long STACK_GAP_BYTES = 256 * PAGE_BYTES;
    static final long WINDOW_BYTES = AddressSpace.STUB_AREA_BYTES;
    /** Below 0x108000, where valgrind loads programs, 0x200000, where lld links fixed ones, and 0x400000, GNU ld's. */
    private static final long LOW_WINDOW = 0xf_0000;

    /** ELF_ET_DYN_BASE of Linux: two thirds of its addresses. */
    private static final long PROGRAM_BASE = 0x5555_5555_4000L;
    private static final int STACK_RANDOM_BITS = 22;
    private static final int MMAP_RANDOM_BITS = 28;
    private static final int BRK_RANDOM_BITS = 13;
    /** The mmap area stays this far below the stack, whatever RLIMIT_STACK says: mmap_base() of Linux. */
    private static final long STACK_ROOM_MIN_BYTES = 128L << 20;
    private static final long STACK_ROOM_MAX_BYTES = AddressSpace.USER_END / 6 * 5;

    private final long stackTop;
    private final long mmapTop;
    private final long programBase;
    private final long brkGapBytes;

    /**
     * @param entropy fresh random bits; the same bits give the same layout
     * @param stackLimitBytes RLIMIT_STACK
     */
    Layout(long entropy, long entropy2, long stackLimitBytes) {
        stackTop = AddressSpace.USER_END - PAGE_BYTES - pages(entropy, STACK_RANDOM_BITS);
        long room = Math.min(Math.max(stackLimitBytes, STACK_ROOM_MIN_BYTES), STACK_ROOM_MAX_BYTES);
        long lowest = stackTop - (room + STACK_GAP_BYTES + PAGE_BYTES - 1 & -PAGE_BYTES);
        long gap = Math.min(pages(entropy >>> 24, MMAP_RANDOM_BITS), lowest / 4 & -PAGE_BYTES);
        mmapTop = lowest - WINDOW_BYTES - gap;
        programBase = PROGRAM_BASE + pages(entropy2, MMAP_RANDOM_BITS);
        brkGapBytes = pages(entropy2 >>> 32, BRK_RANDOM_BITS);
    }

    private static long pages(long entropy, int bits) {
        return (entropy & (1L << bits) - 1) * PAGE_BYTES;
    }

    /** The first address after the stack. */
    long stackTop() {
        return stackTop;
    }

    /** The first address after the area where mmap(2) chooses addresses, searched downwards. */
    long mmapTop() {
        return mmapTop;
    }

    /** Where a position-independent program is loaded. */
    long programBase() {
        return programBase;
    }

    /** How far after the end of the program brk(2)'s area begins. */
    long brkGapBytes() {
        return brkGapBytes;
    }

    long lowWindow() {
        return LOW_WINDOW;
    }

    long programWindow() {
        return programBase - WINDOW_BYTES;
    }

    long libraryWindow() {
        return mmapTop;
    }
}

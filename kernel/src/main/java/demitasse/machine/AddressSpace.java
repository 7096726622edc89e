package demitasse.machine;

/**
 * The page tables of one process, see the platform pages. Frames are not owned: the caller counts references.
 *
 * <p>Addresses and lengths are page aligned and inside the user half, {@link #USER_START} up to {@link #USER_END}.
 */
public interface AddressSpace {
    long USER_START = 0x1_0000L;
    /**
     * Linux's is 257 GiB higher. The kernel of the linux platform lives there, above all that programs count on: the
     * sanitizers of gcc and clang have fixed places for heaps at 0x6000_0000_0000 and above, and for stacks and
     * libraries from 0x7e80_0000_0000 on.
     */
    long USER_END = 0x7fbf_0000_0000L;

    int READ = 1;
    int WRITE = 2;
    int EXECUTE = 4;

    /** The bits of {@link #translate} that are protection; the rest is the frame. */
    long PROTECTION_MASK = 7;

    /**
     * Maps consecutive frames, replacing what was there.
     *
     * @param frame the first frame; the others follow it in memory
     * @return 0; -ENOMEM without a frame for a table; -EACCES for {@link #WRITE} with {@link #EXECUTE}, unless
     *         {@link #allowWriteExecute} was called
     */
    int map(long address, long lengthBytes, int protection, long frame);

    /** Changes the protection of the pages that are mapped in the range; 0 protection keeps them but denies all. */
    int protect(long address, long lengthBytes, int protection);

    /** Removes the pages that are mapped in the range. */
    void unmap(long address, long lengthBytes);

    /** The frame that is mapped at a page with its protection bits, or 0 when nothing is. Any user address will do. */
    long translate(long address);

    /** The first page at or after {@code address} and below {@code limit} that is mapped; {@code limit} if none is. */
    long nextMapped(long address, long limit);

    /**
     * Maps the pages of a range in another address space of the same platform as well: the same frames at the same
     * addresses, where that has none.
     *
     * @param unwritable takes the permission to write away, here and there
     * @return 0; -ENOMEM without a frame for a table: then a part may be there
     */
    int copyTo(AddressSpace twin, long address, long lengthBytes, boolean unwritable);

    /**
     * Makes this the address space that {@link Platform#run} uses.
     *
     * @return true when {@link #translate} answers otherwise than before, here or in the one that was active: a
     *         platform may have the two exchange frames, with what these hold, where each frame has one holder
     */
    boolean activate();

    /** How much address space {@link #patchText} needs for its stubs. */
    int STUB_AREA_BYTES = 0x1_0000;

    /**
     * True where system calls in program text become jumps. Then posix.memory shows a page of an executable, private
     * file mapping to {@link #patchText} when a call came from there as {@link Trap#SLOW_SYSCALL}.
     */
    default boolean patchesText() {
        return false;
    }

    /**
     * True when {@link #patchText} would replace the system call instruction that ends {@code offset} bytes behind the
     * start of a page of text. Reads only; any frame will do.
     */
    default boolean wantsPatch(long frame, int offset) {
        return false;
    }

    /**
     * Replaces system call instructions, where that is provably harmless, by jumps to stubs. Programs may have been
     * running in the text already: where one of them stands, it may go on. To be called before the pages are mapped.
     *
     * <p>The stub area is {@link #STUB_AREA_BYTES} of user addresses, page aligned, all within 1 GiB of the text. The
     * caller reserves them as a private mapping (read and execute) that the program did not ask for; several texts may
     * share one. The platform maps frames into it, taken from the source given to
     * {@link Platform#newAddressSpace}; from then on they belong to the caller as other pages of a private mapping do.
     *
     * @param frame consecutive RAM frames with a private copy of the text
     * @param address where they are going to be mapped
     */
    default void patchText(long frame, long address, int lengthBytes, long stubArea) {
    }

    /**
     * Undoes {@link #patchText} in memory that holds what is mapped at {@code address}, so that a debugger sees the
     * text of the file. Stubs stay: the program may stand in one.
     */
    default void restoreText(long frame, long address, int lengthBytes) {
    }

    /** Where the program would be without {@link #patchText} when it is at {@code address}. */
    default long programAddress(long address) {
        return address;
    }

    /**
     * To be asked about a trap before anything else: the program may have jumped to an instruction that
     * {@link #patchText} has moved, or stand behind a call that it has just replaced, and then the context goes on
     * there; or the CPU does not know yet of a page that is mapped here.
     *
     * @param trap {@link Trap#EXCEPTION}, {@link Trap#PAGE_FAULT} or {@link Trap#SLOW_SYSCALL}
     * @return false when the trap is the program's
     */
    default boolean repairs(int trap, UserContext user) {
        return false;
    }

    /** From now on pages may be writable and executable at once; the instance was started so (jit=1). */
    void allowWriteExecute();

    /** Gives the page tables back; must not be active. */
    void destroy();
}

package demitasse.machine;

/**
 * The page tables of one process, see the platform pages. Frames are not owned: the caller counts references.
 *
 * <p>Addresses and lengths are page aligned and inside the user half, {@link #USER_START} up to {@link #USER_END}.
 */
public interface AddressSpace {
    long USER_START = 0x1_0000L;
    long USER_END = 0x4000_0000_0000L;

    int READ = 1;
    int WRITE = 2;
    int EXECUTE = 4;

    /** The bits of {@link #translate} that are protection; the rest is the frame. */
    long PROTECTION_MASK = 7;

    /**
     * Maps consecutive frames, replacing what was there.
     *
     * @param frame the first frame; the others follow it in memory
     * @return 0; -ENOMEM without a frame for a table; -EACCES for {@link #WRITE} with {@link #EXECUTE}
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

    /** Makes this the address space that {@link Platform#run} uses. */
    void activate();

    /** Gives the page tables back; must not be active. */
    void destroy();
}

package demitasse.alloc;

/** Raw memory by the byte. Sized free, no headers; the limit is visible. */
public interface Allocator {
    long NONE = 0;

    /**
     * Memory that is not zeroed.
     *
     * @param sizeBytes a positive multiple of the alignment
     * @param alignmentBytes a power of two up to 64; up to a page for sizes over 2048
     * @return a kernel address, owned by the caller, or {@link #NONE}
     */
    long allocate(long sizeBytes, int alignmentBytes);

    /**
     * Takes memory back: exactly an address and size that {@link #allocate} was asked for. {@link #NONE} is
     * ignored.
     */
    void free(long address, long sizeBytes);

    /** What {@link #allocate} has given out, rounded up as it is kept. */
    long usedBytes();

    long limitBytes();
}

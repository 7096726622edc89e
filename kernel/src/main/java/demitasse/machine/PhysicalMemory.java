package demitasse.machine;

/** What the kernel may use: page-aligned ranges of frames, and the root file system image. */
public interface PhysicalMemory {
    int PAGE_BYTES = 4096;

    int regions();

    /** The first frame of a usable range, as a kernel address. */
    long regionAddress(int index);

    long regionBytes(int index);

    /** True when frames that were never handed out read as zero. */
    boolean zeroed();

    /**
     * The kernel is about to use frames that were never handed out before: a platform that gets its memory page by page
     * may get all of these at once.
     */
    default void prepare(long frame, long lengthBytes) {
    }

    /** True when a frame occupies memory only from its first use to its {@link #release}. */
    default boolean isLazy() {
        return false;
    }

    /**
     * Gives back what frames that nobody uses hold; they read as zero afterwards.
     *
     * @return false when they still hold it
     */
    default boolean release(long frame, long lengthBytes) {
        return false;
    }

    /** The root file system image, page aligned, read-only; 0 without one. */
    long initrdAddress();

    long initrdBytes();
}

package demitasse.posix.task;

/**
 * Kernel memory that lives for one attempt of one system call: paths, structures on their way to or from user memory.
 * Nothing blocks inside the kernel, so one area serves all tasks.
 */
public final class Scratch {
    /** PATH_MAX, with the final NUL. */
    public static final int PATH_BYTES = 4096;
    public static final int CAPACITY_BYTES = 16 * 4096;
    private static final int ALIGNMENT_BYTES = 16;

    private final long address;
    private int usedBytes;

    /** @param address {@link #CAPACITY_BYTES} bytes of kernel memory */
    public Scratch(long address) {
        this.address = address;
    }

    /** Memory that is valid until {@link #reset}; a handler that takes more than there is, is a bug. */
    public long take(int sizeBytes) {
        assert sizeBytes >= 0 && usedBytes <= CAPACITY_BYTES - sizeBytes : "a handler takes bounded scratch memory";
        long result = address + usedBytes;
        usedBytes += sizeBytes + ALIGNMENT_BYTES - 1 & -ALIGNMENT_BYTES;
        return result;
    }

    /** Forgets what was taken; before every attempt. */
    public void reset() {
        usedBytes = 0;
    }
}

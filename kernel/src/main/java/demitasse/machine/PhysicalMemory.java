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

    /** The root file system image, page aligned, read-only; 0 without one. */
    long initrdAddress();

    long initrdBytes();
}

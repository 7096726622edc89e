package demitasse.machine;

/**
 * The code that the kernel lends to programs, vdso(7). Either the host's is visible to programs already, or the
 * platform brings an image whose first page is data.
 */
public interface Vdso {
    /** The address of a vDSO that programs can reach without a mapping, or 0. */
    long visibleAddress();

    /** Kernel address of the image: an ELF shared object that reads the data page just before it; 0 without one. */
    long imageAddress();

    int imageBytes();

    /** Writes what the image needs to tell the time into the data page. */
    void fillData(long dataFrame);
}

package demitasse.platform.linux;

/**
 * The mappings below {@code USER_END}, mmap(2), of the host process that is active: the first one, number 0, until
 * another is entered. The calls that change mappings answer 0 or -errno.
 */
interface HostMappings {
    /** Has another process ready to be entered, which has nothing mapped; false when there are to be no more. */
    boolean startProcess(int number);

    /** Makes another process the active one: what is mapped now is what it had mapped when it was left. */
    void enterProcess(int number);

    /** Maps a range of RAM; the protection bits are those of {@code AddressSpace}, which are Linux's. */
    int mapRam(long address, long lengthBytes, int protection, long offset);

    /** Maps a range of the root file system image, which is never writable. */
    int mapImage(long address, long lengthBytes, int protection, long offset);

    /** The whole range is mapped. */
    int protect(long address, long lengthBytes, int protection);

    /** Parts of the range may not be mapped. */
    int unmap(long address, long lengthBytes);

    /** Has two pages of RAM change what they hold, by their kernel addresses. The vector state in the CPU is put by. */
    void exchange(long one, long two);
}

package demitasse.platform.linux;

/** The mappings of the host process below {@code USER_END}, mmap(2). Each call answers 0 or -errno. */
interface HostMappings {
    /** Maps a range of RAM; the protection bits are those of {@code AddressSpace}, which are Linux's. */
    int mapRam(long address, long lengthBytes, int protection, long offset);

    /** Maps a range of the root file system image, which is never writable. */
    int mapImage(long address, long lengthBytes, int protection, long offset);

    /** The whole range is mapped. */
    int protect(long address, long lengthBytes, int protection);

    /** Parts of the range may not be mapped. */
    int unmap(long address, long lengthBytes);
}

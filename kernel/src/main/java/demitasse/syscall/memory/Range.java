package demitasse.syscall.memory;

import demitasse.machine.AddressSpace;

/** Addresses and lengths as programs pass them. */
final class Range {
    static final long PAGE_BYTES = 4096;

    private Range() {
    }

    static boolean isAligned(long address) {
        return (address & PAGE_BYTES - 1) == 0;
    }

    /** A length rounded up to pages; 0 for a length that is 0 or wraps around. */
    static long pages(long lengthBytes) {
        return lengthBytes + PAGE_BYTES - 1 & -PAGE_BYTES;
    }

    /** Whether a rounded length fits into the user half after an aligned address. */
    static boolean fits(long address, long length) {
        return address >= 0 && length >= 0 && length <= AddressSpace.USER_END
                && address <= AddressSpace.USER_END - length;
    }
}

package demitasse.posix.memory;

import demitasse.alloc.Pages;

/** How much of a mapping is in memory, and with whom it is shared: what /proc/PID/smaps counts, proc(5). */
public final class MemoryUse {
    private static final long PAGE_BYTES = Pages.PAGE_BYTES;

    public long residentBytes;
    /** Each page divided by how many have it. */
    public long proportionalBytes;
    /** Of the resident: what others have as well. */
    public long sharedBytes;
    /** Of the resident: what no file stands behind. */
    public long anonymousBytes;
    public long lockedBytes;

    /** Counts the pages of a mapping; those that the kernel shows to programs are nobody's. */
    public void measure(UserSpace space, Mapping mapping) {
        residentBytes = 0;
        proportionalBytes = 0;
        sharedBytes = 0;
        anonymousBytes = 0;
        ResidentPages resident = space.resident();
        long page = mapping.isKernels() ? mapping.end : resident.nextPresent(mapping.start, mapping.end);
        while (page < mapping.end) {
            // None for a page that mprotect(2) has taken from the program.
            long frame = resident.translate(page) & -PAGE_BYTES;
            boolean ofFile = isOfFile(mapping, page, frame);
            int holders = frame == 0 ? 1 : Math.max(1, space.pages().holders(frame) - (ofFile ? 1 : 0));
            residentBytes += PAGE_BYTES;
            proportionalBytes += PAGE_BYTES / holders;
            sharedBytes += holders > 1 ? PAGE_BYTES : 0;
            anonymousBytes += ofFile ? 0 : PAGE_BYTES;
            page = resident.nextPresent(page + PAGE_BYTES, mapping.end);
        }
        lockedBytes = mapping.has(Mapping.LOCKED) ? residentBytes : 0;
    }

    /** Whether a page is a file's or shared memory's, which holds it too, rather than a copy of the program's own. */
    static boolean isOfFile(Mapping mapping, long page, long frame) {
        return mapping.source != null
                && (mapping.isShared() || mapping.source.page(mapping.pageIndex(page), false) == frame);
    }
}

package demitasse.posix.memory;

import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;

/**
 * Brings pages in, one fault at a time but several pages per fault: each map call costs a host call on the
 * linux platform and a page table walk elsewhere.
 */
final class Pager {
    private static final long PAGE_BYTES = Pages.PAGE_BYTES;
    /** Anonymous memory comes in naturally aligned runs of up to 2^4 pages. */
    private static final int ANONYMOUS_ORDER = 4;
    /**
     * Pages of a file are mapped around the fault as long as their frames are neighbours; they cost no
     * memory.
     */
    private static final long FILE_RUN_BYTES = 64 * PAGE_BYTES;
    /** Private pages of a file are copied in aligned runs of up to 2^3. */
    private static final int COPY_ORDER = 3;
    /** Text is searched for system calls before it is mapped, so fewer pages at a time. */
    private static final long TEXT_RUN_BYTES = 16 * PAGE_BYTES;
    /** How far stubs may be from text, AddressSpace.patchText, less a window. */
    private static final long STUB_REACH_BYTES = (1L << 30) - Layout.WINDOW_BYTES;
    /** Below this part of all RAM only the page asked for is brought in. */
    private static final int SCARCE_SHARE = 8;

    private final AddressSpace space;
    private final Pages pages;
    private final ResidentPages resident;
    private final Layout layout;

    Pager(AddressSpace space, Pages pages, ResidentPages resident, Layout layout) {
        this.space = space;
        this.pages = pages;
        this.resident = resident;
        this.layout = layout;
    }

    /**
     * Makes a page of a mapping that allows the access present.
     *
     * @param access one bit of {@link AddressSpace}'s protection
     * @return a {@link Fault}
     */
    int bringIn(Mapping mapping, long page, int access) {
        long entry = resident.translate(page);
        if ((entry & access) != 0) {
            return Fault.HANDLED;
        }
        if (entry != 0) {
            return access == AddressSpace.WRITE ? unshare(mapping, page, entry) : allow(mapping, page);
        }
        if (mapping.isAnonymous()) {
            return anonymous(mapping, page);
        }
        if (mapping.isShared()) {
            return sharedRun(mapping, page);
        }
        if (access == AddressSpace.WRITE) {
            return copyRun(mapping, page);
        }
        return isPatched(mapping) ? text(mapping, page) : privateRun(mapping, page);
    }

    private boolean isPatched(Mapping mapping) {
        // What the program may write to, it may also read back.
        return (mapping.protection & (AddressSpace.EXECUTE | AddressSpace.WRITE)) == AddressSpace.EXECUTE
                && !mapping.isShared() && space.patchesText();
    }

    /** The page is present with less than its mapping allows, though nobody asks to write. */
    private int allow(Mapping mapping, long page) {
        resident.protectPrivately(page, page + PAGE_BYTES, mapping.protection);
        return Fault.HANDLED;
    }

    /** Gives a private mapping a frame of its own to write to. */
    private int unshare(Mapping mapping, long page, long entry) {
        long frame = entry & -PAGE_BYTES;
        if (mapping.isShared() || pages.holders(frame) == 1) {
            resident.protect(page, page + PAGE_BYTES, mapping.protection);
            return Fault.HANDLED;
        }
        return copyRun(mapping, page);
    }

    /** The largest aligned run around the page that is free in the mapping and can be had. */
    private int anonymous(Mapping mapping, long page) {
        for (int order = isScarce() ? 0 : ANONYMOUS_ORDER; order >= 0; order--) {
            long bytes = PAGE_BYTES << order;
            long start = page & -bytes;
            if (!isFreeIn(mapping, start, start + bytes)) {
                continue;
            }
            long frame = pages.allocateZeroed(order);
            if (frame != Pages.NONE) {
                return addOrRelease(start, bytes, mapping.protection, frame);
            }
        }
        return Fault.NO_MEMORY;
    }

    private boolean isFreeIn(Mapping mapping, long start, long end) {
        return start >= mapping.start && end <= mapping.end && resident.isAbsent(start, end);
    }

    private int addOrRelease(long start, long bytes, int protection, long frame) {
        if (resident.add(start, bytes, protection, frame)) {
            return Fault.HANDLED;
        }
        pages.releaseRun(frame, bytes / PAGE_BYTES);
        return Fault.NO_MEMORY;
    }

    /** A shared mapping: the source's own frames, with all that the mapping allows. */
    private int sharedRun(Mapping mapping, long page) {
        long frame = mapping.source.page(mapping.pageIndex(page), true);
        return isErrno(frame) ? refused(frame) : mapRun(mapping, page, frame, mapping.protection);
    }

    /** A private mapping that is read: the source's own frames, never to be written. */
    private int privateRun(Mapping mapping, long page) {
        long frame = mapping.source.page(mapping.pageIndex(page), false);
        if (isErrno(frame)) {
            return refused(frame);
        }
        if (frame == 0) {
            return copyRun(mapping, page);
        }
        return mapRun(mapping, page, frame, ResidentPages.unwritable(mapping.protection));
    }

    /** Maps the frame of a page and those of its neighbours that lie beside it in memory. */
    private int mapRun(Mapping mapping, long page, long frame, int protection) {
        boolean patched = isPatched(mapping);
        long around = patched ? TEXT_RUN_BYTES : FILE_RUN_BYTES;
        long low = Math.max(mapping.start, page & -around);
        long high = Math.min(mapping.end, (page & -around) + around);
        long start = page;
        while (start > low) {
            long before = start - PAGE_BYTES;
            if (!continues(mapping, before, frame + (before - page), patched)) {
                break;
            }
            start = before;
        }
        long end = page + PAGE_BYTES;
        while (end < high && continues(mapping, end, frame + (end - page), patched)) {
            end += PAGE_BYTES;
        }
        long first = frame + (start - page);
        for (long held = first; held < first + (end - start); held += PAGE_BYTES) {
            pages.retain(held);
        }
        return addOrRelease(start, end - start, protection, first);
    }

    private boolean continues(Mapping mapping, long page, long expectedFrame, boolean patched) {
        return resident.translate(page) == 0
                && mapping.source.page(mapping.pageIndex(page), false) == expectedFrame
                && !(patched && space.wantsPatch(expectedFrame, (int) PAGE_BYTES));
    }

    /**
     * Gives a private mapping frames of its own with what stands there: neighbours come along, since who
     * writes to one page of data (as ld.so does to relocate it) will write to the next.
     */
    private int copyRun(Mapping mapping, long page) {
        int refusal = Fault.NO_MEMORY;
        for (int order = isScarce() ? 0 : COPY_ORDER; order >= 0; order--) {
            long bytes = PAGE_BYTES << order;
            long start = page & -bytes;
            if (order > 0 && !isCopiedWhole(mapping, start, start + bytes)) {
                continue;
            }
            long copy = pages.allocate(order);
            if (copy == Pages.NONE) {
                continue;
            }
            refusal = fill(mapping, start, bytes, copy);
            if (refusal == Fault.HANDLED && resident.replace(start, bytes, mapping.protection, copy)) {
                return Fault.HANDLED;
            }
            pages.releaseRun(copy, bytes / PAGE_BYTES);
            refusal = refusal == Fault.HANDLED ? Fault.NO_MEMORY : refusal;
        }
        return refusal;
    }

    /**
     * Whether every page of a range is the mapping's and shows the root file system image. Other files may
     * change, and until a page is written to its private mapping shows that, as on Linux.
     */
    private boolean isCopiedWhole(Mapping mapping, long start, long end) {
        if (mapping.source == null || start < mapping.start || end > mapping.end) {
            return false;
        }
        for (long at = start; at < end; at += PAGE_BYTES) {
            long frame = resident.translate(at) & -PAGE_BYTES;
            if (frame == 0) {
                frame = mapping.source.page(mapping.pageIndex(at), false);
            }
            if (frame == 0 || isErrno(frame) || pages.holders(frame) != Integer.MAX_VALUE) {
                return false;
            }
        }
        return true;
    }

    /** Copies what pages hold now: their own frame, or the file's, or zeros; a {@link Fault}. */
    private int fill(Mapping mapping, long start, long bytes, long target) {
        for (long at = 0; at < bytes; at += PAGE_BYTES) {
            long frame = resident.translate(start + at) & -PAGE_BYTES;
            if (frame == 0) {
                frame = mapping.source.page(mapping.pageIndex(start + at), false);
            }
            if (isErrno(frame)) {
                return refused(frame);
            }
            if (frame == 0) {
                Memory.fill(target + at, PAGE_BYTES, (byte) 0);
            } else {
                Memory.copy(frame, target + at, PAGE_BYTES);
            }
        }
        return Fault.HANDLED;
    }

    private boolean isScarce() {
        return pages.freeBytes() < pages.totalBytes() / SCARCE_SHARE;
    }

    /** Text whose system calls the platform turns into jumps: such a page is copied, patched, then mapped. */
    private int text(Mapping mapping, long page) {
        long frame = mapping.source.page(mapping.pageIndex(page), false);
        if (isErrno(frame)) {
            return refused(frame);
        }
        long window = windowFor(page);
        if (frame == 0 || window == 0 || !space.wantsPatch(frame, (int) PAGE_BYTES)) {
            return privateRun(mapping, page);
        }
        long copy = pages.allocate(0);
        if (copy == Pages.NONE) {
            return Fault.NO_MEMORY;
        }
        Memory.copy(frame, copy, PAGE_BYTES);
        space.patchText(copy, page, (int) PAGE_BYTES, window);
        resident.forget(window, window + Layout.WINDOW_BYTES);
        return addOrRelease(page, PAGE_BYTES, ResidentPages.unwritable(mapping.protection), copy);
    }

    /** The stub window within reach of an address, or 0. */
    private long windowFor(long address) {
        if (Math.abs(address - layout.libraryWindow()) < STUB_REACH_BYTES) {
            return layout.libraryWindow();
        }
        if (Math.abs(address - layout.programWindow()) < STUB_REACH_BYTES) {
            return layout.programWindow();
        }
        return address < STUB_REACH_BYTES ? layout.lowWindow() : 0;
    }

    private static boolean isErrno(long frame) {
        return frame < 0 && frame >= -4095;
    }

    private static int refused(long errno) {
        return errno == -ENOMEM ? Fault.NO_MEMORY : Fault.BEYOND_END;
    }
}

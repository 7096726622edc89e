package demitasse.posix.memory;

import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.machine.Trap;
import demitasse.machine.UserContext;

/**
 * Brings pages in, one fault at a time but several pages per fault: each map call costs a host call on the
 * linux platform and a page table walk elsewhere.
 */
final class Pager {
    private static final long PAGE_BYTES = Pages.PAGE_BYTES;
    /** Anonymous memory comes in within aligned windows of 2^4 pages; above so many present ones by more. */
    private static final int ANONYMOUS_ORDER = 4;
    private static final long GROWTH_BYTES = 64 * PAGE_BYTES;
    /**
     * Pages of a file are mapped around the fault as long as their frames are neighbours; they cost no
     * memory.
     */
    private static final long FILE_RUN_BYTES = 64 * PAGE_BYTES;
    /** Private pages of a file are copied together within aligned windows. */
    private static final long COPY_RUN_BYTES = ResidentPages.REPLACED_MAX * PAGE_BYTES;
    /** Private pages of a longer file that can be written are copied when they are. */
    private static final long DATA_MAX_BYTES = 256 * PAGE_BYTES;
    /** How far stubs may be from text, AddressSpace.patchText, less a window. */
    private static final long STUB_REACH_BYTES = (1L << 30) - Layout.WINDOW_BYTES;
    /** Below this part of all RAM only the page asked for is brought in. */
    private static final int SCARCE_SHARE = 8;

    private final AddressSpace space;
    private final Pages pages;
    private final ResidentPages resident;
    private final Layout layout;
    private final SlowCalls slowCalls = new SlowCalls();

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
            return sharedRun(mapping, page, access);
        }
        return access == AddressSpace.WRITE || isData(mapping, page) ? copyRun(mapping, page)
                : privateRun(mapping, page);
    }

    /**
     * Whether who reads a page is likely to write soon: the data of a program or library, which ld.so is going to
     * relocate. A copy at once saves the second fault.
     */
    private boolean isData(Mapping mapping, long page) {
        return (mapping.protection & AddressSpace.WRITE) != 0 && mapping.end - mapping.start <= DATA_MAX_BYTES
                && !isScarce() && isOfImage(mapping, page);
    }

    /** The page is present with less than its mapping allows, though nobody asks to write. */
    private int allow(Mapping mapping, long page) {
        if (mapping.notesWrites()) {
            resident.protect(page, page + PAGE_BYTES, mapping.unwrittenProtection());
        } else {
            resident.protectPrivately(page, page + PAGE_BYTES, mapping.protection);
        }
        return Fault.HANDLED;
    }

    /** Gives a private mapping a frame of its own to write to. */
    private int unshare(Mapping mapping, long page, long entry) {
        long frame = entry & -PAGE_BYTES;
        if (mapping.notesWrites()) {
            mapping.source.written();
            // Its neighbours come along: that the file is written to is known now.
            long window = page & -FILE_RUN_BYTES;
            resident.protect(Math.max(mapping.start, window), Math.min(mapping.end, window + FILE_RUN_BYTES),
                    mapping.protection);
            return Fault.HANDLED;
        }
        if (mapping.isShared() || pages.holders(frame) == 1) {
            resident.protect(page, page + PAGE_BYTES, mapping.protection);
            return Fault.HANDLED;
        }
        return copyRun(mapping, page);
    }

    /** What is free in the mapping around the page, within an aligned window that is as large as can be had. */
    private int anonymous(Mapping mapping, long page) {
        for (int order = isScarce() ? 0 : ANONYMOUS_ORDER; order >= 0; order--) {
            long windowBytes = PAGE_BYTES << order;
            long low = Math.max(page & -windowBytes, mapping.start);
            long start = page;
            while (start > low && resident.translate(start - PAGE_BYTES) == 0) {
                start -= PAGE_BYTES;
            }
            long high = (page & -windowBytes) + windowBytes;
            if (order == ANONYMOUS_ORDER && growsUpTo(mapping, start, windowBytes)) {
                high = start + GROWTH_BYTES;
            }
            long end = resident.nextPresent(page + PAGE_BYTES, Math.min(high, mapping.end));
            int count = (int) ((end - start) / PAGE_BYTES);
            long frame = pages.hasBeyondReserve(count) ? pages.allocateZeroedRun(count) : Pages.NONE;
            if (frame != Pages.NONE) {
                return addOrRelease(start, end - start, mapping.protection, frame);
            }
        }
        return Fault.NO_MEMORY;
    }

    /** Whether a mapping is used from below up to an address: then it will go on, and more is brought in at a time. */
    private boolean growsUpTo(Mapping mapping, long address, long windowBytes) {
        return address - windowBytes >= mapping.start && resident.translate(address - PAGE_BYTES) != 0
                && resident.translate(address - windowBytes) != 0;
    }

    private int addOrRelease(long start, long bytes, int protection, long frame) {
        if (resident.add(start, bytes, protection, frame)) {
            return Fault.HANDLED;
        }
        pages.releaseRun(frame, bytes / PAGE_BYTES);
        return Fault.NO_MEMORY;
    }

    /** A shared mapping: the source's own frames, with all that the mapping allows once the file knows of it. */
    private int sharedRun(Mapping mapping, long page, int access) {
        long frame = mapping.source.page(mapping.pageIndex(page), true);
        if (isErrno(frame)) {
            return refused(frame);
        }
        boolean writes = access == AddressSpace.WRITE;
        if (writes && mapping.notesWrites()) {
            mapping.source.written();
        }
        return mapRun(mapping, page, frame, writes ? mapping.protection : mapping.unwrittenProtection());
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
        long low = Math.max(mapping.start, page & -FILE_RUN_BYTES);
        long high = Math.min(mapping.end, (page & -FILE_RUN_BYTES) + FILE_RUN_BYTES);
        long start = page;
        while (start > low) {
            long before = start - PAGE_BYTES;
            if (!continues(mapping, before, frame + (before - page))) {
                break;
            }
            start = before;
        }
        long end = page + PAGE_BYTES;
        while (end < high && continues(mapping, end, frame + (end - page))) {
            end += PAGE_BYTES;
        }
        long first = frame + (start - page);
        for (long held = first; held < first + (end - start); held += PAGE_BYTES) {
            pages.retain(held);
        }
        return addOrRelease(start, end - start, protection, first);
    }

    private boolean continues(Mapping mapping, long page, long expectedFrame) {
        return resident.translate(page) == 0
                && mapping.source.page(mapping.pageIndex(page), false) == expectedFrame;
    }

    /**
     * Gives a private mapping frames of its own with what stands there: neighbours come along, since who
     * writes to one page of data (as ld.so does to relocate it) will write to the next.
     */
    private int copyRun(Mapping mapping, long page) {
        long start = page;
        long end = page + PAGE_BYTES;
        if (!isScarce() && isOfImage(mapping, page)) {
            long low = page & -COPY_RUN_BYTES;
            while (start > low && isOfImage(mapping, start - PAGE_BYTES)) {
                start -= PAGE_BYTES;
            }
            while (end < low + COPY_RUN_BYTES && isOfImage(mapping, end)) {
                end += PAGE_BYTES;
            }
        }
        int outcome = copy(mapping, start, end);
        return outcome == Fault.HANDLED || end - start == PAGE_BYTES ? outcome
                : copy(mapping, page, page + PAGE_BYTES);
    }

    /** A {@link Fault}. */
    private int copy(Mapping mapping, long start, long end) {
        int count = (int) ((end - start) / PAGE_BYTES);
        long copy = pages.hasBeyondReserve(count) ? pages.allocateRun(count) : Pages.NONE;
        if (copy == Pages.NONE) {
            return Fault.NO_MEMORY;
        }
        int outcome = fill(mapping, start, end - start, copy);
        if (outcome == Fault.HANDLED && resident.replace(start, end - start, mapping.protection, copy)) {
            return Fault.HANDLED;
        }
        pages.releaseRun(copy, count);
        return outcome == Fault.HANDLED ? Fault.NO_MEMORY : outcome;
    }

    /**
     * Whether a page is the mapping's and shows the root file system image. Other files may change, and until
     * a page is written to its private mapping shows that, as on Linux.
     */
    private boolean isOfImage(Mapping mapping, long page) {
        if (mapping.source == null || page < mapping.start || page >= mapping.end) {
            return false;
        }
        long frame = resident.translate(page) & -PAGE_BYTES;
        if (frame == 0) {
            frame = mapping.source.page(mapping.pageIndex(page), false);
        }
        return frame != 0 && !isErrno(frame) && pages.holders(frame) == Integer.MAX_VALUE;
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

    /** A system call was made the slow way, and again: the page of text that it came from gets jumps, if it can. */
    void hasten(Mappings mappings, UserContext user) {
        long address = user.register(UserContext.RIP);
        Mapping mapping = UserSpace.isUserRange(address - 1, 1) ? mappings.find(address - 1) : null;
        if (mapping != null && isPatched(mapping) && slowCalls.comesAgain(address) && patch(mapping, address)) {
            space.repairs(Trap.SLOW_SYSCALL, user);
        }
    }

    /**
     * Turns the system calls of a page of text into jumps, in a copy of its own. Scanning text before anybody has made
     * a call from it was rejected: most pages with calls are never used for one.
     *
     * @param address where the system call instruction ends
     * @return whether anything has changed
     */
    private boolean patch(Mapping mapping, long address) {
        long page = address - 1 & -PAGE_BYTES;
        long frame = resident.translate(page) & -PAGE_BYTES;
        long window = windowFor(page);
        if (frame == 0 || window == 0
                || mapping.source.page(mapping.pageIndex(page), false) != frame
                || !space.wantsPatch(frame, (int) (address - page))) {
            return false;
        }
        long copy = pages.hasBeyondReserve(1) ? pages.allocate(0) : Pages.NONE;
        if (copy == Pages.NONE) {
            return false;
        }
        Memory.copy(frame, copy, PAGE_BYTES);
        space.patchText(copy, page, (int) PAGE_BYTES, window);
        resident.forget(window, window + Layout.WINDOW_BYTES);
        if (resident.replace(page, PAGE_BYTES, ResidentPages.unwritable(mapping.protection), copy)) {
            return true;
        }
        pages.release(copy);
        return false;
    }

    private boolean isPatched(Mapping mapping) {
        // What the program may write to, it may also read back.
        return (mapping.protection & (AddressSpace.EXECUTE | AddressSpace.WRITE)) == AddressSpace.EXECUTE
                && mapping.source != null && !mapping.isShared() && space.patchesText();
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

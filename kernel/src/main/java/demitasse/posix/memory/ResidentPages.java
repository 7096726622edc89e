package demitasse.posix.memory;

import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Pages;
import demitasse.base.annotation.HotPath;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;

/**
 * The pages that are present in an address space: page tables, the references to their frames, and a small
 * cache of translations for the kernel's own accesses.
 *
 * <p>The cache is direct-mapped by page number. Its tags are page addresses, so a hit proves that the address
 * is a user address; every change of a page goes through this class and drops its slot.
 */
final class ResidentPages {
    private static final long PAGE_BYTES = Pages.PAGE_BYTES;
    private static final int PAGE_SHIFT = 12;
    static final int REPLACED_MAX = 8;
    private static final int SLOTS = 2 * Long.SIZE;
    private static final int SLOT_BYTES = 16;
    private static final int ENTRY = 8;
    private static final long NO_PAGE = -1;

    private final AddressSpace space;
    private final Pages pages;
    private final long cache;
    private final long[] replaced = new long[REPLACED_MAX];
    /** Which slots may hold something: to forget them all is part of a switch between relatives. */
    private long filledLow = -1;
    private long filledHigh = -1;
    private long count;
    private long countMax;

    /** @param cache a frame, owned by this object until {@link #free} */
    ResidentPages(AddressSpace space, Pages pages, long cache) {
        this.space = space;
        this.pages = pages;
        this.cache = cache;
        forgetAll();
    }

    void free() {
        pages.release(cache);
    }

    AddressSpace space() {
        return space;
    }

    /** How many pages are present. */
    long count() {
        return count;
    }

    /** The most there ever were, for getrusage(2) ru_maxrss. */
    long countMax() {
        return countMax;
    }

    /** The frame of a page | its protection; 0 when it is not present or not a user page. */
    @HotPath("per system call")
    long translate(long page) {
        long slot = slotOf(page);
        return Memory.getLong(slot) == page ? Memory.getLong(slot + ENTRY) : walk(page, slot);
    }

    /** As {@link #translate}, for pages that have been asked for before; 0 for others as well. Calls nothing. */
    @HotPath("per system call")
    long remembered(long page) {
        long slot = slotOf(page);
        return Memory.getLong(slot) == page ? Memory.getLong(slot + ENTRY) : 0;
    }

    private long walk(long page, long slot) {
        long entry = space.translate(page);
        if (entry != 0) {
            Memory.putLong(slot, page);
            Memory.putLong(slot + ENTRY, entry);
            noteFilled((int) (page >>> PAGE_SHIFT) & SLOTS - 1);
        }
        return entry;
    }

    private void noteFilled(int index) {
        if (index < Long.SIZE) {
            filledLow |= 1L << index;
        } else {
            filledHigh |= 1L << index;
        }
    }

    private long slotOf(long page) {
        return cache + (page >>> PAGE_SHIFT & SLOTS - 1) * SLOT_BYTES;
    }

    /** Whether a page is present with just this frame. */
    boolean holds(long page, long frame) {
        long entry = space.translate(page);
        return entry != 0 && (entry & -PAGE_BYTES) == frame;
    }

    long nextPresent(long address, long limit) {
        return space.nextMapped(address, limit);
    }

    /**
     * Maps consecutive frames where nothing is present; takes the caller's references over.
     *
     * @return false without memory for page tables: the references stay with the caller
     */
    boolean add(long address, long lengthBytes, int protection, long frame) {
        if (space.map(address, lengthBytes, protection, frame) < 0) {
            return false;
        }
        forget(address, address + lengthBytes);
        count += lengthBytes >>> PAGE_SHIFT;
        countMax = Math.max(countMax, count);
        return true;
    }

    /**
     * Puts consecutive frames in the place of what is present in a range of up to {@link #REPLACED_MAX}
     * pages, whose references are dropped; takes over those of the new ones.
     *
     * @return false without memory for page tables: nothing has changed, the references stay with the caller
     */
    boolean replace(long address, long lengthBytes, int protection, long frame) {
        int pagesCount = (int) (lengthBytes >>> PAGE_SHIFT);
        for (int i = 0; i < pagesCount; i++) {
            replaced[i] = space.translate(address + (long) i * PAGE_BYTES) & -PAGE_BYTES;
        }
        if (space.map(address, lengthBytes, protection, frame) < 0) {
            return false;
        }
        forget(address, address + lengthBytes);
        for (int i = 0; i < pagesCount; i++) {
            if (replaced[i] != 0) {
                pages.release(replaced[i]);
            } else {
                count++;
            }
        }
        countMax = Math.max(countMax, count);
        return true;
    }

    /** Removes the present pages of a range and drops their references. */
    void drop(long start, long end) {
        long first = space.nextMapped(start, end);
        if (first == end) {
            return;
        }
        for (long page = first; page < end; page = space.nextMapped(page + PAGE_BYTES, end)) {
            pages.release(space.translate(page) & -PAGE_BYTES);
            count--;
        }
        // Nothing has taken a frame meanwhile, and no program runs before the page tables say so.
        space.unmap(first, end - first);
        forget(start, end);
    }

    /**
     * Has another address space, which has none there, hold the pages of a range too.
     *
     * @param unwritable here and there, for the first who writes is to get a copy
     * @return false without memory for page tables: the other has none of them
     */
    boolean copyTo(ResidentPages twin, long start, long end, boolean unwritable) {
        if (start == end) {
            return true;
        }
        int result = space.copyTo(twin.space, start, end - start, unwritable);
        if (unwritable) {
            forget(start, end);
        }
        if (result < 0) {
            twin.space.unmap(start, end - start);
            return false;
        }
        for (long page = twin.space.nextMapped(start, end); page < end;) {
            pages.retain(twin.space.translate(page) & -PAGE_BYTES);
            twin.count++;
            page = twin.space.nextMapped(page + PAGE_BYTES, end);
        }
        twin.countMax = Math.max(twin.countMax, twin.count);
        return true;
    }

    /** Gives another address space, which has none there, a copy of a page that can be written; false for others. */
    boolean duplicate(ResidentPages twin, long page) {
        long entry = space.translate(page);
        long frame = entry & -PAGE_BYTES;
        if ((entry & AddressSpace.WRITE) == 0 || pages.holders(frame) != 1) {
            return false;
        }
        long copy = pages.allocate(0);
        if (copy == Pages.NONE) {
            return false;
        }
        Memory.copy(frame, copy, PAGE_BYTES);
        if (twin.add(page, PAGE_BYTES, (int) (entry & AddressSpace.PROTECTION_MASK), copy)) {
            return true;
        }
        pages.release(copy);
        return false;
    }

    void protect(long start, long end, int protection) {
        space.protect(start, end - start, protection);
        forget(start, end);
    }

    /** Gives private pages a protection; writing only to those whose frame is held by nobody else. */
    void protectPrivately(long start, long end, int protection) {
        if ((protection & AddressSpace.WRITE) == 0) {
            protect(start, end, protection);
            return;
        }
        long runStart = start;
        boolean runOwned = true;
        long page = space.nextMapped(start, end);
        while (page < end) {
            boolean owned = pages.holders(space.translate(page) & -PAGE_BYTES) == 1;
            if (owned != runOwned) {
                protectRun(runStart, page, protection, runOwned);
                runStart = page;
                runOwned = owned;
            }
            page = space.nextMapped(page + PAGE_BYTES, end);
        }
        protectRun(runStart, end, protection, runOwned);
    }

    private void protectRun(long start, long end, int protection, boolean owned) {
        if (start < end) {
            protect(start, end, owned ? protection : unwritable(protection));
        }
    }

    /** A protection without writing; what could be written can still be read, as on x86. */
    static int unwritable(int protection) {
        return protection == 0 ? 0 : (protection | AddressSpace.READ) & ~AddressSpace.WRITE;
    }

    /**
     * Moves the present pages of a range to a range where nothing is present.
     *
     * @return 0, or -ENOMEM: then nothing has moved
     */
    int move(long source, long target, long lengthBytes) {
        long end = source + lengthBytes;
        long moved = 0;
        for (long page = space.nextMapped(source, end); page < end;) {
            long entry = space.translate(page);
            long runBytes = runBytes(page, end, entry);
            int protection = (int) (entry & AddressSpace.PROTECTION_MASK);
            if (space.map(page - source + target, runBytes, protection, entry & -PAGE_BYTES) < 0) {
                space.unmap(target, moved);
                return -ENOMEM;
            }
            moved = page + runBytes - source;
            page = space.nextMapped(page + runBytes, end);
        }
        space.unmap(source, lengthBytes);
        forgetAll();
        return 0;
    }

    /** How many bytes from a page on are present in consecutive frames with one protection. */
    private long runBytes(long page, long end, long entry) {
        long at = page + PAGE_BYTES;
        while (at < end && space.translate(at) == entry + (at - page)) {
            at += PAGE_BYTES;
        }
        return at - page;
    }

    void forget(long start, long end) {
        if (end - start >= SLOTS * PAGE_BYTES) {
            forgetAll();
            return;
        }
        for (long page = start; page < end; page += PAGE_BYTES) {
            Memory.putLong(slotOf(page), NO_PAGE);
        }
    }

    void forgetAll() {
        forgetSlots(filledLow, cache);
        forgetSlots(filledHigh, cache + Long.SIZE * SLOT_BYTES);
        filledLow = 0;
        filledHigh = 0;
    }

    private static void forgetSlots(long filled, long first) {
        for (long left = filled; left != 0; left &= left - 1) {
            Memory.putLong(first + (long) Long.numberOfTrailingZeros(left) * SLOT_BYTES, NO_PAGE);
        }
    }
}

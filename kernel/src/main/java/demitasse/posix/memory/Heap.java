package demitasse.posix.memory;

import demitasse.alloc.Pages;
import demitasse.machine.AddressSpace;

/** The program break, brk(2). */
public final class Heap {
    private static final long PAGE_BYTES = Pages.PAGE_BYTES;

    private final UserSpace space;
    private final Layout layout;
    private long start;
    private long end;

    Heap(UserSpace space, Layout layout) {
        this.space = space;
        this.layout = layout;
    }

    /** Puts the empty heap a random distance after the end of the program. */
    public void placeAfter(long programEnd) {
        start = (programEnd + PAGE_BYTES - 1 & -PAGE_BYTES) + layout.brkGapBytes();
        end = start;
    }

    void copyFrom(Heap other) {
        start = other.start;
        end = other.end;
    }

    public long start() {
        return start;
    }

    /** The program break: the first byte after the heap. */
    public long end() {
        return end;
    }

    /**
     * Moves the break.
     *
     * @param newEnd any value
     * @return the break as it is now: the old one when it cannot be moved there
     */
    public long moveTo(long newEnd) {
        if (newEnd < start || newEnd > AddressSpace.USER_END || newEnd - start > space.limits().dataBytes) {
            return end;
        }
        long oldTop = end + PAGE_BYTES - 1 & -PAGE_BYTES;
        long newTop = newEnd + PAGE_BYTES - 1 & -PAGE_BYTES;
        if (newTop < oldTop) {
            if (space.unmap(newTop, oldTop - newTop) < 0) {
                return end;
            }
        } else if (newTop > oldTop && !grow(oldTop, newTop)) {
            return end;
        }
        end = newEnd;
        return end;
    }

    private boolean grow(long oldTop, long newTop) {
        // What could never be backed is refused, as for mmap(2).
        long addedBytes = newTop - oldTop;
        if (addedBytes > space.pages().totalBytes()
                || space.limits().areExceeded(space.mappings(), space.mappedBytes(), addedBytes, true)
                || !space.mappings().isFree(oldTop, newTop)
                || !space.mappings().isFreeWithGap(oldTop, newTop)) {
            return false;
        }
        return space.addAnonymous(oldTop, newTop, AddressSpace.READ | AddressSpace.WRITE) == 0;
    }
}

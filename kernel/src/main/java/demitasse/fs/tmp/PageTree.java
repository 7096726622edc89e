package demitasse.fs.tmp;

import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;

/**
 * Which frame holds which page of a file: a radix tree of 512-way nodes, a page each, as tall as the file
 * needs. A file of one page is just its frame. Holes cost nothing.
 */
final class PageTree {
    private static final int BITS = 9;
    private static final int FANOUT = 1 << BITS;
    private static final int SLOT_BYTES = 8;

    private final Pages pages;

    PageTree(Pages pages) {
        this.pages = pages;
    }

    /** The frame of a page, or 0. */
    static long find(long node, long index) {
        int shift = Memory.getInt(node + NodeLayout.HEIGHT) * BITS;
        if (shift < 63 && index >>> shift != 0) {
            return 0;
        }
        long place = Memory.getLong(node + NodeLayout.ROOT);
        while (shift > 0 && place != 0) {
            shift -= BITS;
            place = Memory.getLong(slot(place, index, shift));
        }
        return place;
    }

    /** Puts a frame where none is; 0 or -ENOMEM. */
    int place(long node, long index, long frame) {
        int shift = Memory.getInt(node + NodeLayout.HEIGHT) * BITS;
        while (shift < 63 && index >>> shift != 0) {
            if (!raise(node)) {
                return -ENOMEM;
            }
            shift += BITS;
        }
        long reference = node + NodeLayout.ROOT;
        while (shift > 0) {
            shift -= BITS;
            long place = Memory.getLong(reference);
            if (place == 0) {
                place = pages.allocateZeroed();
                if (place == Pages.NONE) {
                    return -ENOMEM;
                }
                Memory.putLong(reference, place);
            }
            reference = slot(place, index, shift);
        }
        assert Memory.getLong(reference) == 0 : "the page is a hole";
        Memory.putLong(reference, frame);
        Memory.putLong(node + NodeLayout.FRAMES, Memory.getLong(node + NodeLayout.FRAMES) + 1);
        return 0;
    }

    private boolean raise(long node) {
        long root = Memory.getLong(node + NodeLayout.ROOT);
        if (root != 0) {
            long above = pages.allocateZeroed();
            if (above == Pages.NONE) {
                return false;
            }
            Memory.putLong(above, root);
            Memory.putLong(node + NodeLayout.ROOT, above);
        }
        Memory.putInt(node + NodeLayout.HEIGHT, Memory.getInt(node + NodeLayout.HEIGHT) + 1);
        return true;
    }

    /**
     * Releases the frames of the pages from {@code first} up to but not including {@code limit}; returns how
     * many.
     */
    long remove(long node, long first, long limit) {
        int height = Memory.getInt(node + NodeLayout.HEIGHT);
        long root = Memory.getLong(node + NodeLayout.ROOT);
        if (root == 0 || first >= limit) {
            return 0;
        }
        long before = Memory.getLong(node + NodeLayout.FRAMES);
        boolean empty = prune(node, root, height * BITS, 0, first, limit);
        if (empty) {
            Memory.putLong(node + NodeLayout.ROOT, 0);
            Memory.putInt(node + NodeLayout.HEIGHT, 0);
        }
        return before - Memory.getLong(node + NodeLayout.FRAMES);
    }

    /**
     * True when nothing is left of the subtree; it is released then. The depth is that of the tree, seven at
     * most.
     */
    private boolean prune(long node, long place, int shift, long base, long first, long limit) {
        if (shift == 0) {
            if (base < first || base >= limit) {
                return false;
            }
            pages.release(place);
            Memory.putLong(node + NodeLayout.FRAMES, Memory.getLong(node + NodeLayout.FRAMES) - 1);
            return true;
        }
        int below = shift - BITS;
        boolean empty = true;
        for (int i = 0; i < FANOUT; i++) {
            long child = Memory.getLong(place + (long) i * SLOT_BYTES);
            if (child == 0) {
                continue;
            }
            long start = base + ((long) i << below);
            boolean outside = start >= limit || start + (1L << below) <= first;
            if (!outside && prune(node, child, below, start, first, limit)) {
                Memory.putLong(place + (long) i * SLOT_BYTES, 0);
            } else {
                empty = false;
            }
        }
        if (empty) {
            pages.release(place);
        }
        return empty;
    }

    /** The first page at or after {@code index} that has a frame; Long.MAX_VALUE without one. */
    static long nextFrame(long node, long index) {
        long root = Memory.getLong(node + NodeLayout.ROOT);
        int shift = Memory.getInt(node + NodeLayout.HEIGHT) * BITS;
        if (root == 0 || shift < 63 && index >>> shift != 0) {
            return Long.MAX_VALUE;
        }
        return nextIn(root, shift, index);
    }

    /** Within a subtree that covers {@code 1 << shift} pages, for an index inside it. */
    private static long nextIn(long place, int shift, long index) {
        if (shift == 0) {
            return index;
        }
        int below = shift - BITS;
        long from = index;
        for (int i = (int) (index >>> below & FANOUT - 1); i < FANOUT; i++) {
            long child = Memory.getLong(place + (long) i * SLOT_BYTES);
            long found = child == 0 ? Long.MAX_VALUE : nextIn(child, below, from);
            if (found != Long.MAX_VALUE) {
                return found;
            }
            from = (from >>> below) + 1 << below;
        }
        return Long.MAX_VALUE;
    }

    private static long slot(long place, long index, int shift) {
        return place + (index >>> shift & FANOUT - 1) * SLOT_BYTES;
    }
}

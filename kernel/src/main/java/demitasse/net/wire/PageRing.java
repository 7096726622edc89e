package demitasse.net.wire;

import demitasse.alloc.Pages;
import demitasse.base.annotation.ColdPath;
import demitasse.base.memory.Memory;

/**
 * Bytes of a stream at their positions: a ring of pages that are taken as bytes come and given back as they go. A byte
 * may be stored ahead of others, so this is also where segments wait that came out of order. Empty, it holds no page.
 */
public final class PageRing {
    private static final int PAGE_SHIFT = 12;
    private static final int INITIAL_PAGES = 4;

    private final PageCache cache;
    private long[] frames;
    /** The first byte that is kept. */
    private long start;

    public PageRing(PageCache cache, long start) {
        this.cache = cache;
        this.start = start;
    }

    /** Moves an empty ring to another position. */
    public void restart(long position) {
        start = position;
    }

    public long start() {
        return start;
    }

    /**
     * Where the byte of a position is to be stored; its page is taken if need be. 0 without memory.
     *
     * @param position from {@link #start} on
     */
    public long place(long position) {
        if (frames == null || (position >>> PAGE_SHIFT) - (start >>> PAGE_SHIFT) >= frames.length) {
            grow(position);
        }
        int index = index(position);
        if (frames[index] == PageCache.NONE) {
            frames[index] = cache.take();
            if (frames[index] == PageCache.NONE) {
                return 0;
            }
        }
        return frames[index] + (position & Pages.PAGE_BYTES - 1);
    }

    /** Where a byte stands that was stored. */
    public long at(long position) {
        return frames[index(position)] + (position & Pages.PAGE_BYTES - 1);
    }

    /** How many bytes stand in one piece from a position on, at most. */
    public static int span(long position) {
        return Pages.PAGE_BYTES - (int) (position & Pages.PAGE_BYTES - 1);
    }

    /** Stores bytes; false when memory ends, then part of them may be there. */
    public boolean store(long position, long source, int lengthBytes) {
        int done = 0;
        while (done < lengthBytes) {
            long target = place(position + done);
            if (target == 0) {
                return false;
            }
            int some = Math.min(lengthBytes - done, span(position + done));
            Memory.copy(source + done, target, some);
            done += some;
        }
        return true;
    }

    /** Forgets what is before a position; all of it when nothing was stored beyond. */
    public void dropTo(long position, boolean nothingBeyond) {
        if (frames != null) {
            long last = nothingBeyond ? position >>> PAGE_SHIFT : (position >>> PAGE_SHIFT) - 1;
            // No page stands further from the start than the ring is long, though the stream may go on elsewhere.
            last = Math.min(last, (start >>> PAGE_SHIFT) + frames.length - 1);
            for (long page = start >>> PAGE_SHIFT; page <= last; page++) {
                int index = (int) page & frames.length - 1;
                if (frames[index] != PageCache.NONE) {
                    cache.give(frames[index]);
                    frames[index] = PageCache.NONE;
                }
            }
        }
        start = position;
    }

    /** Gives all memory back. */
    public void clear() {
        if (frames != null) {
            for (int i = 0; i < frames.length; i++) {
                if (frames[i] != PageCache.NONE) {
                    cache.give(frames[i]);
                }
            }
            frames = null;
        }
    }

    private int index(long position) {
        return (int) (position >>> PAGE_SHIFT) & frames.length - 1;
    }

    @ColdPath("the ring doubles while a connection gathers speed")
    private void grow(long position) {
        int length = frames == null ? INITIAL_PAGES : frames.length;
        while ((position >>> PAGE_SHIFT) - (start >>> PAGE_SHIFT) >= length) {
            length *= 2;
        }
        long[] larger = new long[length];
        if (frames != null) {
            for (int i = 0; i < frames.length; i++) {
                long page = (start >>> PAGE_SHIFT) + i;
                larger[(int) page & length - 1] = frames[(int) page & frames.length - 1];
            }
        }
        frames = larger;
    }
}

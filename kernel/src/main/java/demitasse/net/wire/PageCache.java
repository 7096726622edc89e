package demitasse.net.wire;

import demitasse.alloc.Pages;
import demitasse.base.annotation.ColdPath;

/** The pages of all byte streams: bounded together, and a few kept at hand, so that a short message costs no search. */
public final class PageCache {
    public static final long NONE = 0;
    private static final int KEPT_MAX = 64;

    private final Pages pages;
    private final long pagesMax;
    private final long[] kept = new long[KEPT_MAX];
    private int keptCount;
    private long inUse;

    public PageCache(Pages pages, long limitBytes) {
        this.pages = pages;
        this.pagesMax = limitBytes / Pages.PAGE_BYTES;
    }

    long take() {
        if (inUse >= pagesMax) {
            return NONE;
        }
        long page = keptCount > 0 ? kept[--keptCount] : allocate();
        inUse += page == NONE ? 0 : 1;
        return page;
    }

    void give(long page) {
        inUse--;
        if (keptCount < KEPT_MAX) {
            kept[keptCount++] = page;
        } else {
            pages.release(page);
        }
    }

    /**
     * Holds the frames where bytes of others stand; false when there are too many. They count as pages do, since nobody
     * else may hold them any more.
     */
    boolean hold(long address, int lengthBytes) {
        int count = frames(address, lengthBytes);
        if (inUse + count > pagesMax) {
            return false;
        }
        inUse += count;
        long frame = address & -Pages.PAGE_BYTES;
        for (int i = 0; i < count; i++) {
            pages.retain(frame + (long) i * Pages.PAGE_BYTES);
        }
        return true;
    }

    /** The opposite of {@link #hold}. */
    void drop(long address, int lengthBytes) {
        int count = frames(address, lengthBytes);
        inUse -= count;
        pages.releaseRun(address & -Pages.PAGE_BYTES, count);
    }

    private static int frames(long address, int lengthBytes) {
        return (int) ((address & Pages.PAGE_BYTES - 1) + lengthBytes + Pages.PAGE_BYTES - 1) / Pages.PAGE_BYTES;
    }

    public long usedBytes() {
        return inUse * Pages.PAGE_BYTES;
    }

    /** More than half is in use: buffers stop growing. */
    public boolean isTight() {
        return inUse * 2 > pagesMax;
    }

    @ColdPath("pages beyond those kept at hand")
    private long allocate() {
        return pages.allocate(0);
    }
}

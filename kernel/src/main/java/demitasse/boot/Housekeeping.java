package demitasse.boot;

import demitasse.alloc.Pages;
import demitasse.base.memory.JavaHeap;
import demitasse.sched.loop.IdleWork;

/**
 * Gives memory back that programs do not use any more, and collects the kernel's garbage, while the instance is idle:
 * so that an instance that waits occupies little, and no request waits for the collector.
 *
 * <p>Both only after a pause, since who has just freed memory often wants it again, and from some amount on.
 */
class Housekeeping implements IdleWork {
    static final long PAUSE_NS = 200_000_000;
    /** So much used memory is kept for who wants some next. */
    static final long KEPT_BYTES = 4 << 20;
    /** Some hundred microseconds of the host's work. */
    static final long BATCH_BYTES = 4 << 20;
    private static final long GARBAGE_BYTES = 512 << 10;

    private final Pages pages;
    private long dueNs = NEVER;
    /** What is left in pieces that are too small, as of the last time. */
    private long scatteredBytes;
    private long freeHeapBytes;

    Housekeeping(Pages pages) {
        this.pages = pages;
        freeHeapBytes = heapBytesLeft();
    }

    @Override
    public long dueNs(long nowNs) {
        if (surplusBytes() <= 0 && garbageBytes() < GARBAGE_BYTES) {
            dueNs = NEVER;
        } else if (dueNs == NEVER) {
            dueNs = nowNs + PAUSE_NS;
        }
        return dueNs;
    }

    @Override
    public void work() {
        if (garbageBytes() >= GARBAGE_BYTES) {
            JavaHeap.collect();
            freeHeapBytes = heapBytesLeft();
            return;
        }
        long wanted = Math.min(surplusBytes(), BATCH_BYTES);
        scatteredBytes = pages.releaseStale(wanted) < wanted ? pages.staleBytes() : 0;
    }

    /** On HotSpot everything that runs beside uses the same heap: a test says how much is left. */
    long heapBytesLeft() {
        return JavaHeap.freeBytes();
    }

    private long surplusBytes() {
        scatteredBytes = Math.min(scatteredBytes, pages.staleBytes());
        return pages.staleBytes() - scatteredBytes - KEPT_BYTES;
    }

    /** What was allocated since the last collection; the heap may have grown since. */
    private long garbageBytes() {
        long free = heapBytesLeft();
        freeHeapBytes = Math.max(freeHeapBytes, free);
        return freeHeapBytes - free;
    }
}

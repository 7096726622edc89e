package demitasse.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.alloc.Pages;
import demitasse.sched.loop.IdleWork;
import demitasse.testing.LazyMemory;
import org.junit.jupiter.api.Test;

class HousekeepingTest {
    private static final long RAM_BYTES = 64 << 20;
    private static final int ORDER = 8;
    private static final long BLOCK_BYTES = (long) Pages.PAGE_BYTES << ORDER;

    private final LazyMemory memory = new LazyMemory(RAM_BYTES);
    private final Pages pages = new Pages(memory);
    private final Housekeeping work = new Housekeeping(pages) {
        @Override
        long heapBytesLeft() {
            return RAM_BYTES;
        }
    };

    @Test
    void whatIsKeptForLaterIsNoWork() {
        use(Housekeeping.KEPT_BYTES);
        assertEquals(0, pages.releaseStale(0));
        assertEquals(IdleWork.NEVER, work.dueNs(0));
    }

    @Test
    void memoryGoesBackInBatchesAfterAPause() {
        use(10 * Housekeeping.BATCH_BYTES);
        assertEquals(1000 + Housekeeping.PAUSE_NS, work.dueNs(1000));
        assertEquals(1000 + Housekeeping.PAUSE_NS, work.dueNs(2000), "the pause is not prolonged");
        long now = 1000 + Housekeeping.PAUSE_NS;
        int batches = 0;
        while (work.dueNs(now) <= now) {
            long before = memory.heldBytes();
            work.work();
            assertTrue(before > memory.heldBytes(), "each batch gives something back");
            batches++;
        }
        assertTrue(batches > 1, "not all at once");
        assertTrue(pages.staleBytes() <= Housekeeping.KEPT_BYTES);
        assertEquals(IdleWork.NEVER, work.dueNs(now));
    }

    @Test
    void piecesThatAreTooSmallDoNotKeepItAwake() {
        long[] frames = new long[(int) (4 * Housekeeping.KEPT_BYTES / Pages.PAGE_BYTES)];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = pages.allocate(0);
        }
        for (int i = 0; i < frames.length; i += 2) {
            pages.release(frames[i]);
        }
        assertTrue(work.dueNs(0) != IdleWork.NEVER);
        work.work();
        assertEquals(IdleWork.NEVER, work.dueNs(Housekeeping.PAUSE_NS));
        for (int i = 1; i < frames.length; i += 2) {
            pages.release(frames[i]);
        }
        assertTrue(work.dueNs(0) != IdleWork.NEVER, "their neighbours are free now too");
    }

    /** Has memory used and free. */
    private void use(long bytes) {
        long[] blocks = new long[(int) (bytes / BLOCK_BYTES)];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = pages.allocate(ORDER);
        }
        for (long block : blocks) {
            pages.releaseRun(block, 1 << ORDER);
        }
    }
}

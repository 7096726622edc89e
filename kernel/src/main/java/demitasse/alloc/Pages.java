package demitasse.alloc;

import demitasse.base.annotation.ColdPath;
import demitasse.base.annotation.HotPath;
import demitasse.base.annotation.WarmPath;
import demitasse.base.error.Panic;
import demitasse.base.memory.Memory;
import demitasse.machine.FrameSource;
import demitasse.machine.PhysicalMemory;

/**
 * The page allocator: a binary buddy system over RAM, with a count of holders for each frame.
 *
 * <p>RAM is carved lazily: above a high-water mark of each region nothing was ever touched, neither the
 * frames nor their records, so a start costs nothing and an instance occupies what it uses. A frame that was
 * never used is known to be zero where {@link PhysicalMemory#zeroed} says so, and a block keeps that
 * knowledge while it waits ("clean").
 *
 * <p>Records stand in one array of raw memory in the largest region, 16 bytes per frame:
 * <pre>
 *   0 int  holders while allocated; index of the next free block of the order while free
 *   4 int  index of the previous free block
 *   8 int  order | FREE | CLEAN, only in the first frame of a free block; ALLOCATED; else 0
 * </pre>
 * Frames outside RAM (the root file system image) are accepted by {@link #retain} and {@link #release} and
 * not counted.
 */
public class Pages implements FrameSource {
    public static final long NONE = 0;
    public static final int PAGE_BYTES = PhysicalMemory.PAGE_BYTES;
    /** The largest order: 16 MiB. */
    public static final int ORDER_MAX = 12;

    /** Smaller blocks are mostly for the kernel itself, and are prepared together. */
    private static final int PREPARED_ORDER = 4;
    /** What is left over beside a larger block serves as smaller ones; more than this may serve nobody for long. */
    private static final long LEFTOVER_PREPARED_MAX_BYTES = 64 * PAGE_BYTES;
    /** Smaller blocks are not worth a call of the host. */
    private static final int RELEASED_ORDER_MIN = 4;
    /** So many blocks are looked at when memory is given back. */
    private static final int RELEASE_LOOKS_MAX = 4096;
    private static final int PAGE_SHIFT = 12;
    private static final int RECORD_BYTES = 16;
    private static final int PREVIOUS = 4;
    private static final int STATE = 8;
    private static final int FREE = 0x100;
    private static final int CLEAN = 0x200;
    private static final int ALLOCATED = 0x400;
    private static final int ORDER_MASK = 0xff;
    private static final int END_OF_LIST = -1;
    private static final int RESERVE_SHARE = 128;

    private final long[] regionStart;
    private final long[] regionMark;
    private final long[] regionEnd;
    private final int[] freeFirst = new int[ORDER_MAX + 1];
    private final PhysicalMemory memory;
    private final boolean zeroed;
    private long lowest;
    private long recordsAddress;
    private long totalBytes;
    private long freeBytes;
    /** Free memory that is not known to be zero. */
    private long staleBytes;
    private final long reserveBytes;

    public Pages(PhysicalMemory memory) {
        int count = memory.regions();
        regionStart = new long[count];
        regionMark = new long[count];
        regionEnd = new long[count];
        this.memory = memory;
        zeroed = memory.zeroed();
        for (int order = 0; order <= ORDER_MAX; order++) {
            freeFirst[order] = END_OF_LIST;
        }
        for (int i = 0; i < count; i++) {
            regionStart[i] = memory.regionAddress(i);
            regionMark[i] = regionStart[i];
            regionEnd[i] = regionStart[i] + (memory.regionBytes(i) & -PAGE_BYTES);
            totalBytes += regionEnd[i] - regionStart[i];
        }
        freeBytes = totalBytes;
        reserveBytes = totalBytes / RESERVE_SHARE;
        placeRecords();
    }

    private void placeRecords() {
        if (regionStart.length == 0) {
            throw Panic.because("the platform reports no memory");
        }
        int largest = 0;
        lowest = regionStart[0];
        long highest = regionEnd[0];
        for (int i = 1; i < regionStart.length; i++) {
            lowest = Math.min(lowest, regionStart[i]);
            highest = Math.max(highest, regionEnd[i]);
            if (regionEnd[i] - regionStart[i] > regionEnd[largest] - regionStart[largest]) {
                largest = i;
            }
        }
        long bytes = ((highest - lowest >>> PAGE_SHIFT) * RECORD_BYTES + PAGE_BYTES - 1) & -PAGE_BYTES;
        if (bytes > regionEnd[largest] - regionStart[largest]) {
            throw Panic.because("too little memory for the records of the page allocator");
        }
        recordsAddress = regionStart[largest];
        regionStart[largest] += bytes;
        regionMark[largest] += bytes;
        freeBytes -= bytes;
    }

    /**
     * 2^order consecutive frames, aligned to their size, with one holder each and any contents; or {@link
     * #NONE}.
     */
    public long allocate(int order) {
        long block = take(order);
        return block == NONE ? NONE : block & -PAGE_BYTES;
    }

    /**
     * Whether so many frames would leave the reserve as it is. Who fills memory for programs asks first, so that there
     * is always something for page tables, registers and buffers, with which everybody else goes on.
     */
    public boolean hasBeyondReserve(int count) {
        return freeBytes - reserveBytes >= (long) PAGE_BYTES * count;
    }

    /** One zeroed frame with one holder, or {@link #NONE}. */
    @HotPath("per page fault")
    public long allocateZeroed() {
        return allocateZeroed(0);
    }

    /** As {@link #allocate}, zeroed. */
    public long allocateZeroed(int order) {
        long block = take(order);
        if (block == NONE) {
            return NONE;
        }
        long frame = block & -PAGE_BYTES;
        if ((block & CLEAN) == 0) {
            Memory.fill(frame, (long) PAGE_BYTES << order, (byte) 0);
        }
        return frame;
    }

    /** Consecutive zeroed frames, not aligned, with one holder each; or {@link #NONE}. */
    public long allocateZeroedRun(int frames) {
        int order = orderOf(frames);
        long block = take(order);
        if (block == NONE) {
            return NONE;
        }
        freeSurplus(block, frames, order);
        if ((block & CLEAN) == 0) {
            Memory.fill(block & -PAGE_BYTES, (long) PAGE_BYTES * frames, (byte) 0);
        }
        return block & -PAGE_BYTES;
    }

    /** Consecutive frames, not aligned and with anything in them, with one holder each; or {@link #NONE}. */
    public long allocateRun(int frames) {
        int order = orderOf(frames);
        long block = take(order);
        if (block == NONE) {
            return NONE;
        }
        freeSurplus(block, frames, order);
        return block & -PAGE_BYTES;
    }

    private static int orderOf(int frames) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(frames - 1);
    }

    /** What a run does not need of a block serves those who take single frames, so it is prepared like theirs. */
    private void freeSurplus(long block, int frames, int order) {
        int clean = (int) block & CLEAN;
        long start = (block & -PAGE_BYTES) + (long) PAGE_BYTES * frames;
        long end = (block & -PAGE_BYTES) + ((long) PAGE_BYTES << order);
        if (clean != 0 && order >= PREPARED_ORDER) {
            prepareLeftover(start, end);
        }
        for (long frame = start; frame < end; frame += PAGE_BYTES) {
            freeBytes += PAGE_BYTES;
            insert(frame, clean);
        }
    }

    private void prepareLeftover(long start, long end) {
        if (start < end && end - start <= LEFTOVER_PREPARED_MAX_BYTES) {
            memory.prepare(start, end - start);
        }
    }

    @Override
    public final long take() {
        return allocateZeroed(0);
    }

    @Override
    public final void give(long frame) {
        release(frame);
    }

    /** One more holder of a frame. */
    @HotPath("per page fault")
    public final void retain(long frame) {
        long record = recordOf(frame);
        if (record != 0) {
            assert Memory.getInt(record + STATE) == ALLOCATED : "only an allocated frame can be retained";
            Memory.putInt(record, Memory.getInt(record) + 1);
        }
    }

    /** One holder less; the last one frees the frame. */
    @HotPath("per page fault")
    public final void release(long frame) {
        long record = recordOf(frame);
        if (record == 0) {
            return;
        }
        assert Memory.getInt(record + STATE) == ALLOCATED : "a frame was released more often than retained";
        int holders = Memory.getInt(record) - 1;
        if (holders > 0) {
            Memory.putInt(record, holders);
        } else {
            freed(frame);
        }
    }

    /** Releases consecutive frames. */
    public final void releaseRun(long frame, long frames) {
        for (long i = 0; i < frames; i++) {
            release(frame + i * PAGE_BYTES);
        }
    }

    /**
     * How many hold a frame; {@link Integer#MAX_VALUE} for one that is not RAM and so is never the caller's
     * alone.
     */
    @Override
    public final int holders(long frame) {
        long record = recordOf(frame);
        return record == 0 ? Integer.MAX_VALUE : Memory.getInt(record);
    }

    /** Numbers frames from 1, without telling where they stand; 0 for one that is not RAM. */
    public final long numberOf(long frame) {
        return regionOf(frame) < 0 ? 0 : indexOf(frame) + 1L;
    }

    public final long totalBytes() {
        return totalBytes;
    }

    public final long freeBytes() {
        return freeBytes;
    }

    /** Free memory that was used: it is worth giving back where {@link PhysicalMemory#isLazy} says so. */
    public final long staleBytes() {
        return memory.isLazy() ? staleBytes : 0;
    }

    /**
     * Gives free memory that was used back to whom the platform has it from, largest blocks first; small blocks stay.
     *
     * @param bytesMax where it stops, with the block that reaches it
     * @return how much went back
     */
    public final long releaseStale(long bytesMax) {
        long released = 0;
        int looks = RELEASE_LOOKS_MAX;
        for (int order = ORDER_MAX; order >= RELEASED_ORDER_MIN; order--) {
            long bytes = (long) PAGE_BYTES << order;
            int index = freeFirst[order];
            while (index != END_OF_LIST && released < bytesMax && looks-- > 0) {
                long record = record(index);
                if ((Memory.getInt(record + STATE) & CLEAN) == 0 && memory.release(frameOf(index), bytes)) {
                    Memory.putInt(record + STATE, Memory.getInt(record + STATE) | CLEAN);
                    staleBytes -= bytes;
                    released += bytes;
                }
                index = Memory.getInt(record);
            }
        }
        return released;
    }

    /** A block's address with {@link #CLEAN} in its low bits, its frames marked allocated; or NONE. */
    private long take(int order) {
        if (order < 0 || order > ORDER_MAX) {
            return NONE;
        }
        long block = takeFree(order);
        if (block == NONE) {
            block = carve(order);
        }
        if (block == NONE) {
            return NONE;
        }
        long record = record(indexOf(block & -PAGE_BYTES));
        for (int i = 0; i < 1 << order; i++) {
            Memory.putInt(record, 1);
            Memory.putInt(record + STATE, ALLOCATED);
            record += RECORD_BYTES;
        }
        freeBytes -= (long) PAGE_BYTES << order;
        return block;
    }

    /** Takes from the free lists, splitting a larger block if need be. */
    private long takeFree(int order) {
        int found = order;
        while (found <= ORDER_MAX && freeFirst[found] == END_OF_LIST) {
            found++;
        }
        if (found > ORDER_MAX) {
            return NONE;
        }
        int index = freeFirst[found];
        int clean = Memory.getInt(record(index) + STATE) & CLEAN;
        unlink(index, found);
        while (found > order) {
            found--;
            link(index + (1 << found), found, clean);
        }
        return frameOf(index) | clean;
    }

    /** Takes RAM that was never used, for small blocks more than was asked for: the rest becomes free. */
    @ColdPath("each byte of RAM is carved once")
    @WarmPath("per page at first")
    private long carve(int order) {
        long block = order < PREPARED_ORDER ? carveBlock(PREPARED_ORDER) : NONE;
        if (block == NONE) {
            return carveBlock(order);
        }
        int clean = (int) (block & CLEAN);
        memory.prepare(block & -PAGE_BYTES, (long) PAGE_BYTES << PREPARED_ORDER);
        for (int above = order; above < PREPARED_ORDER; above++) {
            link(indexOf(block & -PAGE_BYTES) + (1 << above), above, clean);
        }
        return block;
    }

    /** Takes RAM that was never used; what is skipped for alignment becomes free. */
    private long carveBlock(int order) {
        long bytes = (long) PAGE_BYTES << order;
        int clean = zeroed ? CLEAN : 0;
        for (int i = 0; i < regionStart.length; i++) {
            long start = regionMark[i] + bytes - 1 & -bytes;
            if (start < regionMark[i] || start > regionEnd[i] - bytes) {
                continue;
            }
            long gap = regionMark[i];
            regionMark[i] = start + bytes;
            prepareLeftover(gap, start);
            while (gap < start) {
                int gapOrder = Math.min(Long.numberOfTrailingZeros(gap) - PAGE_SHIFT, order);
                link(indexOf(gap), gapOrder, clean);
                gap += (long) PAGE_BYTES << gapOrder;
            }
            return start | clean;
        }
        return order == 0 ? NONE : carveRemainders(order);
    }

    /** Near the end of RAM a block may exist only after all of the rest has been put into the free lists. */
    private long carveRemainders(int order) {
        for (int i = 0; i < regionStart.length; i++) {
            while (regionMark[i] < regionEnd[i] && regionEnd[i] - regionMark[i] < 2L * PAGE_BYTES << order) {
                long frame = regionMark[i];
                regionMark[i] += PAGE_BYTES;
                insert(frame, zeroed ? CLEAN : 0);
            }
        }
        return takeFree(order);
    }

    private void freed(long frame) {
        freeBytes += PAGE_BYTES;
        insert(frame, 0);
    }

    /** Makes one frame free, merged with its free buddies. */
    private void insert(long frame, int cleanFrame) {
        int region = regionOf(frame);
        long block = frame;
        int clean = cleanFrame;
        int order = 0;
        Memory.putInt(record(indexOf(frame)) + STATE, 0);
        while (order < ORDER_MAX) {
            long bytes = (long) PAGE_BYTES << order;
            long buddy = block ^ bytes;
            if (buddy < regionStart[region] || buddy + bytes > regionMark[region]) {
                break;
            }
            int index = indexOf(buddy);
            int state = Memory.getInt(record(index) + STATE);
            if ((state & (FREE | ORDER_MASK)) != (FREE | order)) {
                break;
            }
            unlink(index, order);
            clean &= state;
            block = Math.min(block, buddy);
            order++;
        }
        link(indexOf(block), order, clean);
    }

    private void link(int index, int order, int clean) {
        long record = record(index);
        int next = freeFirst[order];
        Memory.putInt(record, next);
        Memory.putInt(record + PREVIOUS, END_OF_LIST);
        Memory.putInt(record + STATE, FREE | clean | order);
        if (next != END_OF_LIST) {
            Memory.putInt(record(next) + PREVIOUS, index);
        }
        freeFirst[order] = index;
        staleBytes += clean != 0 ? 0 : (long) PAGE_BYTES << order;
    }

    private void unlink(int index, int order) {
        long record = record(index);
        int next = Memory.getInt(record);
        int previous = Memory.getInt(record + PREVIOUS);
        staleBytes -= (Memory.getInt(record + STATE) & CLEAN) != 0 ? 0 : (long) PAGE_BYTES << order;
        Memory.putInt(record + STATE, 0);
        if (previous == END_OF_LIST) {
            freeFirst[order] = next;
        } else {
            Memory.putInt(record(previous), next);
        }
        if (next != END_OF_LIST) {
            Memory.putInt(record(next) + PREVIOUS, previous);
        }
    }

    /** The record of a frame that is ours, or 0. */
    private long recordOf(long frame) {
        return regionOf(frame) < 0 ? 0 : record(indexOf(frame));
    }

    private int regionOf(long frame) {
        for (int i = 0; i < regionStart.length; i++) {
            if (frame >= regionStart[i] && frame < regionMark[i]) {
                return i;
            }
        }
        return -1;
    }

    private int indexOf(long frame) {
        return (int) (frame - lowest >>> PAGE_SHIFT);
    }

    private long frameOf(int index) {
        return lowest + ((long) index << PAGE_SHIFT);
    }

    private long record(int index) {
        return recordsAddress + (long) index * RECORD_BYTES;
    }
}

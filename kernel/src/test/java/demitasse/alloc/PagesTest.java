package demitasse.alloc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.base.memory.HostMemory;
import demitasse.base.memory.Memory;
import demitasse.machine.PhysicalMemory;
import demitasse.testing.LazyMemory;
import demitasse.testing.TestMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PagesTest {
    private static final int PAGE = Pages.PAGE_BYTES;
    private static final int RAM = 4 << 20;

    /** Three ranges with holes, none aligned to its size, and junk in them. */
    private static PhysicalMemory raggedMemory() {
        HostMemory.install(RAM);
        Memory.fill(HostMemory.BASE, RAM, (byte) 0xa5);
        long[][] ranges = {{3, 20}, {41, 700}, {800, 1024}};
        return new PhysicalMemory() {
            @Override
            public int regions() {
                return ranges.length;
            }

            @Override
            public long regionAddress(int index) {
                return HostMemory.BASE + ranges[index][0] * PAGE;
            }

            @Override
            public long regionBytes(int index) {
                return (ranges[index][1] - ranges[index][0]) * PAGE;
            }

            @Override
            public boolean zeroed() {
                return false;
            }

            @Override
            public long initrdAddress() {
                return 0;
            }

            @Override
            public long initrdBytes() {
                return 0;
            }
        };
    }

    record Block(long frame, int order) { }

    @Property(tries = 60)
    void blocksAreAlignedDisjointAndComeBack(@ForAll long seed) {
        Random random = new Random(seed);
        Pages pages = new Pages(raggedMemory());
        long free = pages.freeBytes();
        boolean[] taken = new boolean[RAM / PAGE];
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            if (blocks.isEmpty() || random.nextInt(5) < 3) {
                int order = random.nextInt(random.nextBoolean() ? 3 : 8);
                long frame = random.nextBoolean() ? pages.allocate(order) : pages.allocateZeroed(order);
                if (frame != Pages.NONE) {
                    mark(taken, frame, order, true);
                    assertEquals(0, frame % ((long) PAGE << order));
                    blocks.add(new Block(frame, order));
                }
            } else {
                Block block = blocks.remove(random.nextInt(blocks.size()));
                mark(taken, block.frame, block.order, false);
                pages.releaseRun(block.frame, 1L << block.order);
            }
        }
        blocks.forEach(block -> pages.releaseRun(block.frame, 1L << block.order));
        assertEquals(free, pages.freeBytes());
    }

    private static void mark(boolean[] taken, long frame, int order, boolean now) {
        int first = (int) ((frame - HostMemory.BASE) / PAGE);
        for (int i = first; i < first + (1 << order); i++) {
            assertNotEquals(now, taken[i], "frame " + i);
            taken[i] = now;
        }
        Memory.fill(frame, (long) PAGE << order, (byte) 0x77);
    }

    @Test
    void zeroedFramesAreZeroWhateverTheyHeld() {
        Pages pages = new Pages(raggedMemory());
        long frame = pages.allocate(3);
        Memory.fill(frame, 8 * PAGE, (byte) 1);
        pages.releaseRun(frame, 8);
        for (long at = pages.allocateZeroed(); at != Pages.NONE; at = pages.allocateZeroed()) {
            for (int i = 0; i < PAGE; i += 8) {
                assertEquals(0, Memory.getLong(at + i));
            }
        }
    }

    @Test
    void aRunOfAnyLengthIsZeroedAndTheRestIsFree() {
        for (int length = 1; length < 40; length++) {
            Pages pages = new Pages(raggedMemory());
            long free = pages.freeBytes();
            long used = pages.allocate(6);
            Memory.fill(used, 64 * PAGE, (byte) 1);
            pages.releaseRun(used, 64);
            long run = pages.allocateZeroedRun(length);
            assertEquals(free - (long) length * PAGE, pages.freeBytes());
            for (int i = 0; i < length * PAGE; i += 8) {
                assertEquals(0, Memory.getLong(run + i));
            }
            pages.releaseRun(run, length);
            assertEquals(free, pages.freeBytes());
        }
    }

    @Test
    void aRunOfAnyLengthAndContentsLeavesTheRestFreeAndNotClean() {
        Pages pages = new Pages(raggedMemory());
        long free = pages.freeBytes();
        for (int length = 1; length < 40; length++) {
            long used = pages.allocate(6);
            Memory.fill(used, 64 * PAGE, (byte) 1);
            pages.releaseRun(used, 64);
            long run = pages.allocateRun(length);
            assertEquals(free - (long) length * PAGE, pages.freeBytes());
            long zeroed = pages.allocateZeroed(0);
            for (int i = 0; i < PAGE; i += 8) {
                assertEquals(0, Memory.getLong(zeroed + i));
            }
            pages.release(zeroed);
            pages.releaseRun(run, length);
            assertEquals(free, pages.freeBytes());
        }
    }

    @Test
    void singleFramesArePreparedWhereverTheyComeFrom() {
        for (int length = 2; length <= 64; length++) {
            LazyMemory memory = new LazyMemory(4 << 20);
            Pages pages = new Pages(memory);
            pages.allocateZeroedRun(length);
            for (int i = 0; i < 70; i++) {
                assertTrue(memory.isPrepared(pages.allocateZeroed()), "frame " + i + " after a run of " + length);
            }
        }
    }

    @Test
    void whatWasGivenBackIsZeroWithoutBeingZeroedAgain() {
        LazyMemory memory = new LazyMemory(4 << 20);
        Pages pages = new Pages(memory);
        assertEquals(0, pages.staleBytes(), "nothing was used");
        long block = pages.allocate(8);
        Memory.fill(block, 256 * PAGE, (byte) 1);
        long small = pages.allocate(0);
        pages.releaseRun(block, 256);
        pages.release(small);
        long held = memory.heldBytes();
        assertTrue(pages.staleBytes() >= 256 * PAGE);
        assertEquals(held - memory.heldBytes(), 0);
        assertTrue(pages.releaseStale(256 * PAGE) >= 256 * PAGE);
        assertTrue(held - memory.heldBytes() >= 256 * PAGE);
        assertTrue(pages.staleBytes() < 32 * PAGE, "only what is too small is left");
        for (long at = pages.allocateZeroed(); at != Pages.NONE; at = pages.allocateZeroed()) {
            for (int i = 0; i < PAGE; i += 8) {
                assertEquals(0, Memory.getLong(at + i));
            }
        }
    }

    @Test
    void onlySomePlatformsTakeMemoryBack() {
        Pages pages = new Pages(new TestMemory(4 << 20));
        pages.releaseRun(pages.allocate(8), 256);
        assertEquals(0, pages.staleBytes());
    }

    @Test
    void everyFrameCanBeHadOneByOneAndMergesBackToLargeBlocks() {
        Pages pages = new Pages(new TestMemory(8 << 20));
        long[] frames = new long[(int) (pages.freeBytes() / PAGE)];
        Arrays.setAll(frames, i -> pages.allocate(0));
        assertTrue(Arrays.stream(frames).allMatch(frame -> frame != Pages.NONE));
        assertEquals(Pages.NONE, pages.allocate(0));
        assertEquals(0, pages.freeBytes());
        Arrays.stream(frames).forEach(pages::release);
        assertNotEquals(Pages.NONE, pages.allocate(10));
    }

    @Test
    void startTouchesNoMemory() {
        TestMemory memory = new TestMemory(64 << 20);
        HostMemory.watch((address, lengthBytes, write) -> {
            throw new AssertionError("touched");
        });
        Pages pages = new Pages(memory);
        assertTrue(pages.freeBytes() > 63 << 20);
    }

    @Test
    void heldFrameSurvivesUntilTheLastRelease() {
        Pages pages = new Pages(new TestMemory(1 << 20));
        long frame = pages.allocate(0);
        pages.retain(frame);
        assertEquals(2, pages.holders(frame));
        pages.release(frame);
        assertEquals(1, pages.holders(frame));
        long free = pages.freeBytes();
        pages.release(frame);
        assertEquals(free + PAGE, pages.freeBytes());
        assertThrows(AssertionError.class, () -> pages.release(frame));
    }

    @Test
    void framesOutsideRamAreNotCounted() {
        TestMemory memory = new TestMemory(1 << 20, 1 << 16);
        Pages pages = new Pages(memory);
        pages.release(memory.initrdAddress());
        pages.retain(memory.initrdAddress());
        assertEquals(Integer.MAX_VALUE, pages.holders(memory.initrdAddress()));
    }
}

package demitasse.alloc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.alloc.watch.CountingAllocator;
import demitasse.alloc.watch.FailingAllocator;
import demitasse.alloc.watch.PoisoningAllocator;
import demitasse.base.memory.Memory;
import demitasse.testing.TestMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class SlabsTest {
    private static final long LIMIT = 1 << 20;

    private final Pages pages = new Pages(new TestMemory(4 << 20));
    private final Slabs slabs = new Slabs(pages, LIMIT);

    record Chunk(long address, int size, byte mark) { }

    @Property(tries = 50)
    void objectsKeepTheirBytesAndAllMemoryComesBack(@ForAll long seed) {
        Random random = new Random(seed);
        Allocator allocator = new PoisoningAllocator(slabs);
        List<Chunk> chunks = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            if (random.nextInt(5) < 3) {
                int alignment = 1 << random.nextInt(7);
                int sizeMax = random.nextInt(10) == 0 ? 20000 : 600;
                int size = (1 + random.nextInt(sizeMax) / alignment) * alignment;
                long address = allocator.allocate(size, alignment);
                if (address != Allocator.NONE) {
                    assertEquals(0, address % alignment);
                    Memory.fill(address, size, (byte) i);
                    chunks.add(new Chunk(address, size, (byte) i));
                }
            } else if (!chunks.isEmpty()) {
                giveBack(allocator, chunks.remove(random.nextInt(chunks.size())));
            }
        }
        chunks.forEach(chunk -> giveBack(allocator, chunk));
        assertEquals(0, slabs.usedBytes());
        // One slab with room is kept for each size class.
        assertTrue(pages.totalBytes() - pages.freeBytes() < 14 * 16384 + 65536);
    }

    private static void giveBack(Allocator allocator, Chunk chunk) {
        for (int i = 0; i < chunk.size; i++) {
            assertEquals(chunk.mark, Memory.getByte(chunk.address + i));
        }
        allocator.free(chunk.address, chunk.size);
    }

    @Test
    void limitIsKept() {
        long used = 0;
        while (slabs.allocate(1000, 8) != Allocator.NONE) {
            used += 1024;
        }
        assertEquals(used, slabs.usedBytes());
        assertTrue(used <= LIMIT && used > LIMIT - 2048);
        assertEquals(Allocator.NONE, slabs.allocate(8192, 8));
    }

    @Test
    void emptyMachineAnswersNone() {
        while (pages.allocate(0) != Pages.NONE) {
            assertTrue(pages.freeBytes() >= 0);
        }
        assertEquals(Allocator.NONE, slabs.allocate(16, 1));
        assertEquals(Allocator.NONE, slabs.allocate(5000, 1));
        assertEquals(Allocator.NONE, slabs.allocate(Long.MAX_VALUE, 1));
        assertEquals(0, slabs.usedBytes());
    }

    @Test
    void watchersCountAndRefuse() {
        CountingAllocator counting = new CountingAllocator(new FailingAllocator(slabs, 3));
        long first = counting.allocate(100, 4);
        assertNotEquals(Allocator.NONE, first);
        assertNotEquals(Allocator.NONE, counting.allocate(50, 2));
        assertEquals(Allocator.NONE, counting.allocate(100, 4));
        counting.free(first, 100);
        assertEquals(1, counting.liveObjects());
        assertEquals(50, counting.liveBytes());
        assertEquals(1, counting.failures());
    }
}

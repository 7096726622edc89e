package demitasse.alloc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.alloc.watch.FailingPages;
import demitasse.base.error.Errno;
import demitasse.base.memory.HostMemory;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.testing.TestMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PageTableTest {
    private static final int PAGE = 4096;
    private static final long FRAME = HostMemory.BASE + 0x1000_0000L;

    private final FailingPages pages = new FailingPages(new TestMemory(1 << 20));
    private final PageTable table = PageTable.create(pages, HostMemory.BASE);

    enum Kind { MAP, PROTECT, UNMAP }

    record Step(Kind kind, long page, int count, int protection) { }

    @Property(tries = 300)
    void behavesLikeAMapOfPages(@ForAll("steps") List<Step> steps) {
        long freeBefore = pages.freeBytes();
        Map<Long, Long> model = new TreeMap<>();
        for (Step step : steps) {
            apply(step, model);
        }
        model.forEach((page, entry) -> assertEquals(entry, table.translate(page * PAGE + 5)));
        assertEquals(List.copyOf(model.keySet()), mappedPages());
        table.unmap(0, AddressSpace.USER_END);
        assertEquals(freeBefore, pages.freeBytes());
    }

    private void apply(Step step, Map<Long, Long> model) {
        long address = step.page * PAGE;
        long length = (long) step.count * PAGE;
        switch (step.kind) {
            case MAP -> assertEquals(0, table.map(address, length, step.protection, frameFor(address)));
            case PROTECT -> table.protect(address, length, step.protection);
            case UNMAP -> table.unmap(address, length);
        }
        int seen = step.protection == 0 ? 0 : step.protection | AddressSpace.READ;
        for (long page = step.page; page < step.page + step.count; page++) {
            long frame = frameFor(address) + (page - step.page) * PAGE;
            switch (step.kind) {
                case MAP -> model.put(page, frame | seen);
                case PROTECT -> model.computeIfPresent(page, (key, old) -> old & -PAGE | seen);
                case UNMAP -> model.remove(page);
            }
        }
    }

    private static long frameFor(long address) {
        return FRAME + address % (1 << 30);
    }

    private List<Long> mappedPages() {
        List<Long> found = new ArrayList<>();
        for (long at = table.nextMapped(0, AddressSpace.USER_END); at < AddressSpace.USER_END;
                at = table.nextMapped(at + PAGE, AddressSpace.USER_END)) {
            found.add(at / PAGE);
        }
        return found;
    }

    /** Pages around the borders of tables of every level, so that ranges cross them. */
    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Long> base = Arbitraries.of(16L, 512L, 1L << 18, 1L << 27, (1L << 34) - 600);
        Arbitrary<Long> page = Combinators.combine(base, Arbitraries.longs().between(-16, 16)).as(Long::sum);
        Arbitrary<Integer> count = Arbitraries.oneOf(Arbitraries.integers().between(1, 40),
                Arbitraries.of(520));
        Arbitrary<Integer> protection = Arbitraries.integers().between(0, 7);
        return Combinators.combine(Arbitraries.of(Kind.values()), page, count, protection).as(Step::new)
                .list().ofMaxSize(20);
    }

    @Test
    void mapWithoutMemoryChangesNothing() {
        assertEquals(0, table.map(0x10000, PAGE, AddressSpace.READ, FRAME));
        long free = pages.freeBytes();
        pages.failEvery(3);
        long address = 0x7000_0000_0000L;
        assertEquals(-Errno.ENOMEM, table.map(address, 2 * PAGE, AddressSpace.READ, FRAME));
        assertEquals(free, pages.freeBytes());
        assertEquals(0, table.translate(address));
        assertEquals(FRAME | AddressSpace.READ, table.translate(0x10000));
    }

    @Test
    void deniedPageStaysOnRecord() {
        table.map(0x10000, PAGE, AddressSpace.READ | AddressSpace.WRITE, FRAME);
        table.protect(0x10000, PAGE, 0);
        assertEquals(FRAME, table.translate(0x10000));
        assertEquals(0x10000, table.nextMapped(0, AddressSpace.USER_END));
        table.protect(0x10000, PAGE, AddressSpace.EXECUTE);
        assertEquals(FRAME | AddressSpace.READ | AddressSpace.EXECUTE, table.translate(0x10000));
    }

    @Test
    void leafHasHardwareFormat() {
        table.map(0x10000, PAGE, AddressSpace.READ | AddressSpace.WRITE, FRAME);
        long entry = table.root();
        for (int shift = 39; shift > 12; shift -= 9) {
            long value = Memory.getLong(entry + (0x10000L >>> shift & 511) * 8);
            assertEquals(7, value & 7, "present, writable and user at every level");
            entry = (value & 0x000f_ffff_ffff_f000L) + HostMemory.BASE;
        }
        long leaf = Memory.getLong(entry + 16 * 8);
        assertEquals(1L << 63 | 0x1000_0000L | 1 << 9 | 1 << 6 | 1 << 5 | 7, leaf);
    }

    @Test
    void destroyGivesEveryTableBack() {
        FailingPages fresh = new FailingPages(new TestMemory(1 << 20));
        long free = fresh.freeBytes();
        PageTable other = PageTable.create(fresh, HostMemory.BASE);
        for (long address = 0x10000; address < AddressSpace.USER_END; address *= 4) {
            assertEquals(0, other.map(address, PAGE, AddressSpace.READ, FRAME));
        }
        assertTrue(fresh.freeBytes() < free - 10 * PAGE);
        other.destroy();
        assertEquals(free, fresh.freeBytes());
    }

    @Test
    void kernelAddressesTranslateToNothing() {
        assertEquals(0, table.translate(-1));
        assertEquals(0, table.translate(AddressSpace.USER_END));
        assertEquals(0, table.translate(Long.MIN_VALUE));
    }
}

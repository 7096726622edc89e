package demitasse.posix.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import demitasse.alloc.Pages;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** {@link Mappings#highestGap} with what it remembers of the last search against a look at every page. */
class MappingsTest {
    private static final int PAGE = Pages.PAGE_BYTES;
    private static final int LOW = 4;
    private static final int HIGH = 120;
    private static final int STEPS = 300;
    private static final int MANY = 60_000;
    private static final long RAM_BYTES = 1L << 30;

    private final Mappings mappings = new Mappings(RAM_BYTES);

    @Property(tries = 300)
    void theHighestGapIsFoundWhateverWasFoundBefore(@ForAll long seed) {
        Random random = new Random(seed);
        for (int step = 0; step < STEPS; step++) {
            int pages = 1 + random.nextInt(5);
            int high = random.nextInt(8) == 0 ? HIGH / 2 : HIGH;
            long start = mappings.highestGap((long) pages * PAGE, (long) LOW * PAGE, (long) high * PAGE, 0);
            assertEquals(gapByLooking(pages, high), start, () -> "seed " + seed);
            if (start != 0 && random.nextInt(3) > 0) {
                mappings.insert(new Mapping(null, start, start + (long) pages * PAGE, 0, 0));
            } else if (mappings.count() > 0) {
                int from = random.nextInt(mappings.count());
                mappings.remove(from, Math.min(mappings.count(), from + 1 + random.nextInt(2)));
            }
        }
    }

    /** Of which each is below the last. A search that began at the top each time would take minutes. */
    @Test
    void manyMappingsAreMadeWithoutLookingAtAllOfThem() {
        long high = 1L << 46;
        for (int i = 1; i <= MANY; i++) {
            long start = mappings.highestGap(PAGE, PAGE, high, 0);
            assertEquals(high - (long) i * PAGE, start);
            mappings.insert(new Mapping(null, start, start + PAGE, 0, 0));
        }
    }

    private long gapByLooking(int pages, int high) {
        for (int first = high - pages; first >= LOW; first--) {
            if (mappings.isFree((long) first * PAGE, (long) (first + pages) * PAGE)) {
                return (long) first * PAGE;
            }
        }
        return 0;
    }
}

package demitasse.posix.memory;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.ENOMEM;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.alloc.Pages;
import demitasse.alloc.watch.FailingPages;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.testing.TestFile;
import demitasse.testing.TestMemory;
import demitasse.testing.TestPlatform;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random mappings, protections, moves and accesses against a map of pages. */
class UserSpaceModelTest {
    private static final int PAGE = Pages.PAGE_BYTES;
    private static final long BASE = 0x20_0000;
    private static final int REGION_PAGES = 80;
    private static final int FILE_PAGES = 24;
    private static final int STEPS = 150;

    /** What a page of the model holds: a cell of its own or of the file. */
    private static final class Cell {
        int value;
        /** For private pages of a file that were not written: where the value comes from. */
        Cell origin;

        Cell(int value) {
            this.value = value;
        }

        int read() {
            return origin == null ? value : origin.value;
        }
    }

    private static final class ModelPage {
        int protection;
        Cell cell;
        boolean shared;
        int filePage = -1;

        ModelPage moved() {
            return this;
        }

        /** What a child has: shared pages are the same, private ones have a cell of their own. */
        ModelPage forked() {
            ModelPage twin = new ModelPage();
            twin.protection = protection;
            twin.shared = shared;
            twin.filePage = filePage;
            twin.cell = cell;
            if (!shared) {
                twin.cell = new Cell(cell.value);
                twin.cell.origin = cell.origin;
            }
            return twin;
        }
    }

    private final TestMemory memory = new TestMemory(8 << 20);
    private final FailingPages pages = new FailingPages(memory);
    private final TestPlatform platform = new TestPlatform(memory);
    private final long word = pages.allocateZeroed();
    private Map<Integer, ModelPage> model = new HashMap<>();
    /** The processes that are not running, and what they have. */
    private final List<UserSpace> others = new ArrayList<>();
    private final List<Map<Integer, ModelPage>> otherModels = new ArrayList<>();
    private final Cell[] fileCells = new Cell[FILE_PAGES];
    private UserSpace space;
    private TestFile file;
    private boolean forking;

    @Property(tries = 150)
    void behavesLikeAMapOfPages(@ForAll long seed) {
        run(seed, 0);
    }

    /**
     * Whatever is refused for want of a frame leaves everything as it was: the model only follows successes.
     */
    @Property(tries = 100)
    void survivesRefusedFrames(@ForAll long seed) {
        run(seed, 2 + (int) (seed & 7));
    }

    /** Parents, children and their children take turns; in the end every frame is back. */
    @Property(tries = 150)
    void forkedSpacesAreIndependent(@ForAll long seed) {
        forking = true;
        run(seed, 0);
    }

    @Property(tries = 100)
    void forkSurvivesRefusedFrames(@ForAll long seed) {
        forking = true;
        run(seed, 2 + (int) (seed & 7));
    }

    private void run(long seed, int failEvery) {
        Random random = new Random(seed);
        long free = pages.freeBytes();
        byte[] contents = new byte[FILE_PAGES * PAGE];
        for (int i = 0; i < FILE_PAGES; i++) {
            contents[i * PAGE] = (byte) (i + 1);
            fileCells[i] = new Cell(i + 1);
        }
        file = TestFile.of(pages, contents);
        space = UserSpace.create(platform, pages, 8 << 20, true);
        model.clear();
        pages.failEvery(failEvery);
        for (int i = 0; i < STEPS; i++) {
            step(random);
        }
        pages.failEvery(0);
        checkAll();
        while (!others.isEmpty()) {
            space.destroy();
            space = others.removeLast();
            model = otherModels.removeLast();
            checkAll();
        }
        space.destroy();
        file.release();
        assertFalse(file.isLive());
        assertEquals(free, pages.freeBytes());
    }

    private void checkAll() {
        for (int page = 0; page < REGION_PAGES; page++) {
            checkRead(page);
        }
        checkMappings();
    }

    private void fork() {
        UserSpace child = space.fork(platform);
        if (child != null) {
            Map<Integer, ModelPage> childModel = new HashMap<>();
            model.forEach((page, mapped) -> childModel.put(page, mapped.forked()));
            others.add(child);
            otherModels.add(childModel);
        }
    }

    /** Another process runs. */
    private void turn(int index) {
        UserSpace next = others.set(index, space);
        Map<Integer, ModelPage> nextModel = otherModels.set(index, model);
        space = next;
        model = nextModel;
    }

    private void step(Random random) {
        if (forking && random.nextInt(12) == 0 && others.size() < 6) {
            fork();
        } else if (!others.isEmpty() && random.nextInt(4) == 0) {
            turn(random.nextInt(others.size()));
        } else if (others.size() > 3 && random.nextInt(10) == 0) {
            others.removeLast().destroy();
            otherModels.removeLast();
        }
        int page = random.nextInt(REGION_PAGES);
        int count = 1 + random.nextInt(Math.min(20, REGION_PAGES - page));
        int protection = new int[] {0, 1, 3, 5, 2, 3, 3}[random.nextInt(7)];
        switch (random.nextInt(10)) {
            case 0 -> mapAnonymous(page, count, protection);
            case 1 -> mapFile(page, Math.min(count, FILE_PAGES), protection, random, false);
            case 2 -> mapFile(page, Math.min(count, FILE_PAGES), protection & ~4, random, true);
            case 3 -> unmap(page, count);
            case 4 -> protect(page, count, protection);
            case 5 -> move(page, count, random.nextInt(REGION_PAGES - count + 1));
            case 6 -> discard(page, count);
            case 7 -> checkRead(page);
            default -> write(page, random.nextInt());
        }
    }

    private static long address(int page) {
        return BASE + (long) page * PAGE;
    }

    private void mapAnonymous(int page, int count, int protection) {
        int flags = MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS | MapFlags.MAP_FIXED;
        long result = space.map(address(page), (long) count * PAGE - 5, protection, flags, null, 0, false);
        assertEquals(address(page), result);
        for (int i = page; i < page + count; i++) {
            ModelPage mapped = new ModelPage();
            mapped.protection = protection;
            mapped.cell = new Cell(0);
            model.put(i, mapped);
        }
    }

    private void mapFile(int page, int count, int protection, Random random, boolean shared) {
        int first = random.nextInt(FILE_PAGES - count + 1);
        int flags = (shared ? MapFlags.MAP_SHARED : MapFlags.MAP_PRIVATE) | MapFlags.MAP_FIXED;
        long offset = (long) first * PAGE;
        long result = space.map(address(page), (long) count * PAGE, protection, flags, file, offset, false);
        assertEquals(address(page), result);
        for (int i = 0; i < count; i++) {
            ModelPage mapped = new ModelPage();
            mapped.protection = protection;
            mapped.shared = shared;
            mapped.filePage = first + i;
            mapped.cell = fileCell(first + i, shared);
            model.put(page + i, mapped);
        }
    }

    private Cell fileCell(int filePage, boolean shared) {
        if (shared) {
            return fileCells[filePage];
        }
        Cell cell = new Cell(0);
        cell.origin = fileCells[filePage];
        return cell;
    }

    private void unmap(int page, int count) {
        assertEquals(0, space.unmap(address(page), (long) count * PAGE));
        for (int i = page; i < page + count; i++) {
            model.remove(i);
        }
    }

    private boolean isMapped(int page, int count) {
        for (int i = page; i < page + count; i++) {
            if (!model.containsKey(i)) {
                return false;
            }
        }
        return true;
    }

    private void protect(int page, int count, int protection) {
        int result = space.protect(address(page), (long) count * PAGE, protection);
        assertEquals(isMapped(page, count) ? 0 : -ENOMEM, result);
        if (result == 0) {
            for (int i = page; i < page + count; i++) {
                model.get(i).protection = protection;
            }
        }
    }

    private void move(int page, int count, int target) {
        int flags = MapFlags.MREMAP_MAYMOVE | MapFlags.MREMAP_FIXED;
        long length = (long) count * PAGE;
        long result = Remap.remap(space, address(page), length, length, flags, address(target));
        if (result == -ENOMEM || result == -EFAULT && model.containsKey(page)) {
            // The target was cleared before frames ran out or a hole in the source was found, as on Linux.
            for (int i = target; i < target + count; i++) {
                model.remove(i);
            }
            return;
        }
        if (result < 0) {
            return;
        }
        assertEquals(address(target), result);
        for (int i = 0; i < count; i++) {
            model.put(target + i, model.remove(page + i).moved());
        }
    }

    private void discard(int page, int count) {
        int result = Advice.advise(space, address(page), address(page + count), Advice.MADV_DONTNEED);
        assertEquals(isMapped(page, count) ? 0 : -ENOMEM, result);
        for (int i = page; i < page + count; i++) {
            ModelPage mapped = model.get(i);
            if (mapped != null && !mapped.shared) {
                mapped.cell = mapped.filePage < 0 ? new Cell(0) : fileCell(mapped.filePage, false);
            }
        }
    }

    private void write(int page, int value) {
        ModelPage mapped = model.get(page);
        Memory.putInt(word, value);
        int result = space.copyOut(word, address(page), Integer.BYTES);
        if (mapped == null || (mapped.protection & AddressSpace.WRITE) == 0) {
            assertEquals(-EFAULT, result);
        } else if (result == 0) {
            mapped.cell.value = value;
            mapped.cell.origin = null;
        }
    }

    private void checkRead(int page) {
        ModelPage mapped = model.get(page);
        int result = space.copyIn(address(page), word, Integer.BYTES);
        if (mapped == null || mapped.protection == 0) {
            assertEquals(-EFAULT, result);
        } else if (result == 0) {
            assertEquals(mapped.cell.read(), Memory.getInt(word), "page " + page);
            assertTrue(present(page) != 0);
        }
    }

    private long present(int page) {
        return space.resident().translate(address(page));
    }

    /** Mappings cover just the model's pages, in order, and agree with the page tables. */
    private void checkMappings() {
        long covered = 0;
        long last = 0;
        for (int i = 0; i < space.mappingCount(); i++) {
            Mapping mapping = space.mapping(i);
            assertTrue(mapping.start() >= last && mapping.end() > mapping.start());
            last = mapping.end();
            covered += mapping.lengthBytes();
            for (long at = mapping.start(); at < mapping.end(); at += PAGE) {
                ModelPage page = model.get((int) ((at - BASE) / PAGE));
                assertEquals(page.protection, mapping.protection());
                long allowed = page.protection == 0 ? 0 : page.protection | AddressSpace.READ;
                assertEquals(0, present((int) ((at - BASE) / PAGE)) & 7 & ~allowed);
            }
        }
        assertEquals((long) model.size() * PAGE, covered);
        assertEquals(covered, space.mappedBytes());
    }
}

package demitasse.platform.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.alloc.PageTable;
import demitasse.alloc.Pages;
import demitasse.base.error.Errno;
import demitasse.base.memory.HostMemory;
import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.machine.PhysicalMemory;
import demitasse.machine.Trap;
import demitasse.machine.UserContext;
import java.util.ArrayList;
import java.util.HashMap;
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

/**
 * Processes that fork, write, unmap and take turns, against a model in which each has memory of its own: whatever the
 * switches map, unmap or exchange, everybody reads what it wrote, and the host never has more than the tables allow.
 */
class MappedTest {
    private static final int RAM_BYTES = 8 << 20;
    private static final int PAGE = 4096;
    private static final int SPACES = 4;
    /** More pages than differences are dealt with one by one, over the border of a leaf table. */
    private static final int PAGES = 80;
    private static final long FIRST = 0x3f12_341d_8000L;
    /** Fewer than there are processes, so that they run out too. */
    private static final int PROCESSES_MAX = 3;
    private static final int READ_WRITE = AddressSpace.READ | AddressSpace.WRITE;

    private ModelHost host;
    private Pages pages;
    private HostProcesses processes;
    private UserContext user;
    private final LinuxAddressSpace[] spaces = new LinuxAddressSpace[SPACES];
    /** What each process has written: page number to value. */
    private final List<Map<Integer, Long>> model = new ArrayList<>();
    private long written;

    enum Kind { WRITE, READ, SWITCH, FORK, UNMAP, DENY }

    record Step(Kind kind, int which, int page, int count) { }

    @Property(tries = 400)
    void everybodyReadsWhatItWrote(@ForAll("steps") List<Step> steps) {
        setUp();
        for (Step step : steps) {
            apply(step);
            checkHost();
        }
        for (int i = 0; i < SPACES; i++) {
            activate(i);
            checkHost();
            for (var one : model.get(i).entrySet()) {
                assertEquals(one.getValue(), read(one.getKey()), "page " + one.getKey() + " of " + i);
            }
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(Arbitraries.of(Kind.values()), Arbitraries.integers().between(0, SPACES - 1),
                Arbitraries.integers().between(0, PAGES - 1), Arbitraries.of(1, 1, 1, 3, PAGES)).as(Step::new)
                .list().ofMinSize(10).ofMaxSize(120);
    }

    @Test
    void relativesExchangeWhatBothOwn() {
        setUp();
        write(1, 4);
        assertEquals(0, spaces[0].copyTo(spaces[1], page(0), (long) PAGES * PAGE, true));
        retainAll(spaces[1]);
        write(1, 5);
        activate(1);
        write(1, 6);
        activate(0);
        int calls = host.calls;
        assertTrue(spaces[1].activate(), "both own the page now");
        assertEquals(6, Memory.getLong(host.frameOf(page(1))));
        assertTrue(spaces[0].activate());
        assertEquals(5, Memory.getLong(host.frameOf(page(1))));
        assertEquals(calls, host.calls, "nothing was mapped");
    }

    @Test
    void strangersThatTakeTurnsGetProcessesOfTheirOwn() {
        setUp();
        for (int turn = 0; turn < 8; turn++) {
            for (int i = 0; i < 2; i++) {
                activate(i);
                for (int page = 0; page < PAGES; page++) {
                    write(page, i);
                }
            }
        }
        int calls = host.calls;
        activate(0);
        assertEquals(0, read(PAGES - 1));
        activate(1);
        assertEquals(1, read(PAGES - 1));
        assertEquals(calls, host.calls, "nothing was mapped");
        assertEquals(2, host.processes.size());
    }

    /** Each switch would map or unmap the page that only one has. */
    @Test
    void relativesThatKeepCallingTheHostGetProcessesOfTheirOwn() {
        setUp();
        write(1, 4);
        assertEquals(0, spaces[0].copyTo(spaces[1], page(0), (long) PAGES * PAGE, true));
        retainAll(spaces[1]);
        write(2, 5);
        for (int turn = 0; turn < 200; turn++) {
            activate(turn + 1 & 1);
        }
        assertEquals(2, host.processes.size());
        activate(0);
        assertEquals(5, read(2));
        activate(1);
        int calls = host.calls;
        activate(0);
        activate(1);
        assertEquals(calls, host.calls, "nothing is mapped any more");
        assertEquals(4, read(1));
    }

    /** A short-lived child costs its parent nothing for later. */
    @Test
    void parentOfManyChildrenStaysWhereItIs() {
        setUp();
        write(1, 4);
        for (int child = 0; child < 200; child++) {
            drop(spaces[0], 2);
            spaces[1] = newSpace();
            assertEquals(0, spaces[0].copyTo(spaces[1], page(0), (long) PAGES * PAGE, true));
            retainAll(spaces[1]);
            write(2, 5);
            activate(1);
            activate(0);
            drop(spaces[1], 1);
            spaces[1].destroy();
        }
        assertEquals(1, host.processes.size());
    }

    @Test
    void whatChangesWhileOthersRunIsForgotten() {
        strangersThatTakeTurnsGetProcessesOfTheirOwn();
        drop(spaces[0], 3);
        spaces[0].protect(page(4), PAGE, AddressSpace.READ);
        activate(0);
        assertEquals(0, host.protectionOf(page(3)));
        assertEquals(0, host.protectionOf(page(4)) & AddressSpace.WRITE);
        assertEquals(0, read(5));
    }

    private void setUp() {
        HostMemory.install(RAM_BYTES);
        LinuxMemory memory = new LinuxMemory(HostMemory.BASE, RAM_BYTES, 0, 0);
        host = new ModelHost();
        pages = new Pages(new Ram());
        processes = new HostProcesses(host, memory);
        user = new UserContext(pages.allocateZeroed());
        model.clear();
        for (int i = 0; i < SPACES; i++) {
            spaces[i] = newSpace();
            model.add(new HashMap<>());
        }
        activate(0);
    }

    private void apply(Step step) {
        int active = indexOfActive();
        switch (step.kind) {
            case WRITE -> {
                for (int i = step.page; i < Math.min(step.page + step.count, PAGES); i++) {
                    written++;
                    write(i, written);
                    model.get(active).put(i, written);
                }
            }
            case READ -> {
                if (model.get(active).containsKey(step.page)) {
                    assertEquals(model.get(active).get(step.page), read(step.page));
                }
            }
            case SWITCH -> activate(step.which);
            case FORK -> fork(active, step.which);
            case UNMAP -> {
                for (int i = step.page; i < Math.min(step.page + step.count, PAGES); i++) {
                    drop(spaces[active], i);
                    model.get(active).remove(i);
                }
            }
            case DENY -> spaces[active].protect(page(step.page), PAGE, AddressSpace.READ);
        }
    }

    /** The child takes the place of another process, unless that is the parent. */
    private void fork(int parent, int child) {
        if (parent == child) {
            return;
        }
        for (int i = 0; i < PAGES; i++) {
            drop(spaces[child], i);
        }
        spaces[child].destroy();
        spaces[child] = newSpace();
        assertEquals(0, spaces[parent].copyTo(spaces[child], page(0), (long) PAGES * PAGE, true));
        retainAll(spaces[child]);
        model.get(child).clear();
        model.get(child).putAll(model.get(parent));
    }

    private void retainAll(LinuxAddressSpace space) {
        for (int i = 0; i < PAGES; i++) {
            if (space.translate(page(i)) != 0) {
                pages.retain(space.translate(page(i)) & -PAGE);
            }
        }
    }

    private void drop(LinuxAddressSpace space, int index) {
        long entry = space.translate(page(index));
        if (entry != 0) {
            space.unmap(page(index), PAGE);
            pages.release(entry & -PAGE);
        }
    }

    /** A program's store: to what the host has mapped, else after a fault. */
    private void write(int index, long value) {
        LinuxAddressSpace space = processes.current();
        if ((host.protectionOf(page(index)) & AddressSpace.WRITE) == 0 && !repairs(index, Trap.FAULT_WRITE)) {
            long entry = space.translate(page(index));
            long frame = entry & -PAGE;
            if (entry == 0 || pages.holders(frame) > 1) {
                long copy = pages.allocateZeroed();
                assertEquals(0, space.map(page(index), PAGE, READ_WRITE, copy));
                if (entry != 0) {
                    pages.release(frame);
                }
            } else {
                space.protect(page(index), PAGE, READ_WRITE);
                if (host.protectionOf(page(index)) == 0) {
                    assertTrue(repairs(index, Trap.FAULT_WRITE));
                }
            }
        }
        assertNotEquals(0, host.protectionOf(page(index)) & AddressSpace.WRITE);
        Memory.putLong(host.frameOf(page(index)), value);
    }

    private long read(int index) {
        if (host.protectionOf(page(index)) == 0) {
            assertTrue(repairs(index, 0));
        }
        return Memory.getLong(host.frameOf(page(index)));
    }

    private boolean repairs(int index, long errorCode) {
        user.setRegister(UserContext.FAULT_ADDRESS, page(index) + 8);
        user.setRegister(UserContext.ERROR_CODE, errorCode);
        return processes.current().repairs(Trap.PAGE_FAULT, user);
    }

    private void activate(int which) {
        spaces[which].activate();
    }

    private int indexOfActive() {
        return List.of(spaces).indexOf(processes.current());
    }

    /** What the host has stands in the tables of the active process too, with no less permission. */
    private void checkHost() {
        host.pages().forEach((page, entry) -> {
            long allowed = processes.current().translate(page);
            assertEquals(allowed & -PAGE, entry & -PAGE, "the frame of " + Long.toHexString(page));
            assertEquals(0, entry & ~allowed & AddressSpace.PROTECTION_MASK, "the protection");
        });
    }

    private LinuxAddressSpace newSpace() {
        return new LinuxAddressSpace(PageTable.create(pages, HostMemory.BASE), pages, processes, 0);
    }

    private static long page(int index) {
        return FIRST + (long) index * PAGE;
    }

    private static final class Ram implements PhysicalMemory {
        @Override
        public int regions() {
            return 1;
        }

        @Override
        public long regionAddress(int index) {
            return HostMemory.BASE;
        }

        @Override
        public long regionBytes(int index) {
            return RAM_BYTES;
        }

        @Override
        public boolean zeroed() {
            return true;
        }

        @Override
        public long initrdAddress() {
            return 0;
        }

        @Override
        public long initrdBytes() {
            return 0;
        }
    }

    /** A host that keeps what it is told: page to frame and protection. */
    private static final class ModelHost implements HostMappings {
        private final List<TreeMap<Long, Long>> processes = new ArrayList<>(List.of(new TreeMap<>()));
        private int active;
        int calls;

        TreeMap<Long, Long> pages() {
            return processes.get(active);
        }

        @Override
        public boolean startProcess(int number) {
            assertEquals(processes.size(), number);
            processes.add(new TreeMap<>());
            return number < PROCESSES_MAX;
        }

        @Override
        public void enterProcess(int number) {
            assertNotEquals(active, number);
            active = number;
        }

        @Override
        public int mapRam(long address, long lengthBytes, int protection, long offset) {
            calls++;
            for (long at = 0; at < lengthBytes; at += PAGE) {
                pages().put(address + at, HostMemory.BASE + offset + at | protection);
            }
            return 0;
        }

        @Override
        public void exchange(long one, long two) {
            for (long at = 0; at < PAGE; at += Long.BYTES) {
                long word = Memory.getLong(one + at);
                Memory.putLong(one + at, Memory.getLong(two + at));
                Memory.putLong(two + at, word);
            }
        }

        @Override
        public int mapImage(long address, long lengthBytes, int protection, long offset) {
            throw new AssertionError("there is no image");
        }

        @Override
        public int protect(long address, long lengthBytes, int protection) {
            calls++;
            for (long at = address; at < address + lengthBytes; at += PAGE) {
                if (!pages().containsKey(at)) {
                    return -Errno.ENOMEM;
                }
                pages().compute(at, (page, entry) -> entry & -PAGE | protection);
            }
            return 0;
        }

        @Override
        public int unmap(long address, long lengthBytes) {
            calls++;
            pages().subMap(address, address + lengthBytes).clear();
            return 0;
        }

        long frameOf(long page) {
            return pages().get(page) & -PAGE;
        }

        long protectionOf(long page) {
            return pages().getOrDefault(page, 0L) & AddressSpace.PROTECTION_MASK;
        }
    }
}

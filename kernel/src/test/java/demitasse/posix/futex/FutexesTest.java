package demitasse.posix.futex;

import static org.junit.jupiter.api.Assertions.assertEquals;

import demitasse.base.memory.Memory;
import demitasse.machine.AddressSpace;
import demitasse.posix.memory.MapFlags;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Process;
import demitasse.posix.task.Task;
import demitasse.testing.TestSystem;
import demitasse.testing.TestSystem.Program;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FutexesTest {
    private static final int WAIT = 1;
    private static final int WAKE = 2;
    private static final int REQUEUE = 3;

    private final TestSystem system = new TestSystem();
    private UserSpace memory;
    private Process process;
    private long page;

    @BeforeEach
    void makeProcess() {
        memory = UserSpace.create(system.platform, system.instance.pages(), 8 << 20, true);
        page = memory.map(0, 4096, MapFlags.PROT_READ | MapFlags.PROT_WRITE,
                MapFlags.MAP_PRIVATE | MapFlags.MAP_ANONYMOUS, null, 0, false);
        process = system.process(memory);
        Futexes futexes = system.instance.futexes();
        system.on(WAIT, call -> {
            FutexWaiter waiter = call.task().futexWaiter();
            if (call.attempt > 0 && waiter.isWoken()) {
                return call.a0 - page;
            }
            if (!waiter.isQueued()) {
                futexes.queue(waiter, call, memory, call.a0, call.a1 != 0, (int) call.a2);
                call.state = waiter;
            }
            return call.park();
        });
        system.on(WAKE, call -> futexes.wake(memory, call.a0, call.a1 != 0, (int) call.a2, (int) call.a3));
        system.on(REQUEUE, call -> futexes.requeue(memory, call.a0, call.a1, true, (int) call.a2, (int) call.a3));
    }

    private Program waitingFor(long address, int bits) {
        Program program = new Program().call(WAIT, address, 1, bits).sleep();
        system.start(process, program);
        return program;
    }

    @Test
    void wakesInOrderAndOnlyThoseOfTheWordAndTheBits() {
        Program first = waitingFor(page, 1);
        Program second = waitingFor(page, 2);
        Program third = waitingFor(page, 1);
        Program other = waitingFor(page + 4, 1);
        Program waker = new Program().call(WAKE, page, 1, 1, 1).yield().call(WAKE, page, 1, 9, -1).yield();
        system.start(process, waker);
        system.run();
        assertEquals(List.of(1L, 2L), waker.results.subList(0, 2));
        assertEquals(List.of(1, 1, 1, 0), List.of(first.results.size(), second.results.size(), third.results.size(),
                other.results.size()));
    }

    @Test
    void requeuedWaitersAreWokenThroughTheOtherWord() {
        Program first = waitingFor(page, 1);
        Program second = waitingFor(page, 1);
        Program waker = new Program().call(REQUEUE, page, page + 8, 1, 9).yield().call(WAKE, page, 1, 9, -1)
                .call(WAKE, page + 8, 1, 9, -1).yield();
        system.start(process, waker);
        system.run();
        assertEquals(List.of(2L, 0L, 1L), waker.results.subList(0, 3));
        assertEquals(1, first.results.size());
        assertEquals(1, second.results.size());
    }

    @Test
    void deadWaitersAreNotCounted() {
        Process init = process;
        Process child = system.process(memory);
        memory.share();
        child.becomeChildOf(init);
        system.start(child, new Program().call(WAIT, page, 1, 1));
        system.on(4, call -> {
            child.killBy(9);
            return 0;
        });
        Program waker = new Program().yield().call(4).yield().call(WAKE, page, 1, 9, -1);
        system.start(init, waker);
        system.run();
        assertEquals(List.of(0L, 0L), waker.results.subList(0, 2));
    }

    @Test
    void locksOfADeadThreadAreMarkedAndTheNextIsWoken() {
        long head = page + 256;
        long lock = page + 512;
        Task[] owner = new Task[1];
        system.on(5, call -> {
            put(head, lock);
            put(head + 8, 32);
            put(head + 16, 0);
            put(lock, head);
            Memory.putInt(memory.reach(lock + 32, AddressSpace.WRITE), owner[0].tid() | 0x8000_0000);
            owner[0].setRobustList(head);
            owner[0].exit(0);
            return 0;
        });
        Program heir = waitingFor(lock + 32, 1);
        owner[0] = system.start(process, new Program().call(5));
        system.start(process, new Program().yield().yield());
        system.run();
        assertEquals(1, heir.results.size());
        assertEquals(0xc000_0000, Memory.getInt(memory.reach(lock + 32, AddressSpace.READ)));
    }

    private void put(long address, long value) {
        Memory.putLong(memory.reach(address, AddressSpace.WRITE), value);
    }

    @Test
    void endOfAThreadClearsItsWordAndWakesWhoJoins() {
        Task[] ending = new Task[1];
        system.on(5, call -> {
            ending[0].setClearTid(page + 64);
            Memory.putInt(memory.reach(page + 64, AddressSpace.WRITE), 77);
            ending[0].exit(3);
            return 0;
        });
        Program joining = new Program().call(WAIT, page + 64, 0, 1);
        system.start(process, joining);
        ending[0] = system.start(process, new Program().call(5));
        assertEquals(0, system.run(), "the process goes on, and ends by exit_group");
        assertEquals(List.of(64L), joining.results);
    }

    @Test
    void hostileRobustListsEnd() {
        long head = page + 256;
        put(head, head + 64);
        put(head + 64, head + 64);
        put(head + 8, 0x7fff_ffff_ffffL);
        put(head + 16, 0xdead_beef_dead_beefL);
        new RobustList(system.instance.futexes(), memory, 1).release(head);
        new RobustList(system.instance.futexes(), memory, 1).release(0xffff_ffff_ffff_fff8L);
        assertEquals(head + 64, Memory.getLong(memory.reach(head, AddressSpace.READ)), "nothing was changed");
    }
}

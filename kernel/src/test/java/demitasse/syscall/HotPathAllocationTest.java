package demitasse.syscall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import demitasse.alloc.Pages;
import demitasse.alloc.Slabs;
import demitasse.machine.Trap;
import demitasse.machine.UserContext;
import demitasse.posix.file.FileTable;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Instance;
import demitasse.posix.task.Process;
import demitasse.posix.task.Scratch;
import demitasse.posix.task.Task;
import demitasse.sched.timer.Timers;
import demitasse.syscall.table.Dispatcher;
import demitasse.testing.TestMemory;
import demitasse.testing.TestPlatform;
import demitasse.vfs.Path;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/**
 * What the compiler's plugin proves over the call graph, measured: calls that are made all the time allocate nothing.
 * Few rounds, so that HotSpot has no time to optimise allocations away that TeaVM would make.
 */
class HotPathAllocationTest {
    private static final int WARM_ROUNDS = 200;
    private static final int ROUNDS = 200;
    private static final int RUNS = 12;
    private static final int READ_WRITE = 3;
    private static final int PRIVATE_ANONYMOUS = 0x22;
    private static final int READ = 0;
    private static final int WRITE = 1;
    private static final int MMAP_BYTES = 4096;
    private static final int GETPPID = 110;
    private static final int FUTEX = 202;
    private static final int FUTEX_WAKE = 1;
    private static final int FUTEX_WAIT = 0;
    private static final int EPOLL_CREATE1 = 291;
    private static final int EVENTFD2 = 290;
    private static final int PIPE2 = 293;
    private static final int EXIT_GROUP = 231;
    private static final int EAGAIN = 11;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final TestPlatform platform = new TestPlatform(new TestMemory(16 << 20));
    private final Instance instance;
    private final long page;
    private long[][] start;
    private long[][] round;
    private long[] expected;
    private int startAt;
    private int roundAt;
    private int rounds;
    private final long[] allocatedAt = new long[RUNS + 1];
    private int runs;
    private String failure;

    HotPathAllocationTest() {
        Pages pages = new Pages(platform.memory());
        instance = new Instance(platform, pages, new Timers(), null, new Scratch(pages.allocate(4)));
        instance.setSmallMemory(new Slabs(pages, pages.totalBytes() / 4));
        instance.setDispatcher(new Dispatcher());
        UserSpace memory = UserSpace.create(platform, pages, -1, true);
        page = memory.map(0, MMAP_BYTES, READ_WRITE, PRIVATE_ANONYMOUS, null, 0, false);
        assertTrue(page > 0);
        assertEquals(0, memory.fault(page, 2));
        Process process = new Process(instance, instance.processes().allocateId(), memory, new FileTable(),
                new Credentials(), new Path(), new Path());
        new Task(process, process.pid(), instance.newContext()).makeRunnable();
        platform.program(this::userCode);
    }

    @Test
    void theMeterSeesAllocations() {
        long before = allocated();
        Object[] some = new Object[100];
        for (int i = 0; i < some.length; i++) {
            some[i] = new long[4];
        }
        assertTrue(allocated() - before >= 100 * 32, "" + some.length);
    }

    @Test
    void getppid() {
        assertAllocatesNothing(new long[][] {}, new long[][] {{GETPPID}}, 0);
    }

    @Test
    void aByteThroughAPipe() {
        assertAllocatesNothing(new long[][] {{PIPE2, page, 0}}, new long[][] {{WRITE, 1, page, 1}, {READ, 0, page, 1}},
                1, 1);
    }

    @Test
    void anEventThroughAnEventfd() {
        // A page of zeros but for one: eventfd(2) adds 8 bytes.
        assertAllocatesNothing(new long[][] {{EVENTFD2, 1, 0}}, new long[][] {{READ, 0, page, 8}, {WRITE, 0, page, 8}},
                8, 8);
    }

    @Test
    void aFutexThatNobodyWaitsFor() {
        assertAllocatesNothing(new long[][] {}, new long[][] {{FUTEX, page, FUTEX_WAKE, 1},
            {FUTEX, page, FUTEX_WAIT, 1}}, 0, -EAGAIN);
    }

    @Test
    void aCallThatAllocatesIsFound() {
        round = new long[][] {{EPOLL_CREATE1, 0}, {3, 0}};
        run(new long[][] {}, 0, 0);
        assertTrue(leastPerRun() > 0);
    }

    private void assertAllocatesNothing(long[][] first, long[][] calls, long... results) {
        round = calls;
        run(first, results);
        assertEquals(0, leastPerRun(), "bytes in " + ROUNDS + " rounds");
    }

    private void run(long[][] first, long... results) {
        start = first;
        expected = results;
        instance.loop().run();
        assertEquals(null, failure);
    }

    /** The least of several runs: class loading and the like happen once. */
    private long leastPerRun() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < RUNS; i++) {
            least = Math.min(least, allocatedAt[i + 1] - allocatedAt[i]);
        }
        return least;
    }

    private int userCode(UserContext user) {
        if (startAt < start.length) {
            return enter(user, start[startAt++]);
        }
        check(user.register(UserContext.RAX));
        if (roundAt == round.length) {
            roundAt = 0;
            rounds++;
            if (rounds >= WARM_ROUNDS && (rounds - WARM_ROUNDS) % ROUNDS == 0) {
                allocatedAt[runs++] = allocated();
            }
        }
        if (runs > RUNS) {
            user.setRegister(UserContext.ORIG_RAX, EXIT_GROUP);
            user.setRegister(UserContext.RDI, 0);
            return Trap.SYSCALL;
        }
        return enter(user, round[roundAt++]);
    }

    private void check(long result) {
        if ((roundAt > 0 || rounds > 0) && failure == null) {
            int call = (roundAt + round.length - 1) % round.length;
            if (result != expected[call]) {
                failure = "call " + call + " of round " + rounds + " answered " + result;
            }
        }
    }

    private static int enter(UserContext user, long[] call) {
        user.setRegister(UserContext.ORIG_RAX, call[0]);
        user.setRegister(UserContext.RDI, call.length > 1 ? call[1] : 0);
        user.setRegister(UserContext.RSI, call.length > 2 ? call[2] : 0);
        user.setRegister(UserContext.RDX, call.length > 3 ? call[3] : 0);
        user.setRegister(UserContext.R10, 0);
        user.setRegister(UserContext.R8, 0);
        user.setRegister(UserContext.R9, 0);
        return Trap.SYSCALL;
    }

    private static long allocated() {
        return THREADS.getThreadAllocatedBytes(Thread.currentThread().threadId());
    }
}

package demitasse.sched.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.sched.timer.Timers;
import demitasse.testing.TestMemory;
import demitasse.testing.TestPlatform;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoopTest {
    private TestPlatform platform;
    private Loop loop;

    /** Something that computes until its alarm rings, or for a short time only. */
    private final class Worker extends Schedulable {
        private final long turnNs;
        private final Worker wakes;
        /** What it has the kernel do first. */
        private long kernelNs;
        private int turns;
        private long ranNs;

        Worker(long turnNs, Worker wakes) {
            this.turnNs = turnNs;
            this.wakes = wakes;
        }

        @Override
        protected boolean step() {
            turns++;
            platform.clock().advance(kernelNs);
            loop.enterUser();
            long fromNs = platform.clock().monotonicNs();
            boolean rang = false;
            while (!rang && platform.clock().monotonicNs() - fromNs < turnNs) {
                platform.clock().advance(10_000);
                rang = loop.shouldLeave();
            }
            ranNs += platform.clock().monotonicNs() - fromNs;
            if (!rang && wakes != null) {
                loop.enqueue(wakes);
            }
            return rang;
        }
    }

    @BeforeEach
    void begin() {
        platform = new TestPlatform(new TestMemory(1 << 20));
        loop = new Loop(platform, new Timers());
    }

    private void runFor(long ns) {
        long endNs = platform.clock().monotonicNs() + ns;
        while (platform.clock().monotonicNs() < endNs) {
            loop.turn();
        }
    }

    @Test
    void thoseWhoWakeEachOtherDoNotWaitForOneThatComputes() {
        Worker busy = new Worker(Long.MAX_VALUE, null);
        Worker second = new Worker(20_000, null);
        Worker first = new Worker(20_000, second);
        Worker again = new Worker(20_000, first);
        loop.enqueue(busy);
        loop.enqueue(first);
        runFor(6_000_000);
        int before = first.turns;
        for (int i = 0; i < 100; i++) {
            loop.enqueue(again);
            runFor(60_000);
        }
        assertTrue(first.turns - before > 40, "only " + (first.turns - before) + " turns");
    }

    @Test
    void whoComputesGetsItsShareBesideThoseWhoNeverStopWaking() {
        Worker busy = new Worker(Long.MAX_VALUE, null);
        Worker woken = new Worker(20_000, null);
        runBeside(busy, woken);
        assertTrue(busy.ranNs > 400_000_000L && busy.ranNs < 600_000_000L, "it ran " + busy.ranNs);
        assertTrue(woken.ranNs > 400_000_000L, "it ran " + woken.ranNs);
    }

    /** Their alarm is late then, and would ring soon after the other's turn has begun. */
    @Test
    void theShareIsNoSmallerBesideThoseWhoWorkInTheKernelFirst() {
        Worker busy = new Worker(Long.MAX_VALUE, null);
        Worker woken = new Worker(20_000, null);
        woken.kernelNs = 1_000_000;
        runBeside(busy, woken);
        assertTrue(busy.ranNs > 400_000_000L && busy.ranNs < 600_000_000L, "it ran " + busy.ranNs);
    }

    /** For a second; one of them always wants another turn. */
    private void runBeside(Worker busy, Worker woken) {
        loop.enqueue(busy);
        loop.enqueue(woken);
        long endNs = platform.clock().monotonicNs() + 1_000_000_000L;
        while (platform.clock().monotonicNs() < endNs) {
            loop.turn();
            loop.enqueue(woken);
        }
    }

    @Test
    void twoThatComputeTakeTurns() {
        Worker one = new Worker(Long.MAX_VALUE, null);
        Worker other = new Worker(Long.MAX_VALUE, null);
        loop.enqueue(one);
        loop.enqueue(other);
        runFor(100_000_000);
        assertEquals(one.ranNs, other.ranNs, Loop.SLICE_NS + 1_000_000);
    }
}

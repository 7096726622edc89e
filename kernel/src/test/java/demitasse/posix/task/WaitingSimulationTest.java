package demitasse.posix.task;

import static demitasse.base.error.Errno.EAGAIN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.posix.signal.SignalNumber;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;
import demitasse.testing.TestSystem;
import demitasse.testing.TestSystem.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Races of waking, timing out, interrupting and dying: tokens are made one by one with wake-ups of one, and tasks
 * that wait for them are preempted, interrupted, timed out and killed as a seed says. No token may lie about while
 * somebody waits.
 */
class WaitingSimulationTest {
    private static final int RUNS_PER_SEED = 40;
    private static final int TAKE = 1;
    private static final int MAKE = 2;
    private static final int INTERRUPT = 3;
    private static final int KILL = 4;
    private static final int FINISH = 5;

    /** One instance with its tokens. */
    private static final class World {
        final Random random;
        final TestSystem system = new TestSystem();
        final WaitQueue queue = new WaitQueue();
        final List<Process> victims = new ArrayList<>();
        final List<Task> takers = new ArrayList<>();
        final List<Program> programs = new ArrayList<>();
        int available;
        int made;
        int taken;

        World(long seed) {
            random = new Random(seed);
        }

        long take(Call call) {
            if (call.attempt == 0 && call.a0 != 0) {
                call.deadlineNs = system.instance.nowNs() + call.a0;
            }
            if (available > 0) {
                available--;
                taken++;
                return 1;
            }
            return call.await(queue, Events.IN);
        }

        long make(Call call) {
            made++;
            available++;
            queue.wake(Events.IN, 1);
            return 0;
        }

        long interrupt(Call call) {
            Task task = takers.get(random.nextInt(takers.size()));
            if (!task.isDying()) {
                task.noticeSignal();
            }
            return 0;
        }

        long kill(Call call) {
            if (!victims.isEmpty()) {
                victims.remove(random.nextInt(victims.size())).killBy(SignalNumber.SIGTERM);
            }
            return 0;
        }

        long finish(Call call) {
            if (call.attempt == 0) {
                call.deadlineNs = system.instance.nowNs() + 1_000_000_000L;
            }
            long result = call.awaitDeadline();
            if (result != Call.PARKED) {
                assertTrue(available == 0 || queue.isEmpty(), "a token lies about while somebody waits");
                assertEquals(made, taken + available);
            }
            return result;
        }

        void build() {
            system.on(TAKE, this::take);
            system.on(MAKE, this::make);
            system.on(INTERRUPT, this::interrupt);
            system.on(KILL, this::kill);
            system.on(FINISH, this::finish);
            Process init = system.process();
            system.start(init, new Program().call(FINISH));
            for (int i = 0; i < 6; i++) {
                Process victim = system.process();
                victim.becomeChildOf(init);
                victims.add(victim);
                addTaker(victim);
                addTaker(victim);
            }
            addTaker(init);
            for (int i = 0; i < 3; i++) {
                system.start(init, disturber());
            }
        }

        private void addTaker(Process process) {
            Program program = new Program();
            int calls = 1 + random.nextInt(6);
            for (int i = 0; i < calls; i++) {
                maybeYield(program.call(TAKE, random.nextInt(5) > 0 ? 0 : 1 + random.nextInt(5000)));
            }
            programs.add(program.sleep());
            takers.add(system.start(process, program));
        }

        private Program disturber() {
            Program program = new Program();
            for (int i = 0; i < 12; i++) {
                int choice = random.nextInt(10);
                program.call(choice < 5 ? MAKE : choice < 7 ? INTERRUPT : KILL);
                if (random.nextBoolean()) {
                    int passedNs = random.nextInt(2000);
                    program.then(user -> {
                        system.platform.clock().advance(passedNs);
                        system.platform.raise(demitasse.machine.Platform.CONSOLE);
                        return demitasse.machine.Trap.INTERRUPT;
                    });
                }
            }
            return program.sleep();
        }

        private void maybeYield(Program program) {
            if (random.nextInt(3) == 0) {
                program.yield();
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void noWakeUpIsLost(long seed) {
        for (int run = 0; run < RUNS_PER_SEED; run++) {
            long own = seed * 1000 + run;
            World world = new World(own);
            world.build();
            assertEquals(0, world.system.run(), "seed " + own);
            for (Program program : world.programs) {
                for (long result : program.results) {
                    assertTrue(result == 1 || result == -EAGAIN, "seed " + own + ": a call answered " + result);
                }
            }
        }
    }
}

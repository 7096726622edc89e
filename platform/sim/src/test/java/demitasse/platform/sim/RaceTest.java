package demitasse.platform.sim;

import static demitasse.platform.sim.SimSystem.EXIT;
import static demitasse.platform.sim.SimSystem.KILL;
import static demitasse.platform.sim.SimSystem.NANOSLEEP;
import static demitasse.platform.sim.SimSystem.PIPE;
import static demitasse.platform.sim.SimSystem.POLL;
import static demitasse.platform.sim.SimSystem.READ;
import static demitasse.platform.sim.SimSystem.RT_SIGACTION;
import static demitasse.platform.sim.SimSystem.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Waiting, waking, timing out and being interrupted, in any order that a seed can bring about. A lost wake-up ends in
 * {@link SimPlatform.Deadlock}; a failure prints its seed.
 */
class RaceTest {
    private static final int EINTR = 4;
    private static final int SIGUSR1 = 10;
    private static final long SA_RESTORER = 0x0400_0000;
    private static final long SA_RESTART = 0x1000_0000;
    private static final int POLLIN = 1;
    private static final int BYTES = 200_000;

    static LongStream seeds() {
        return LongStream.range(0, 40);
    }

    private static Chance chance(long seed) {
        Chance.Policy[] policies = Chance.Policy.values();
        return new Chance(seed, policies[(int) (seed % policies.length)], 2 + (int) (seed % 7));
    }

    /** Two writers and two readers move bytes through one pipe: nothing is lost, nobody sleeps for ever. */
    @ParameterizedTest
    @MethodSource("seeds")
    void everyByteArrives(long seed) {
        SimSystem system = new SimSystem(chance(seed));
        int[] moved = new int[2];
        int[] writersLeft = {2};
        system.thread(user -> {
            assertEquals(0, user.call(PIPE, system.data));
            int in = user.loadInt(system.data);
            int out = user.loadInt(system.data + 4);
            for (int reader = 0; reader < 2; reader++) {
                long buffer = system.data + 8192 + reader * 65536L;
                system.thread(mode -> drain(system, mode, in, buffer, moved));
            }
            for (int writer = 0; writer < 2; writer++) {
                system.thread(mode -> {
                    fill(system, mode, out, moved);
                    if (--writersLeft[0] == 0) {
                        mode.call(SimSystem.CLOSE, out);
                    }
                    mode.call(EXIT, 0);
                });
            }
            user.call(EXIT, 0);
        });
        system.runTo(0);
        assertEquals(2 * BYTES, moved[0]);
        assertEquals(2 * BYTES, moved[1]);
    }

    private static void drain(SimSystem system, UserMode mode, int in, long buffer, int[] moved) {
        long n = 1;
        while (n > 0) {
            n = mode.call(READ, in, buffer, 1 + system.platform.chance().below(60_000));
            moved[1] += (int) n;
        }
        assertEquals(0, n);
        mode.call(EXIT, 0);
    }

    private static void fill(SimSystem system, UserMode mode, int out, int[] moved) {
        int left = BYTES;
        while (left > 0) {
            long n = mode.call(WRITE, out, system.data + 300_000, Math.min(left, 70_000));
            assertTrue(n > 0, () -> "write answered " + n);
            left -= (int) n;
            moved[0] += (int) n;
        }
    }

    /** A poll with a timeout sees either the byte or the deadline, and the byte is never lost. */
    @ParameterizedTest
    @MethodSource("seeds")
    void aTimeoutRacesAgainstAByte(long seed) {
        SimSystem system = new SimSystem(chance(seed));
        int rounds = 50;
        int[] seen = new int[1];
        system.thread(user -> {
            assertEquals(0, user.call(PIPE, system.data));
            int in = user.loadInt(system.data);
            int out = user.loadInt(system.data + 4);
            system.thread(writer -> {
                for (int i = 0; i < rounds; i++) {
                    nap(system, writer, 500_000, 1_000_000);
                    assertEquals(1, writer.call(WRITE, out, system.data, 1));
                }
                writer.call(EXIT, 0);
            });
            while (seen[0] < rounds) {
                user.storeInt(system.data + 128, in);
                user.storeInt(system.data + 132, POLLIN);
                long ready = user.call(POLL, system.data + 128, 1, 1);
                if (ready == 1) {
                    assertEquals(1, user.call(READ, in, system.data + 256, 1));
                    seen[0]++;
                } else {
                    assertEquals(0, ready);
                }
            }
        });
        system.runTo(0);
        assertEquals(rounds, seen[0]);
    }

    /** A handler runs for every signal; the read it interrupts is restarted or answers EINTR, as SA_RESTART says. */
    @ParameterizedTest
    @MethodSource("seeds")
    void aSignalInterruptsAWaitingRead(long seed) {
        SimSystem system = new SimSystem(chance(seed));
        boolean restarts = seed % 2 == 0;
        int[] handled = new int[1];
        long handler = system.place(user -> handled[0]++);
        system.thread(user -> {
            user.storeLong(system.data, handler);
            user.storeLong(system.data + 8, SA_RESTORER | (restarts ? SA_RESTART : 0));
            user.storeLong(system.data + 16, handler);
            user.storeLong(system.data + 24, 0);
            assertEquals(0, user.call(RT_SIGACTION, SIGUSR1, system.data, 0, 8));
            assertEquals(0, user.call(PIPE, system.data));
            int in = user.loadInt(system.data);
            int out = user.loadInt(system.data + 4);
            system.thread(other -> {
                nap(system, other, 1, 1_000_000);
                assertEquals(0, other.call(KILL, system.process.pid(), SIGUSR1));
                nap(system, other, 1, 1_000_000);
                assertEquals(1, other.call(WRITE, out, system.data, 1));
                nap(system, other, 1, 5_000_000);
                other.call(EXIT, 0);
            });
            long n = user.call(READ, in, system.data + 512, 1);
            if (n == -EINTR) {
                assertFalse(restarts, "SA_RESTART was set");
                n = user.call(READ, in, system.data + 512, 1);
            }
            assertEquals(1, n);
        });
        system.runTo(0);
        assertEquals(1, handled[0]);
    }

    @Test
    void theSimulatorNoticesAProgramThatSleepsForEver() {
        SimSystem system = new SimSystem(Chance.calm(1));
        system.thread(user -> {
            user.call(PIPE, system.data);
            user.call(READ, user.loadInt(system.data), system.data, 1);
        });
        assertThrows(SimPlatform.Deadlock.class, () -> system.runTo(0));
    }

    @Test
    void oneSeedIsOneHistory() {
        assertEquals(history(7), history(7));
    }

    private static String history(long seed) {
        SimSystem system = new SimSystem(new Chance(seed, Chance.Policy.RANDOMLY, 3));
        StringBuilder order = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            int id = i;
            system.thread(user -> {
                for (int j = 0; j < 20; j++) {
                    order.append(id);
                    user.compute();
                }
                user.call(EXIT, 0);
            });
        }
        system.runTo(0);
        assertEquals(60, order.length());
        return order.toString();
    }

    private static void nap(SimSystem system, UserMode user, int leastNs, int boundNs) {
        user.storeLong(system.data + 4096, 0);
        user.storeLong(system.data + 4104, leastNs + system.platform.chance().below(boundNs));
        assertEquals(0, user.call(NANOSLEEP, system.data + 4096, 0));
    }
}

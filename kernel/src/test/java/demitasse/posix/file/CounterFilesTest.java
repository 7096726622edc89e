package demitasse.posix.file;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EINVAL;
import static org.junit.jupiter.api.Assertions.assertEquals;

import demitasse.base.memory.Memory;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.Waiter;
import demitasse.vfs.FileHandle;
import org.junit.jupiter.api.Test;

class CounterFilesTest {
    private static final long MS = 1_000_000;
    private final FileMachine machine = new FileMachine();

    @Test
    void eventCounterIsTakenWhole() {
        EventFile file = new EventFile(machine.files, 3, false, 0);
        assertEquals(8, add(file, 4));
        assertEquals(7, take(file));
        assertEquals(-EAGAIN, machine.tryRead(file, 8));
    }

    @Test
    void semaphoreGivesOneAtATime() {
        EventFile file = new EventFile(machine.files, 2, true, 0);
        assertEquals(1, take(file));
        assertEquals(1, take(file));
        assertEquals(-EAGAIN, machine.tryRead(file, 8));
    }

    @Test
    void eventCounterStopsOneBeforeTheLargestNumber() {
        EventFile file = new EventFile(machine.files, 0, false, 0);
        assertEquals(-EINVAL, add(file, -1));
        assertEquals(8, add(file, -2));
        assertEquals(Events.IN, file.readiness());
        assertEquals(-EAGAIN, add(file, 1));
        assertEquals(-EINVAL, machine.tryRead(file, 7));
        assertEquals(-2, take(file));
        assertEquals(Events.OUT, file.readiness());
    }

    @Test
    void timerCountsWhatNobodyRead() {
        TimerFile timer = new TimerFile(machine.files, 1, false, 0);
        timer.set(10 * MS, 5 * MS, false, false);
        assertEquals(-EAGAIN, machine.tryRead(timer, 8));
        machine.advance(10 * MS);
        assertEquals(Events.IN, timer.readiness());
        machine.advance(12 * MS);
        assertEquals(3, take(timer));
        assertEquals(3 * MS, timer.remainingNs());
        assertEquals(5 * MS, timer.intervalNs());
    }

    @Test
    void timerWakesWhoWaits() {
        TimerFile timer = new TimerFile(machine.files, 1, false, 0);
        int[] woken = {0};
        timer.waiters().add(new Waiter() {
            @Override
            protected void ready(int events) {
                woken[0]++;
            }
        }, Events.IN);
        timer.set(MS, 0, false, false);
        machine.advance(MS);
        assertEquals(1, woken[0]);
        assertEquals(1, take(timer));
        assertEquals(0, timer.remainingNs());
    }

    @Test
    void absoluteRealTimeIsConverted() {
        TimerFile timer = new TimerFile(machine.files, 0, true, 0);
        timer.set(machine.clock.realtimeNs() + 7 * MS, 0, true, false);
        assertEquals(7 * MS, timer.remainingNs());
    }

    @Test
    void absoluteTimeInThePastIsDueAtOnce() {
        TimerFile timer = new TimerFile(machine.files, 1, false, 0);
        timer.set(1, 0, true, false);
        assertEquals(1, take(timer));
    }

    @Test
    void valueOfZeroDisarms() {
        TimerFile timer = new TimerFile(machine.files, 1, false, 0);
        timer.set(MS, MS, false, false);
        timer.set(0, MS, false, false);
        machine.advance(10 * MS);
        assertEquals(-EAGAIN, machine.tryRead(timer, 8));
        timer.set(MS, 0, false, false);
        timer.release();
        assertEquals(Long.MAX_VALUE, machine.timers.nextDeadlineNs());
    }

    private long add(FileHandle file, long value) {
        byte[] bytes = new byte[8];
        for (int i = 0; i < 8; i++) {
            bytes[i] = (byte) (value >>> 8 * i);
        }
        return machine.write(file, bytes);
    }

    private long take(FileHandle file) {
        assertEquals(8, machine.tryRead(file, 8));
        return Memory.getLong(machine.buffer);
    }
}

package demitasse.sched.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TimersTest {
    private final Timers timers = new Timers();
    private final List<Integer> expired = new ArrayList<>();

    private final class Numbered extends Timer {
        final int number;

        Numbered(int number) {
            this.number = number;
        }

        @Override
        protected void expired(long nowNs) {
            expired.add(number);
        }
    }

    @Test
    void nothingIsDueWhenNothingIsArmed() {
        assertEquals(Long.MAX_VALUE, timers.nextDeadlineNs());
        assertEquals(0, timers.expire(Long.MAX_VALUE, 10));
    }

    @Test
    void aTimerThatArmsItselfAgainWaitsForItsTime() {
        Timer periodic = new Timer() {
            @Override
            protected void expired(long nowNs) {
                expired.add(0);
                timers.arm(this, nowNs + 10);
            }
        };
        timers.arm(periodic, 5);
        assertEquals(1, timers.expire(7, 100));
        assertEquals(17, timers.nextDeadlineNs());
    }

    @Test
    void theLimitBoundsOneCall() {
        for (int i = 0; i < 5; i++) {
            timers.arm(new Numbered(i), i);
        }
        assertEquals(3, timers.expire(10, 3));
        assertEquals(List.of(0, 1, 2), expired);
    }

    @Property
    void expiresInTheOrderOfDeadlines(
            @ForAll @Size(max = 200) List<@IntRange(min = 0, max = 999) Integer> deadlines,
            @ForAll @Size(max = 50) List<@IntRange(min = 0, max = 199) Integer> cancelled) {
        expired.clear();
        Timers subject = new Timers();
        Map<Integer, Numbered> armed = new HashMap<>();
        for (int i = 0; i < deadlines.size(); i++) {
            Numbered timer = new Numbered(i);
            subject.arm(timer, 0);
            subject.arm(timer, deadlines.get(i));
            armed.put(i, timer);
        }
        for (int number : cancelled) {
            Numbered timer = armed.remove(number);
            if (timer != null) {
                subject.cancel(timer);
                assertFalse(timer.isArmed());
            }
        }
        assertEquals(armed.size(), subject.expire(1000, Integer.MAX_VALUE));
        List<Integer> times = expired.stream().map(deadlines::get).toList();
        assertEquals(times.stream().sorted(Comparator.naturalOrder()).toList(), times);
        assertEquals(armed.keySet(), new java.util.HashSet<>(expired));
    }
}

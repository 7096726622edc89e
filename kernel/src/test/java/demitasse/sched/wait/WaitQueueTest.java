package demitasse.sched.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class WaitQueueTest {
    private final List<String> called = new ArrayList<>();
    private final WaitQueue queue = new WaitQueue();

    private final class Named extends Waiter {
        final String name;

        Named(String name) {
            this.name = name;
        }

        @Override
        protected void ready(int events) {
            called.add(name + events);
        }
    }

    @Test
    void firstComeIsFirstServed() {
        queue.add(new Named("a"), Events.IN);
        queue.add(new Named("b"), Events.IN);
        assertEquals(1, queue.wake(Events.IN, 1));
        assertEquals(List.of("a1"), called);
    }

    @Test
    void onlyTheInterestedAreWokenAndToldWhatTheyAskedFor() {
        Named writer = new Named("w");
        queue.add(writer, Events.OUT);
        queue.add(new Named("r"), Events.IN | Events.HUP);
        assertEquals(1, queue.wakeAll(Events.IN));
        assertEquals(List.of("r1"), called);
        assertTrue(writer.isQueued());
    }

    @Test
    void whoQueuesAgainWhileWokenIsNotWokenTwice() {
        Waiter again = new Waiter() {
            @Override
            protected void ready(int events) {
                called.add("again");
                WaitQueueTest.this.queue.add(this, Events.IN);
            }
        };
        queue.add(again, Events.IN);
        assertEquals(1, queue.wakeAll(Events.IN));
        assertTrue(again.isQueued());
    }

    @Test
    void whoIsTakenOffByAnEarlierOneIsNotCalled() {
        Named second = new Named("second");
        Named third = new Named("third");
        queue.add(new Waiter() {
            @Override
            protected void ready(int events) {
                called.add("first");
                second.withdraw();
                third.withdraw();
            }
        }, Events.IN);
        queue.add(second, Events.IN);
        queue.add(third, Events.IN);
        assertEquals(1, queue.wakeAll(Events.IN));
        assertEquals(List.of("first"), called);
    }

    @Test
    void withdrawnWaitersAreForgotten() {
        Named waiter = new Named("x");
        queue.add(waiter, Events.IN);
        waiter.withdraw();
        waiter.withdraw();
        assertFalse(waiter.isQueued());
        assertTrue(queue.isEmpty());
        assertEquals(0, queue.wakeAll(Events.IN));
    }

    /** Any sequence of adding, removing and waking behaves like a list. */
    @Property
    void behavesLikeAList(@ForAll @Size(max = 60) List<@IntRange(min = 0, max = 29) Integer> steps) {
        called.clear();
        Map<Integer, Named> model = new LinkedHashMap<>();
        WaitQueue subject = new WaitQueue();
        List<String> expected = new ArrayList<>();
        for (int step : steps) {
            int key = step % 10;
            switch (step / 10) {
                case 0 -> model.computeIfAbsent(key, k -> {
                    Named waiter = new Named("n" + k + ":");
                    subject.add(waiter, Events.IN);
                    return waiter;
                });
                case 1 -> {
                    Named removed = model.remove(key);
                    if (removed != null) {
                        subject.remove(removed);
                    }
                }
                default -> {
                    int woken = subject.wake(Events.IN, key);
                    assertEquals(Math.min(key, model.size()), woken);
                    model.keySet().stream().limit(key).toList().forEach(k -> expected.add(model.remove(k).name + "1"));
                }
            }
        }
        assertEquals(expected, called);
        assertEquals(model.isEmpty(), subject.isEmpty());
    }
}

package demitasse.sched.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RunQueueTest {
    private final RunQueue queue = new RunQueue();

    private static Schedulable withPriority(int priority) {
        Schedulable one = new Schedulable() {
            @Override
            protected boolean step() {
                return false;
            }
        };
        one.priority = priority;
        return one;
    }

    @Test
    void equalsComeFirstComeFirstServed() {
        Schedulable a = withPriority(0);
        Schedulable b = withPriority(0);
        queue.add(a);
        queue.add(b);
        queue.add(a);
        assertSame(a, queue.take());
        assertSame(b, queue.take());
        assertNull(queue.take());
    }

    @Test
    void whoHasMoreComesFirst() {
        Schedulable ordinary = withPriority(0);
        Schedulable low = withPriority(1);
        Schedulable high = withPriority(9);
        queue.add(ordinary);
        queue.add(high);
        queue.add(low);
        assertTrue(queue.hasAbove(8));
        assertFalse(queue.hasAbove(9));
        assertSame(high, queue.take());
        assertSame(low, queue.take());
        assertSame(ordinary, queue.take());
    }

    @Test
    void whoComesBackStandsBeforeItsEquals() {
        Schedulable waiting = withPriority(5);
        Schedulable back = withPriority(5);
        queue.add(waiting);
        queue.addBack(back);
        assertSame(back, queue.take());
        assertSame(waiting, queue.take());
    }

    @Test
    void ordinaryOnesCanBeTakenOutOfTurn() {
        Schedulable greedy = withPriority(5);
        assertNull(queue.takeOrdinary());
        queue.add(greedy);
        assertNull(queue.takeOrdinary());
        Schedulable ordinary = withPriority(0);
        queue.add(ordinary);
        assertSame(ordinary, queue.takeOrdinary());
        assertSame(greedy, queue.take());
        assertTrue(queue.isEmpty());
    }

    /** Against a list that is sorted each time. */
    @Test
    void keepsItsOrderWhateverIsDone() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            List<Schedulable> model = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                int what = random.nextInt(4);
                if (what < 2) {
                    Schedulable one = withPriority(random.nextInt(4));
                    boolean back = what == 0;
                    int at = 0;
                    while (at < model.size() && model.get(at).priority >= one.priority + (back ? 1 : 0)) {
                        at++;
                    }
                    model.add(at, one);
                    if (back) {
                        queue.addBack(one);
                    } else {
                        queue.add(one);
                    }
                } else if (what == 2 && !model.isEmpty()) {
                    queue.remove(model.remove(random.nextInt(model.size())));
                } else {
                    assertSame(model.isEmpty() ? null : model.removeFirst(), queue.take(), "seed " + seed);
                }
                assertEquals(model.isEmpty(), queue.isEmpty(), "seed " + seed);
            }
            while (!model.isEmpty()) {
                assertSame(model.removeFirst(), queue.take(), "seed " + seed);
            }
            assertNull(queue.take());
        }
    }
}

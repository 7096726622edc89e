package demitasse.posix.task;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.posix.signal.SignalNumber.SIGCHLD;
import static demitasse.posix.signal.SignalNumber.SIGTERM;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.posix.signal.Dispositions;
import demitasse.posix.signal.Signals;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;
import demitasse.testing.TestSystem;
import demitasse.testing.TestSystem.Program;
import demitasse.vfs.FileHandle;
import demitasse.vfs.OpenFlags;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules of retrying, one test each, under the names they have in {@link Call}. */
class CallTest {
    private static final int WAIT = 1;
    private static final int WAKE = 2;
    private static final int OTHER = 3;

    private final TestSystem system = new TestSystem();
    private final WaitQueue queue = new WaitQueue();
    private int available;

    private static final class PlainFile extends FileHandle {
        boolean gone;

        PlainFile() {
            super(OpenFlags.O_RDONLY);
        }

        @Override
        protected void released() {
            gone = true;
        }
    }

    /** Takes one of what is available, or waits for it. */
    private long takeOne(Call call) {
        if (available > 0) {
            available--;
            return 1;
        }
        return call.await(queue, Events.IN);
    }

    private long makeOne(Call call) {
        available++;
        queue.wake(Events.IN, 1);
        return 0;
    }

    @Test
    void pin() {
        PlainFile first = new PlainFile();
        Process process = system.process();
        process.files().install(first, 0, false);
        List<FileHandle> seen = new ArrayList<>();
        system.on(WAIT, call -> {
            seen.add(call.file(0));
            return takeOne(call);
        });
        PlainFile second = new PlainFile();
        system.on(WAKE, call -> {
            process.files().close(0);
            process.files().install(second, 0, false);
            assertFalse(first.gone, "the waiting call holds it");
            return makeOne(call);
        });
        system.start(process, new Program().call(WAIT));
        system.start(process, new Program().call(WAKE).sleep());
        system.run();
        assertEquals(List.of(first, first), seen);
        assertTrue(first.gone, "nobody holds it any more");
    }

    @Test
    void absoluteDeadline() {
        long begin = system.instance.nowNs();
        List<Long> attempts = new ArrayList<>();
        system.on(WAIT, call -> {
            if (call.attempt == 0) {
                call.deadlineNs = system.instance.nowNs() + 1000;
            }
            attempts.add(system.instance.nowNs() - begin);
            return call.await(queue, Events.IN);
        });
        system.on(WAKE, call -> {
            system.platform.clock().advance(600);
            queue.wakeAll(Events.IN);
            return 0;
        });
        Process process = system.process();
        Program waiting = new Program().call(WAIT);
        system.start(process, waiting);
        system.start(process, new Program().call(WAKE).sleep());
        system.run();
        assertEquals(List.of(0L, 600L, 1000L), attempts);
        assertEquals(List.of((long) -EAGAIN), waiting.results);
    }

    @Test
    void progress() {
        system.on(WAIT, call -> {
            while (available > 0 && call.progress < 3) {
                available--;
                call.progress++;
            }
            return call.progress == 3 ? call.progress : call.await(queue, Events.IN);
        });
        system.on(WAKE, this::makeOne);
        Process process = system.process();
        Program waiting = new Program().call(WAIT);
        system.start(process, waiting);
        Program waking = new Program();
        for (int i = 0; i < 3; i++) {
            waking.call(WAKE).yield();
        }
        system.start(process, waking.sleep());
        system.run();
        assertEquals(List.of(3L), waiting.results);
    }

    @Test
    void noSideEffectBeforeParking() {
        system.on(WAIT, this::takeOne);
        system.on(OTHER, call -> {
            // Wakes without cause: whoever took something before parking would take it twice.
            queue.wakeAll(Events.IN);
            return 0;
        });
        system.on(WAKE, this::makeOne);
        Process process = system.process();
        Program one = new Program().call(WAIT).sleep();
        Program two = new Program().call(WAIT).sleep();
        system.start(process, one);
        system.start(process, two);
        system.start(process, new Program().call(OTHER).yield().call(OTHER).yield().call(WAKE).yield());
        system.run();
        assertEquals(0, available);
        assertEquals(1, one.results.size() + two.results.size());
    }

    @Test
    void aWakeUpOfOneThatDiesIsPassedOn() {
        system.on(WAIT, this::takeOne);
        Process init = system.process();
        Process victims = system.process();
        victims.becomeChildOf(init);
        system.start(victims, new Program().call(WAIT));
        Program heir = new Program().call(WAIT);
        system.start(init, heir);
        system.on(WAKE, call -> {
            makeOne(call);
            victims.killBy(SIGTERM);
            return 0;
        });
        system.start(init, new Program().call(WAKE).sleep());
        system.run();
        assertEquals(List.of(1L), heir.results);
    }

    @Test
    void interruptedCallsAreLeftToDelivery() {
        List<Integer> wakes = new ArrayList<>();
        system.on(WAIT, call -> {
            wakes.add(call.wake);
            return takeOne(call);
        });
        Process process = system.process();
        Program waiting = new Program().call(WAIT);
        Task task = system.start(process, waiting);
        system.on(OTHER, call -> {
            task.noticeSignal();
            return 0;
        });
        system.on(WAKE, this::makeOne);
        system.start(process, new Program().call(OTHER).yield().call(WAKE).sleep());
        system.run();
        assertEquals(List.of(Call.FRESH, Call.SIGNALLED, Call.READY, Call.READY), wakes,
                "interrupted, but no handler ran: the call goes on, and then there is something");
        assertEquals(List.of(1L), waiting.results);
    }

    @Test
    void ignoredSignalsDoNotInterrupt() {
        system.on(WAIT, this::takeOne);
        Process process = system.process();
        process.signals().dispositions().set(SIGTERM, Dispositions.SIG_IGN, 0, 0, 0);
        Program waiting = new Program().call(WAIT);
        Task task = system.start(process, waiting);
        system.on(WAKE, call -> {
            Signals.send(process, SIGTERM);
            Signals.send(process, SIGCHLD);
            assertTrue(task.isParked());
            return makeOne(call);
        });
        system.start(process, new Program().call(WAKE).sleep());
        system.run();
        assertEquals(List.of(1L), waiting.results);
    }

    @Test
    void deathBySignalEndsTheInstance() {
        system.on(WAIT, this::takeOne);
        Process process = system.process();
        system.start(process, new Program().call(WAIT));
        system.on(WAKE, call -> {
            Signals.send(process, SIGTERM);
            return 0;
        });
        system.start(process, new Program().call(WAKE));
        assertEquals(128 + SIGTERM, system.run());
    }
}

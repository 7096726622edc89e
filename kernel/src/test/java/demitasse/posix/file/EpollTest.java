package demitasse.posix.file;

import static demitasse.base.error.Errno.EEXIST;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ELOOP;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.EPERM;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.base.memory.Memory;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.Waiter;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Stat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class EpollTest {
    private static final int MAX = 64;

    private FileMachine machine = new FileMachine();
    private Epoll epoll = new Epoll(machine.files);
    private EventFile event = new EventFile(machine.files, 0, false, 0);

    @Test
    void levelIsReportedAsLongAsItHolds() {
        assertEquals(0, epoll.add(event, 5, Events.IN, 77));
        assertEquals(List.of(), collect());
        post(event);
        assertEquals(List.of("77:1"), collect());
        assertEquals(List.of("77:1"), collect());
        take(event);
        assertEquals(List.of(), collect());
    }

    @Test
    void edgeIsReportedOncePerEvent() {
        epoll.add(event, 5, Events.IN | Epoll.EDGE, 1);
        post(event);
        assertEquals(List.of("1:1"), collect());
        assertEquals(List.of(), collect());
        post(event);
        assertEquals(List.of("1:1"), collect());
    }

    @Test
    void oneShotSleepsUntilModified() {
        epoll.add(event, 5, Events.IN | Epoll.ONESHOT, 1);
        post(event);
        assertEquals(List.of("1:1"), collect());
        post(event);
        assertEquals(List.of(), collect());
        assertEquals(0, epoll.modify(event, 5, Events.IN | Epoll.ONESHOT, 2));
        assertEquals(List.of("2:1"), collect());
    }

    @Test
    void fewWaysLeadOutOfAnInstance() {
        assertEquals(0, epoll.add(event, 5, Events.IN, 7));
        for (int i = 0; i < 500; i++) {
            assertEquals(0, new Epoll(machine.files).add(epoll, 3, Events.IN, 0));
        }
        assertEquals(-EINVAL, new Epoll(machine.files).add(epoll, 3, Events.IN, 0));
        Epoll empty = new Epoll(machine.files);
        Epoll[] layer = {new Epoll(machine.files), new Epoll(machine.files), new Epoll(machine.files)};
        for (Epoll outer : layer) {
            for (Epoll inner : new Epoll[] {empty, new Epoll(machine.files)}) {
                assertEquals(0, outer.add(inner, 3, Events.IN, 0));
            }
        }
        assertEquals(-ELOOP, empty.add(layer[2], 4, Events.IN, 0));
        post(event);
        assertEquals(List.of("7:1"), collect());
    }

    @Test
    void modificationLooksAgain() {
        post(event);
        epoll.add(event, 5, 0, 1);
        assertEquals(List.of(), collect());
        epoll.modify(event, 5, Events.IN | Events.OUT, 1);
        assertEquals(List.of("1:5"), collect());
    }

    @Test
    void controlErrorsAreTheManPages() {
        assertEquals(-ENOENT, epoll.remove(event, 5));
        assertEquals(-ENOENT, epoll.modify(event, 5, Events.IN, 0));
        assertEquals(0, epoll.add(event, 5, Events.IN, 0));
        assertEquals(-EEXIST, epoll.add(event, 5, Events.IN, 0));
        assertEquals(0, epoll.add(event, 6, Events.IN, 0), "another descriptor is another registration");
        assertEquals(-EPERM, epoll.add(new Regular(), 7, Events.IN, 0));
        assertEquals(-EINVAL, epoll.modify(event, 5, Events.IN | Epoll.EXCLUSIVE, 0));
        assertEquals(-EINVAL, epoll.add(event, 8, Events.PRI | Epoll.EXCLUSIVE, 0));
        assertEquals(-EINVAL, epoll.add(new Epoll(machine.files), 9, Events.IN | Epoll.EXCLUSIVE, 0));
    }

    @Test
    void closedFileLeavesTheSet() {
        epoll.add(event, 5, Events.IN, 1);
        post(event);
        event.release();
        assertEquals(List.of(), collect());
        assertEquals(0, epoll.readiness());
    }

    @Test
    void closedSetLeavesTheFiles() {
        epoll.add(event, 5, Events.IN, 1);
        epoll.release();
        assertTrue(event.waiters().isEmpty());
        event.release();
    }

    @Test
    void nestedSetWakesTheOuterOne() {
        Epoll outer = new Epoll(machine.files);
        assertEquals(0, outer.add(epoll, 3, Events.IN | Epoll.EDGE, 9));
        epoll.add(event, 5, Events.IN, 1);
        int[] woken = {0};
        outer.waiters().add(new Waiter() {
            @Override
            protected void ready(int events) {
                woken[0]++;
            }
        }, Events.IN);
        post(event);
        assertEquals(1, woken[0]);
        assertEquals(1, outer.collect(machine.files.epollEvents().set(machine, machine.buffer), MAX));
        take(event);
        assertEquals(0, epoll.readiness());
    }

    @Test
    void loopsAndDeepNestsAreRefused() {
        Epoll[] chain = new Epoll[7];
        for (int i = 0; i < chain.length; i++) {
            chain[i] = new Epoll(machine.files);
        }
        for (int i = 0; i < 4; i++) {
            assertEquals(0, chain[i].add(chain[i + 1], 1, Events.IN, 0));
        }
        assertEquals(-ELOOP, chain[4].add(chain[5], 1, Events.IN, 0), "six in a chain");
        assertEquals(-ELOOP, chain[4].add(chain[0], 1, Events.IN, 0), "a loop");
        assertEquals(-ELOOP, chain[0].add(chain[0], 1, Events.IN, 0));
        chain[1].release();
        assertEquals(0, chain[4].add(chain[5], 1, Events.IN, 0), "the chain was cut");
    }

    @Test
    void everyReadyFileGetsItsTurn() {
        List<EventFile> files = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            EventFile one = new EventFile(machine.files, 1, false, 0);
            files.add(one);
            epoll.add(one, i, Events.IN, i);
        }
        TreeSet<String> seen = new TreeSet<>();
        for (int i = 0; i < 5; i++) {
            seen.addAll(collect(1));
        }
        assertEquals(5, seen.size(), "level-triggered reports rotate");
    }

    /** Steps on eight eventfds: post, take, add, modify, remove, collect; compared with a plain model. */
    @Property(tries = 300)
    void behavesLikeTheModel(@ForAll @Size(max = 80) List<@IntRange(min = 0, max = 8 * 8 - 1) Integer> steps) {
        machine = new FileMachine();
        epoll = new Epoll(machine.files);
        EventFile[] files = new EventFile[8];
        long[] counts = new long[8];
        for (int i = 0; i < 8; i++) {
            files[i] = new EventFile(machine.files, 0, false, 0);
        }
        Map<Integer, Integer> registered = new TreeMap<>();
        TreeSet<Integer> edges = new TreeSet<>();
        for (int step : steps) {
            int which = step & 7;
            switch (step >> 3) {
                case 0, 1 -> {
                    post(files[which]);
                    counts[which]++;
                    edges.add(which);
                }
                case 2 -> {
                    take(files[which]);
                    counts[which] = 0;
                }
                case 3, 4 -> {
                    int flags = (step >> 3) == 3 ? Events.IN : Events.IN | Epoll.EDGE;
                    int expected = registered.containsKey(which) ? -EEXIST : 0;
                    assertEquals(expected, epoll.add(files[which], which, flags, which));
                    if (expected == 0) {
                        registered.put(which, flags);
                        edges.add(which);
                    }
                }
                case 5 -> {
                    int expected = registered.containsKey(which) ? 0 : -ENOENT;
                    assertEquals(expected, epoll.modify(files[which], which, Events.IN | Epoll.ONESHOT, which));
                    registered.computeIfPresent(which, (key, old) -> Events.IN | Epoll.ONESHOT);
                }
                case 6 -> {
                    int expected = registered.remove(which) == null ? -ENOENT : 0;
                    assertEquals(expected, epoll.remove(files[which], which));
                }
                default -> {
                    TreeSet<String> expected = expectedOf(registered, counts, edges);
                    edges.clear();
                    assertEquals(expected, new TreeSet<>(collect()));
                }
            }
        }
    }

    /** What the model reports, as "fd:1"; what was to be told once is told no more. */
    private static TreeSet<String> expectedOf(Map<Integer, Integer> registered, long[] counts, TreeSet<Integer> edges) {
        TreeSet<String> expected = new TreeSet<>();
        for (Map.Entry<Integer, Integer> one : registered.entrySet()) {
            int fd = one.getKey();
            boolean edge = (one.getValue() & Epoll.EDGE) != 0;
            if (one.getValue() != 0 && counts[fd] > 0 && (!edge || edges.contains(fd))) {
                expected.add(fd + ":1");
                if ((one.getValue() & Epoll.ONESHOT) != 0) {
                    one.setValue(0);
                }
            }
        }
        return expected;
    }

    private List<String> collect() {
        return collect(MAX);
    }

    private List<String> collect(int max) {
        int n = epoll.collect(machine.files.epollEvents().set(machine, machine.buffer), max);
        List<String> result = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            long at = machine.buffer + i * 12L;
            result.add(Memory.getLong(at + 4) + ":" + Memory.getInt(at));
        }
        return result;
    }

    private void post(EventFile file) {
        assertEquals(8, machine.write(file, new byte[] {1, 0, 0, 0, 0, 0, 0, 0}));
    }

    private void take(EventFile file) {
        machine.tryRead(file, 8);
    }

    private static final class Regular extends FileHandle {
        Regular() {
            super(0);
        }

        @Override
        public Inode inode() {
            return new Inode() {
                @Override
                public int stat(Stat out) {
                    out.mode = Stat.S_IFREG;
                    return 0;
                }
            };
        }
    }
}

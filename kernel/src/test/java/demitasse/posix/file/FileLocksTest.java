package demitasse.posix.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import demitasse.sched.wait.Events;
import demitasse.sched.wait.Waiter;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Stat;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FileLocksTest {
    private static final int SPAN = 24;
    private static final int OWNERS = 3;

    private final FileLocks locks = new FileLocks();
    private final Inode inode = new Plain();

    @Test
    void readersShareAndWritersDoNot() {
        Object one = new Object();
        Object two = new Object();
        locks.set(inode, one, false, FileLock.READ, 0, 9, 1);
        assertNull(locks.conflict(inode, two, false, FileLock.READ, 0, 9));
        assertNotNull(locks.conflict(inode, two, false, FileLock.WRITE, 9, 9));
        assertNull(locks.conflict(inode, two, false, FileLock.WRITE, 10, 10));
        assertNull(locks.conflict(new Plain(), two, false, FileLock.WRITE, 0, 9), "another file");
        assertNull(locks.conflict(inode, two, true, FileLock.WRITE, 0, 9), "flock(2) does not see them");
    }

    @Test
    void closingAnyDescriptorOfTheFileFreesTheLocksOfAProcess() {
        FileTable table = new FileTable();
        table.ownLocks(locks);
        int first = table.install(new Opened(inode), 0, false);
        int second = table.install(new Opened(inode), 0, false);
        locks.set(inode, table, false, FileLock.WRITE, 0, FileLock.TO_END, 1);
        int[] woken = {0};
        locks.waiters().add(new Waiter() {
            @Override
            protected void ready(int events) {
                woken[0]++;
            }
        }, Events.OUT);
        table.close(second);
        assertNull(locks.conflict(inode, new Object(), false, FileLock.READ, 0, 0));
        assertEquals(1, woken[0]);
        table.close(first);
    }

    @Test
    void lastReferenceFreesTheLocksOfAnOpenFile() {
        Opened file = new Opened(inode);
        locks.set(inode, file, true, FileLock.WRITE, 0, FileLock.TO_END, 1);
        file.retain();
        file.release();
        assertNotNull(locks.conflict(inode, new Object(), true, FileLock.READ, 0, 0));
        file.release();
        assertNull(locks.conflict(inode, new Object(), true, FileLock.READ, 0, 0));
    }

    /** Random ranges set and freed by three owners, against one type per byte and owner. */
    @Property(tries = 300)
    void rangesBehaveLikeBytes(@ForAll @Size(max = 60) List<@IntRange(min = 0, max = OWNERS * 3 * SPAN * SPAN - 1)
            Integer> steps) {
        FileLocks tested = new FileLocks();
        Object[] owners = {new FileTable(), new Object(), new Opened(inode)};
        int[][] model = new int[OWNERS][SPAN];
        for (int[] bytes : model) {
            Arrays.fill(bytes, FileLock.UNLOCK);
        }
        for (int step : steps) {
            int owner = step % OWNERS;
            int type = step / OWNERS % 3;
            int one = step / OWNERS / 3 % SPAN;
            int two = step / OWNERS / 3 / SPAN;
            int from = Math.min(one, two);
            int to = Math.max(one, two);
            boolean refused = type != FileLock.UNLOCK && conflicts(model, owner, type, from, to);
            boolean found = type != FileLock.UNLOCK
                    && tested.conflict(inode, owners[owner], false, type, from, to) != null;
            assertEquals(refused, found);
            if (!refused) {
                tested.set(inode, owners[owner], false, type, from, to, 1);
                Arrays.fill(model[owner], from, to + 1, type);
            }
        }
    }

    private static boolean conflicts(int[][] model, int owner, int type, int from, int to) {
        for (int other = 0; other < OWNERS; other++) {
            for (int i = from; i <= to && other != owner; i++) {
                if (model[other][i] == FileLock.WRITE || model[other][i] == FileLock.READ && type == FileLock.WRITE) {
                    return true;
                }
            }
        }
        return false;
    }

    private static final class Plain extends Inode {
        @Override
        public int stat(Stat out) {
            return 0;
        }
    }

    private static final class Opened extends FileHandle {
        private final Inode file;

        Opened(Inode file) {
            super(2);
            this.file = file;
        }

        @Override
        public Inode inode() {
            return file;
        }
    }
}

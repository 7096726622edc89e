package demitasse.posix.file;

import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.EMFILE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.vfs.FileHandle;
import java.util.List;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FileTableTest {
    private final FileTable table = new FileTable();

    @Test
    void lowestFreeDescriptorIsGiven() {
        for (int i = 0; i < 200; i++) {
            assertEquals(i, table.install(new Thing(), 0, false));
        }
        table.close(130);
        table.close(7);
        assertEquals(7, table.install(new Thing(), 0, false));
        assertEquals(130, table.install(new Thing(), 8, false));
        assertEquals(200, table.install(new Thing(), 8, false));
    }

    @Test
    void limitIsKept() {
        table.setLimit(2);
        table.install(new Thing(), 0, false);
        table.install(new Thing(), 0, false);
        Thing third = new Thing();
        assertEquals(-EMFILE, table.install(third, 0, false));
        assertFalse(third.gone, "the reference stays with the caller");
    }

    @Test
    void closeReleasesAndThenKnowsNothing() {
        Thing thing = new Thing();
        int fd = table.install(thing, 0, false);
        assertEquals(0, table.close(fd));
        assertTrue(thing.gone);
        assertEquals(-EBADF, table.close(fd));
        assertEquals(-EBADF, table.close(-1));
        assertNull(table.at(1 << 30));
    }

    @Test
    void execClosesWhatIsMarked() {
        Thing kept = new Thing();
        Thing marked = new Thing();
        table.install(kept, 0, false);
        table.install(marked, 70, true);
        table.closeForExec();
        assertFalse(kept.gone);
        assertTrue(marked.gone);
    }

    @Test
    void copySharesTheFiles() {
        Thing thing = new Thing();
        table.install(thing, 300, true);
        FileTable twin = table.copy();
        table.leave();
        assertFalse(thing.gone);
        assertSame(thing, twin.at(300));
        assertTrue(twin.isCloseOnExec(300));
        twin.leave();
        assertTrue(thing.gone);
    }

    @Property(tries = 100)
    void behavesLikeASortedMap(@ForAll @Size(max = 300) List<@IntRange(min = -300, max = 300) Integer> steps) {
        FileTable one = new FileTable();
        TreeMap<Integer, FileHandle> model = new TreeMap<>();
        for (int step : steps) {
            if (step >= 0) {
                Thing thing = new Thing();
                int expected = step;
                while (model.containsKey(expected)) {
                    expected++;
                }
                assertEquals(expected, one.install(thing, step, false));
                model.put(expected, thing);
            } else {
                assertEquals(model.remove(-step) == null ? -EBADF : 0, one.close(-step));
            }
        }
        int fd = -1;
        for (int expected : model.keySet()) {
            fd = one.next(fd + 1);
            assertEquals(expected, fd);
            assertSame(model.get(fd), one.at(fd));
        }
        assertEquals(-1, one.next(fd + 1));
    }

    private static final class Thing extends FileHandle {
        private boolean gone;

        Thing() {
            super(0);
        }

        @Override
        protected void released() {
            gone = true;
        }
    }
}

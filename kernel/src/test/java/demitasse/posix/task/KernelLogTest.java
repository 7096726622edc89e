package demitasse.posix.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.base.memory.HostMemory;
import demitasse.base.memory.Memory;
import demitasse.base.memory.Text;
import demitasse.testing.TestClock;
import demitasse.testing.TestMemory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The ring of syslog(2): whole lines only, however often it has gone round. */
class KernelLogTest {
    private static final long LINE = HostMemory.BASE + KernelLog.MEMORY_BYTES;
    private static final long COPY = LINE + 4096;

    private KernelLog log;

    @BeforeEach
    void begin() {
        new TestMemory(1 << 20);
        log = new KernelLog((address, bytes) -> { }, new TestClock(), HostMemory.BASE);
    }

    private void write(String text) {
        byte[] bytes = (text + "\n").getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < bytes.length; i++) {
            Memory.putByte(LINE + i, bytes[i]);
        }
        log.log(LINE, bytes.length);
    }

    private static List<String> lines(int bytes) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes; i++) {
            text.append((char) Memory.getByte(COPY + i));
        }
        return text.toString().lines().toList();
    }

    @Test
    void linesAreReadInTheirOrderAndTakenOnce() {
        write("one");
        write("two");
        List<String> all = lines(log.last(COPY, KernelLog.BYTES));
        assertTrue(all.get(0).contains("Linux version"), all.get(0));
        assertEquals(List.of("<4>[    0.000000] one", "<4>[    0.000000] two"), all.subList(1, 3));
        assertEquals(3, lines(log.take(COPY, KernelLog.BYTES)).size());
        assertEquals(0, log.untaken());
        write("three");
        assertEquals(List.of("<4>[    0.000000] three"), lines(log.take(COPY, KernelLog.BYTES)));
        log.clear();
        assertEquals(0, log.last(COPY, KernelLog.BYTES));
    }

    @Test
    void theOldestLineIsWholeAfterOthersWereOverwritten() {
        for (int i = 0; i < 5000; i++) {
            write("line " + i + " ".repeat(i % 7) + ".");
            if (i > 1000) {
                int bytes = i % 2 == 0 ? log.last(COPY, KernelLog.BYTES) : log.take(COPY, KernelLog.BYTES);
                List<String> all = lines(bytes);
                assertTrue(all.getFirst().matches("<4>\\[    0\\.000000] line \\d+ *\\."), all.getFirst());
                assertTrue(all.getLast().contains("line " + i), all.getLast());
            }
        }
    }

    @Test
    void aShortBufferGetsTheNewestLines() {
        write("one");
        write("two");
        assertEquals(List.of("<4>[    0.000000] two"), lines(log.last(COPY, 40)));
    }

    @Test
    void recordsOfProgramsHaveTheirPriorityAndAreEscaped() {
        Text text = new Text().set(COPY, 256);
        text.add("a\\b\tc\nsecond");
        log.add(11, COPY, text.length());
        Text shown = new Text().set(COPY, 256);
        long place = log.firstLine(0);
        place = log.describe(place, 0, shown);
        assertTrue(lines(shown.length()).getFirst().startsWith("4,0,0,-;Linux version"));
        assertEquals(1, log.sequence(place));
        shown.clear();
        place = log.describe(place, 1, shown);
        log.describe(place, 2, shown);
        assertEquals(List.of("11,1,0,-;a\\x5cb\\x09c", "11,2,0,-;second"), lines(shown.length()));
        assertEquals(3, log.sequence(log.end()));
    }
}

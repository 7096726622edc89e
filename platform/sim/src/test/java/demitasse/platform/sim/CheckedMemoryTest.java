package demitasse.platform.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.base.memory.HostMemory;
import demitasse.base.memory.Memory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CheckedMemoryTest {
    private static final long PLACE = HostMemory.BASE + 256;

    private CheckedMemory checked;

    @BeforeEach
    void installMemory() {
        HostMemory.install(4096);
        checked = new CheckedMemory();
    }

    @Test
    void poisonedMemoryRefusesEveryByteOfTheRange() {
        checked.poison(PLACE, 16, "freed");
        Memory.putByte(PLACE - 1, (byte) 1);
        Memory.putByte(PLACE + 16, (byte) 1);
        var failure = assertThrows(IllegalStateException.class, () -> Memory.getByte(PLACE + 15));
        assertTrue(failure.getMessage().contains("freed"));
        assertThrows(IllegalStateException.class, () -> Memory.putLong(PLACE - 7, 1));
        checked.clear(PLACE);
        assertEquals(0, Memory.getByte(PLACE + 15));
    }

    @Test
    void aWatchpointSeesAccessesAndLetsThemPass() {
        int[] hits = new int[1];
        checked.watch(PLACE, 8, () -> hits[0]++);
        Memory.putLong(PLACE, 5);
        assertEquals(5, Memory.getInt(PLACE));
        Memory.putInt(PLACE + 8, 1);
        assertEquals(2, hits[0]);
    }

    @Test
    void memoryEndsWhereItEnds() {
        assertThrows(IndexOutOfBoundsException.class, () -> Memory.getInt(HostMemory.BASE + 4093));
        assertThrows(IndexOutOfBoundsException.class, () -> Memory.getByte(0));
    }
}

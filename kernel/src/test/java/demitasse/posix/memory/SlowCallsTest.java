package demitasse.posix.memory;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SlowCallsTest {
    private final SlowCalls calls = new SlowCalls();

    @Test
    void secondCallFromAPlaceComesAgain() {
        assertFalse(calls.comesAgain(0x401234));
        assertFalse(calls.comesAgain(0x401236));
        assertTrue(calls.comesAgain(0x401234));
        assertTrue(calls.comesAgain(0x401236));
    }

    @Test
    void placesThatDriveEachOtherOutComeAgainInTheEnd() {
        int first = 0;
        while (!calls.comesAgain(0x1000 + first % 2 * 16)) {
            first++;
        }
        assertTrue(first > 2 && first <= 64, first + " calls");
        assertTrue(calls.comesAgain(0x9999));
    }
}

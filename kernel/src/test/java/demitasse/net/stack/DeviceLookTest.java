package demitasse.net.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;

import demitasse.alloc.Pages;
import demitasse.testing.TestClock;
import demitasse.testing.TestMemory;
import demitasse.testing.TestStack;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A device that does not tell of its next frame is asked for it. */
class DeviceLookTest {
    private static final int BUDGET = 100;
    private static final long SOON_NS = 1_000_000;

    private final TestClock clock = new TestClock();
    private boolean wantsLook;
    private final TestStack host = new TestStack(1, new Pages(new TestMemory(32 << 20)), clock, new Random(1)) {
        @Override
        public boolean wantsLook() {
            return wantsLook;
        }
    };

    @BeforeEach
    void nobodyIsAskedInVain() {
        assertEquals(0, host.stack.poll(BUDGET));
        wantsLook = true;
    }

    @Test
    void isAskedAgainBeforeSleep() {
        assertEquals(BUDGET, host.stack.poll(BUDGET));
        wantsLook = false;
        assertEquals(0, host.stack.poll(BUDGET));
    }

    @Test
    void isAskedSoonThoughAProgramComputes() {
        host.stack.poll(BUDGET);
        assertEquals(SOON_NS, host.timers.nextDeadlineNs() - clock.monotonicNs());
    }

    @Test
    void isAskedAgainWhileSomebodyLooksOn() {
        host.stack.setTap((index, packet, leaves) -> { });
        assertEquals(BUDGET, host.stack.poll(BUDGET));
    }
}

package demitasse.net.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** RFC 9406 §4.2, as rounds of acknowledgements with a round trip each. */
class HyStartTest {
    private static final long MS = 1_000_000;
    private static final int SEGMENT = 1000;
    private static final int SAMPLES = 10;

    private final Congestion congestion = new Congestion();
    private long acknowledged;

    HyStartTest() {
        congestion.begin(SEGMENT);
    }

    /** A round of ten acknowledgements; returns how much the window grew. */
    private long round(long rttNs) {
        long before = congestion.window();
        for (int i = 0; i < SAMPLES; i++) {
            acknowledged += SEGMENT;
            congestion.sampled(rttNs);
            congestion.advanced(acknowledged, acknowledged + SAMPLES * SEGMENT);
            congestion.acknowledged(SEGMENT, true, 0, rttNs);
        }
        return congestion.window() - before;
    }

    @Test
    void steadyRoundTripsLetItGrow() {
        for (int i = 0; i < 50; i++) {
            assertEquals(SAMPLES * SEGMENT, round((40 + i % 4) * MS));
        }
        assertTrue(congestion.isSlowStart());
    }

    @Test
    void longerRoundTripsSlowItDownAndEndIt() {
        round(40 * MS);
        round(40 * MS);
        round(46 * MS);
        for (int i = 0; i < 4; i++) {
            assertTrue(congestion.isSlowStart());
            assertEquals(SAMPLES * SEGMENT / 4, round(46 * MS));
        }
        round(46 * MS);
        assertFalse(congestion.isSlowStart());
    }

    @Test
    void shorterRoundTripsTakeItBack() {
        round(40 * MS);
        round(40 * MS);
        round(46 * MS);
        round(46 * MS);
        round(40 * MS);
        for (int i = 0; i < 20; i++) {
            assertEquals(SAMPLES * SEGMENT, round(40 * MS));
        }
        assertTrue(congestion.isSlowStart());
    }

    @Test
    void afterALossItSaysNothing() {
        round(40 * MS);
        congestion.lost(congestion.window());
        congestion.setWindow(congestion.threshold() / 2);
        for (int i = 0; i < 20; i++) {
            long before = congestion.window();
            round(40 * MS + i * 10 * MS);
            assertTrue(congestion.window() >= Math.min(congestion.threshold(), before + SAMPLES * SEGMENT));
        }
    }
}

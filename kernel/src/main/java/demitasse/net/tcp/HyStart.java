package demitasse.net.tcp;

/**
 * HyStart++, RFC 9406: round trips that grow longer tell that a queue fills. The first slow start then goes on more
 * slowly, and after a few round trips more it is over, before the queue overflows. Bursts are not limited (L is
 * infinite), as devices pace what they cut.
 */
final class HyStart {
    /** MIN_RTT_THRESH, MAX_RTT_THRESH, MIN_RTT_DIVISOR, N_RTT_SAMPLE, CSS_GROWTH_DIVISOR, CSS_ROUNDS, §4.3. */
    private static final long THRESHOLD_MIN_NS = 4_000_000;
    private static final long THRESHOLD_MAX_NS = 16_000_000;
    private static final int THRESHOLD_DIVISOR = 8;
    private static final int SAMPLES = 8;
    private static final int GROWTH_DIVISOR = 4;
    private static final int ROUNDS = 5;
    private static final long NONE = Long.MAX_VALUE;

    /** windowEnd: the round is over when this is acknowledged. */
    private long roundEnd;
    private long lastMinimumNs = NONE;
    private long minimumNs = NONE;
    private int samples;
    /** cssBaselineMinRtt; there is one while growth is slow. */
    private long baselineNs = NONE;
    private int slowRounds;

    /** An acknowledgement has told how long a round trip took. */
    void sampled(long rttNs) {
        minimumNs = Math.min(minimumNs, rttNs);
        samples++;
        if (samples < SAMPLES) {
            return;
        }
        if (baselineNs != NONE) {
            baselineNs = minimumNs < baselineNs ? NONE : baselineNs;
        } else if (lastMinimumNs != NONE && minimumNs >= lastMinimumNs + Math.max(THRESHOLD_MIN_NS,
                Math.min(lastMinimumNs / THRESHOLD_DIVISOR, THRESHOLD_MAX_NS))) {
            baselineNs = minimumNs;
            slowRounds = 0;
        }
    }

    /** How much the window grows for bytes that were acknowledged. */
    long growth(long bytes) {
        return baselineNs == NONE ? bytes : bytes / GROWTH_DIVISOR;
    }

    /** What was acknowledged, and what is sent next: true when slow start is over. */
    boolean ends(long acknowledged, long next) {
        if (acknowledged < roundEnd) {
            return false;
        }
        roundEnd = next;
        lastMinimumNs = minimumNs;
        minimumNs = NONE;
        samples = 0;
        return baselineNs != NONE && ++slowRounds >= ROUNDS;
    }
}

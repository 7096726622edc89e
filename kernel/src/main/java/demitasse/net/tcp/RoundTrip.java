package demitasse.net.tcp;

/** How long an answer takes, and how long to wait for one: RFC 6298; the smallest of late for RACK (RFC 8985 §6.1). */
final class RoundTrip {
    static final long RTO_INITIAL_NS = 1_000_000_000L;
    /** Below the second of RFC 6298 §2.4, as Linux has it: TCP_RTO_MIN. */
    static final long RTO_MIN_NS = 200_000_000L;
    static final long RTO_MAX_NS = 120_000_000_000L;
    /** How long a minimum counts; routes change. */
    private static final long MINIMUM_WINDOW_NS = 300_000_000_000L;

    private long smoothedNs;
    private long variationNs;
    private long minimumNs;
    private long minimumAtNs;
    private int backoff;

    /** A segment that was sent once was answered. */
    void sample(long rttNs, long nowNs) {
        long rtt = Math.max(1000, rttNs);
        smooth(rtt);
        if (minimumNs == 0 || rtt <= minimumNs || nowNs - minimumAtNs > MINIMUM_WINDOW_NS) {
            minimumNs = rtt;
            minimumAtNs = nowNs;
        }
    }

    /** A measure too coarse to say what the smallest is. */
    void smooth(long rtt) {
        if (smoothedNs == 0) {
            smoothedNs = rtt;
            variationNs = rtt / 2;
        } else {
            variationNs += (Math.abs(smoothedNs - rtt) - variationNs) / 4;
            smoothedNs += (rtt - smoothedNs) / 8;
        }
    }

    /** 0 before the first sample. */
    long smoothedNs() {
        return smoothedNs;
    }

    long variationNs() {
        return variationNs;
    }

    long minimumNs() {
        return minimumNs;
    }

    /** With the back-off of earlier time-outs, RFC 6298 §5.5. */
    long rtoNs() {
        long base = smoothedNs == 0 ? RTO_INITIAL_NS
                : smoothedNs + Math.max(RTO_MIN_NS, 4 * variationNs);
        return Math.min(RTO_MAX_NS, base << Math.min(backoff, 10));
    }

    /** How many time-outs in a row. */
    int backoff() {
        return backoff;
    }

    void timedOut() {
        backoff++;
    }

    /** New data was acknowledged. */
    void answered() {
        backoff = 0;
    }
}

package demitasse.net.tcp;

/**
 * How much may be in flight: CUBIC, RFC 9438, in integers; NewReno's growth (RFC 5681) where a program asks for "reno".
 * Windows are in bytes.
 */
final class Congestion {
    /** RFC 6928. */
    private static final int INITIAL_SEGMENTS = 10;
    private static final long UNLIMITED = Long.MAX_VALUE / 4;
    private static final long WINDOW_MAX_BYTES = 1L << 30;
    private static final long NS_PER_MS = 1_000_000;
    private static final long ELAPSED_MS_MAX = 200_000;

    private int segmentBytes;
    private long window;
    private long threshold = UNLIMITED;
    private final HyStart hyStart = new HyStart();
    private boolean reno;
    /** W_max, RFC 9438 §4.1.2, and the window at the start of the epoch. */
    private long windowBeforeLoss;
    private long epochWindow;
    private long epochNs;
    private long epochRiseMs;
    /** W_est, RFC 9438 §4.3: where Reno would be. */
    private long estimate;
    /** Bytes acknowledged that have not made the window grow yet. */
    private long credit;
    private long estimateCredit;
    /** As it was before the last reduction, should that turn out to be for nothing. */
    private long earlierWindow;
    private long earlierThreshold;
    private long earlierBeforeLoss;

    void begin(int newSegmentBytes) {
        segmentBytes = newSegmentBytes;
        window = (long) INITIAL_SEGMENTS * newSegmentBytes;
    }

    void setSegmentBytes(int bytes) {
        segmentBytes = bytes;
        window = Math.max(window, 2L * bytes);
    }

    void setReno(boolean on) {
        reno = on;
    }

    boolean isReno() {
        return reno;
    }

    long window() {
        return window;
    }

    /** For TCP_INFO; very large before the first loss. */
    long threshold() {
        return threshold;
    }

    boolean isSlowStart() {
        return window < threshold;
    }

    /** How long a round trip took; before the first loss it tells when slow start has done enough. */
    void sampled(long rttNs) {
        if (threshold == UNLIMITED) {
            hyStart.sampled(rttNs);
        }
    }

    /** How far everything was acknowledged, and where the next data will stand. */
    void advanced(long acknowledged, long next) {
        if (threshold == UNLIMITED && hyStart.ends(acknowledged, next)) {
            threshold = window;
        }
    }

    /**
     * Data was acknowledged outside of recovery.
     *
     * @param wasLimited whether the window, and not the program or the receiver, kept more from being sent
     */
    void acknowledged(long bytes, boolean wasLimited, long nowNs, long rttNs) {
        if (!wasLimited || window >= WINDOW_MAX_BYTES) {
            return;
        }
        long rest = bytes;
        if (isSlowStart()) {
            long step = Math.min(rest, threshold - window);
            window += threshold == UNLIMITED ? hyStart.growth(step) : step;
            rest -= step;
        }
        if (rest <= 0) {
            return;
        }
        if (reno) {
            credit += rest;
            if (credit >= window) {
                credit -= window;
                window += segmentBytes;
            }
        } else {
            cubic(rest, nowNs, rttNs);
        }
    }

    private void cubic(long bytes, long nowNs, long rttNs) {
        if (epochNs == 0) {
            startEpoch(nowNs);
        }
        estimateCredit += bytes;
        // Alpha is 3 * (1 - 0.7) / (1 + 0.7) = 9/17 until the old window is reached, then 1: RFC 9438 §4.3.
        long perSegment = estimate < windowBeforeLoss ? window * 17 / 9 : window;
        if (estimateCredit >= perSegment) {
            estimate += segmentBytes;
            estimateCredit -= perSegment;
        }
        long elapsedMs = (nowNs - epochNs) / NS_PER_MS;
        if (curve(elapsedMs) < estimate) {
            window = Math.max(window, Math.min(estimate, window + bytes));
            return;
        }
        long target = curve(elapsedMs + rttNs / NS_PER_MS);
        target = Math.max(window, Math.min(target, window + window / 2));
        // The window rises to the target within one round trip.
        credit += bytes * (target - window) / Math.max(1, segmentBytes);
        long steps = credit / window;
        if (steps > 0) {
            credit -= steps * window;
            window += steps * segmentBytes;
        }
    }

    private void startEpoch(long nowNs) {
        epochNs = nowNs;
        epochWindow = window;
        estimate = window;
        estimateCredit = 0;
        credit = 0;
        if (windowBeforeLoss <= window) {
            windowBeforeLoss = window;
            epochRiseMs = 0;
        } else {
            // K = cbrt((W_max - cwnd) / C) seconds with C = 0.4, RFC 9438 §4.2.
            epochRiseMs = cubeRoot((windowBeforeLoss - epochWindow) / segmentBytes * 2_500_000_000L);
        }
    }

    /** W_cubic of RFC 9438 §4.2: C * (t - K)^3 + W_max. */
    private long curve(long elapsedMs) {
        long ms = Math.max(-ELAPSED_MS_MAX, Math.min(ELAPSED_MS_MAX, elapsedMs - epochRiseMs));
        long thousandths = ms * ms * ms / 2_500_000;
        return windowBeforeLoss + thousandths * segmentBytes / 1000;
    }

    /** The largest integer whose cube is not greater. */
    static long cubeRoot(long value) {
        long root = 0;
        for (int bit = 20; bit >= 0; bit--) {
            long next = root | 1L << bit;
            if (next * next * next <= value) {
                root = next;
            }
        }
        return root;
    }

    /** Recovery begins: RFC 9438 §4.6 and §4.7; Reno halves. */
    void lost(long inFlightBytes) {
        epochNs = 0;
        earlierWindow = window;
        earlierThreshold = threshold;
        earlierBeforeLoss = windowBeforeLoss;
        boolean shrinking = window < windowBeforeLoss;
        windowBeforeLoss = shrinking ? window * 17 / 20 : window;
        long reduced = reno ? inFlightBytes / 2 : window * 7 / 10;
        threshold = Math.max(reduced, 2L * segmentBytes);
        credit = 0;
    }

    /** Nothing was lost after all, RFC 9438 §4.9. */
    void undo() {
        window = Math.max(window, earlierWindow);
        threshold = Math.max(threshold, earlierThreshold);
        windowBeforeLoss = earlierBeforeLoss;
        epochNs = 0;
    }

    /** Recovery is over, or its window is given by {@link Recovery}. */
    void setWindow(long bytes) {
        window = Math.max(segmentBytes, bytes);
    }

    /** Time-out, RFC 5681 §3.1: start again with one segment. */
    void timedOut(long inFlightBytes, boolean isFirst) {
        if (isFirst) {
            lost(inFlightBytes);
        }
        window = segmentBytes;
    }

    /** Nothing was sent for a while, RFC 5681 §4.1. */
    void idle() {
        epochNs = 0;
        window = Math.min(window, (long) INITIAL_SEGMENTS * segmentBytes);
    }
}

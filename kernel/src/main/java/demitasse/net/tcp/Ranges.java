package demitasse.net.tcp;

import demitasse.base.annotation.ColdPath;

/**
 * What has come out of order: some ranges of positions, sorted and apart. When there is no room for another one the
 * new one is refused; its sender will send again. The one that changed last is told first in a SACK, RFC 2018 §4.
 */
final class Ranges {
    static final int RANGES_MAX = 512;
    private static final int INITIAL = 32;

    private long[] starts;
    private long[] ends;
    private int count;
    private long latest;

    int count() {
        return count;
    }

    boolean isEmpty() {
        return count == 0;
    }

    long start(int index) {
        return starts[index];
    }

    long end(int index) {
        return ends[index];
    }

    /** The index of the range that was added to last. */
    int latest() {
        for (int i = 0; i < count; i++) {
            if (latest >= starts[i] && latest < ends[i]) {
                return i;
            }
        }
        return 0;
    }

    boolean contains(long start, long end) {
        for (int i = 0; i < count; i++) {
            if (start >= starts[i] && end <= ends[i]) {
                return true;
            }
        }
        return false;
    }

    /** Adds a range, joined with those it touches; false when there are too many. */
    boolean add(long start, long end) {
        if (starts == null || count == starts.length && count < RANGES_MAX) {
            grow();
        }
        int first = 0;
        while (first < count && ends[first] < start) {
            first++;
        }
        int next = first;
        long low = start;
        long high = end;
        while (next < count && starts[next] <= end) {
            low = Math.min(low, starts[next]);
            high = Math.max(high, ends[next]);
            next++;
        }
        if (next == first && count == RANGES_MAX) {
            return false;
        }
        int shift = 1 - (next - first);
        if (shift != 0) {
            System.arraycopy(starts, next, starts, next + shift, count - next);
            System.arraycopy(ends, next, ends, next + shift, count - next);
            count += shift;
        }
        starts[first] = low;
        ends[first] = high;
        latest = start;
        return true;
    }

    /** Bytes up to a position came in order; returns how far the stream reaches now. */
    long joinTo(long position) {
        long reached = position;
        int used = 0;
        while (used < count && starts[used] <= reached) {
            reached = Math.max(reached, ends[used]);
            used++;
        }
        if (used > 0) {
            System.arraycopy(starts, used, starts, 0, count - used);
            System.arraycopy(ends, used, ends, 0, count - used);
            count -= used;
        }
        return reached;
    }

    void clear() {
        count = 0;
        starts = null;
        ends = null;
    }

    @ColdPath("seldom, in a connection that loses or reorders")
    private void grow() {
        int length = starts == null ? INITIAL : 2 * count;
        long[] newStarts = new long[length];
        long[] newEnds = new long[length];
        if (starts != null) {
            System.arraycopy(starts, 0, newStarts, 0, count);
            System.arraycopy(ends, 0, newEnds, 0, count);
        }
        starts = newStarts;
        ends = newEnds;
    }
}

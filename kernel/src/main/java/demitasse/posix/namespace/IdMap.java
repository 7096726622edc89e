package demitasse.posix.namespace;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.memory.Memory;
import demitasse.base.memory.Text;

/** The user or group ids of a namespace, in ranges, and what they are in its parent, user_namespaces(7). */
final class IdMap {
    static final int NONE = -1;
    private static final int RANGES_MAX = 340;
    private static final int FIELDS = 3;
    private static final long ID_LIMIT = 1L << 32;

    /** First id inside, first id outside, how many; in turns. */
    private int[] ranges = new int[0];

    boolean isEmpty() {
        return ranges.length == 0;
    }

    /** Whether it is one id alone. */
    boolean isSingle() {
        return ranges.length == FIELDS && ranges[2] == 1;
    }

    /** The first id outside of the first range. */
    int firstOutside() {
        return ranges[1];
    }

    int outside(int id) {
        return translate(id, 1, 0, 1);
    }

    int inside(int id) {
        return translate(id, 1, 1, 0);
    }

    /** What the first of so many ids is that stand in one range together. */
    private int translate(int id, int count, int from, int to) {
        for (int i = 0; i < ranges.length; i += FIELDS) {
            int offset = id - ranges[i + from];
            if (Integer.compareUnsigned(offset, ranges[i + 2]) < 0
                    && Integer.compareUnsigned(count, ranges[i + 2] - offset) <= 0) {
                return offset + ranges[i + to];
            }
        }
        return NONE;
    }

    /** Whether the outside of a range contains an id. */
    boolean reaches(int id) {
        return inside(id) != NONE;
    }

    /** Takes lines of three numbers each: 0 or -EINVAL. */
    int parse(long address, int lengthBytes) {
        int[] found = new int[RANGES_MAX * FIELDS];
        long[] line = new long[FIELDS];
        int count = 0;
        int at = 0;
        while (at < lengthBytes) {
            int end = at;
            while (end < lengthBytes && Memory.getByte(address + end) != '\n') {
                end++;
            }
            if (count == found.length || !numbers(address, at, end, line)) {
                return -EINVAL;
            }
            for (int i = 0; i < count; i += FIELDS) {
                if (meet(found[i], found[i + 2], line[0], line[2])
                        || meet(found[i + 1], found[i + 2], line[1], line[2])) {
                    return -EINVAL;
                }
            }
            for (int i = 0; i < FIELDS; i++) {
                found[count++] = (int) line[i];
            }
            at = end + 1;
        }
        ranges = new int[count];
        System.arraycopy(found, 0, ranges, 0, count);
        return count == 0 ? -EINVAL : 0;
    }

    private static boolean meet(int first, int count, long otherFirst, long otherCount) {
        long one = first & 0xffff_ffffL;
        return one < otherFirst + otherCount && otherFirst < one + (count & 0xffff_ffffL);
    }

    /** Three numbers that make a range, and nothing else on the line. */
    private static boolean numbers(long address, int start, int end, long[] out) {
        int at = start;
        for (int i = 0; i < FIELDS; i++) {
            while (at < end && isBlank(Memory.getByte(address + at))) {
                at++;
            }
            int first = at;
            out[i] = 0;
            while (at < end && Memory.getByte(address + at) >= '0' && Memory.getByte(address + at) <= '9'
                    && out[i] < ID_LIMIT) {
                out[i] = out[i] * 10 + Memory.getByte(address + at++) - '0';
            }
            if (at == first || out[i] >= ID_LIMIT) {
                return false;
            }
        }
        while (at < end && isBlank(Memory.getByte(address + at))) {
            at++;
        }
        // The last id of all stands for none.
        return at == end && out[2] > 0 && out[0] + out[2] < ID_LIMIT && out[1] + out[2] < ID_LIMIT;
    }

    private static boolean isBlank(byte character) {
        return character == ' ' || character == '\t';
    }

    /**
     * Counts by the ids of the first namespace instead of the parent's: false where a range is not in one of the
     * parent's. To look at both ends alone would give away what the parent has not been given in between.
     */
    boolean resolve(IdMap parent) {
        for (int i = 0; i < ranges.length; i += FIELDS) {
            int first = parent.translate(ranges[i + 1], ranges[i + 2], 0, 1);
            if (first == NONE) {
                return false;
            }
            ranges[i + 1] = first;
        }
        return true;
    }

    /** @param reader what ids outside are told as; null as they are */
    void write(Text out, IdMap reader) {
        for (int i = 0; i < ranges.length; i += FIELDS) {
            int outside = reader == null ? ranges[i + 1] : reader.inside(ranges[i + 1]);
            column(out, ranges[i]).character(' ');
            column(out, outside).character(' ');
            column(out, ranges[i + 2]).newline();
        }
    }

    /** As %10u of printf(3). */
    private static Text column(Text out, int value) {
        long number = value & 0xffff_ffffL;
        for (long width = 1_000_000_000L; width > Math.max(number, 1); width /= 10) {
            out.character(' ');
        }
        return out.number(number);
    }
}

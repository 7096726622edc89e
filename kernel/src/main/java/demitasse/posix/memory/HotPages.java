package demitasse.posix.memory;

/**
 * Pages that parents and children write to again and again after fork(2): stacks, the C library's data. They learn them
 * from faults; the next fork copies them at once, which is far cheaper than two faults and a change of protection. One
 * list for all that descend from the first fork, since they have the same layout.
 */
final class HotPages {
    /** Bounds what a fork copies in vain. */
    static final int COUNT_MAX = 32;

    /** In order; behind the last stands a page beyond all. */
    private final long[] sorted = new long[COUNT_MAX + 1];
    private int count;
    private int victim;

    HotPages() {
        sorted[0] = Long.MAX_VALUE;
    }

    /** A page was written to that both sides had. When there is no room another goes. */
    void add(long page) {
        int index = indexFrom(page);
        if (sorted[index] == page) {
            return;
        }
        if (count == COUNT_MAX) {
            victim = (victim + 1) % COUNT_MAX;
            System.arraycopy(sorted, victim + 1, sorted, victim, count - victim);
            count--;
            index -= victim < index ? 1 : 0;
        }
        System.arraycopy(sorted, index, sorted, index + 1, count + 1 - index);
        sorted[index] = page;
        count++;
    }

    /** The index of the first page at or after an address. */
    int indexFrom(long address) {
        int index = 0;
        while (sorted[index] < address) {
            index++;
        }
        return index;
    }

    /** A page; {@link Long#MAX_VALUE} behind the last. */
    long at(int index) {
        return sorted[index];
    }
}

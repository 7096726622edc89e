package demitasse.posix.memory;

import demitasse.base.memory.JavaHeap;

/**
 * The mappings of an address space in the order of their addresses: a sorted array. A search is O(log n); an
 * insertion moves the references above it, which for the tens to hundreds of mappings of real programs is
 * cheaper than any tree.
 */
final class Mappings {
    /** vm.max_map_count of Linux. */
    private static final int COUNT_MAX = 65_530;
    /** Mappings are objects of the kernel's heap, which is small where RAM is: one for so many bytes. */
    private static final int BYTES_PER_MAPPING = 4096;
    private static final int INITIAL_CAPACITY = 32;
    /** A mapping takes about as much of the kernel's heap, its place in the array included. */
    private static final int MAPPING_BYTES = 104;

    private final int limit;
    private Mapping[] sorted = new Mapping[INITIAL_CAPACITY];
    private int count;
    /** Where the last search ended; programs come back to the same mapping. */
    private int last;
    /** What {@link #highestGap} knows: from this address up to that bound every gap is shorter than so many bytes. */
    private long fullFrom;
    private long fullTo;
    private long gapBytes = Long.MAX_VALUE;

    /** @param ramBytes how much memory there is in all */
    Mappings(long ramBytes) {
        limit = (int) Math.min(COUNT_MAX, ramBytes / BYTES_PER_MAPPING);
    }

    int count() {
        return count;
    }

    Mapping at(int index) {
        assert index >= 0 && index < count;
        return sorted[index];
    }

    /** The mapping that contains an address, or null. */
    Mapping find(long address) {
        if (last < count) {
            Mapping mapping = sorted[last];
            if (address >= mapping.start && address < mapping.end) {
                return mapping;
            }
        }
        int index = indexFrom(address);
        if (index == count || sorted[index].start > address) {
            return null;
        }
        last = index;
        return sorted[index];
    }

    /** The index of the first mapping that ends after an address; the count if none does. */
    int indexFrom(long address) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = low + high >>> 1;
            if (sorted[middle].end <= address) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Whether any mapping lies in a range. */
    boolean isFree(long start, long end) {
        int index = indexFrom(start);
        return index == count || sorted[index].start >= end;
    }

    /** Whether a mapping with a flag of {@link Mapping} lies in a range. */
    boolean have(int flag, long start, long end) {
        int index = indexFrom(start);
        while (index < count && sorted[index].start < end && !sorted[index].has(flag)) {
            index++;
        }
        return index < count && sorted[index].start < end;
    }

    /** Whether a stub window lies in a range: unlike the vDSO it must not go. */
    boolean haveWindow(long start, long end) {
        for (int i = indexFrom(start); i < count && sorted[i].start < end; i++) {
            if (sorted[i].isWindow()) {
                return true;
            }
        }
        return false;
    }

    /** Whether a range is free and leaves the stack above it room to grow. */
    boolean isFreeWithGap(long start, long end) {
        int index = indexFrom(start);
        if (index == count) {
            return true;
        }
        Mapping next = sorted[index];
        return next.start - (next.has(Mapping.GROWS_DOWN) ? Layout.STACK_GAP_BYTES : 0) >= end;
    }

    /** Whether so many mappings may be added; each cut adds one. */
    boolean hasRoomFor(int more) {
        long grownBytes = count + more > sorted.length ? 2L * sorted.length * Long.BYTES : 0;
        return count <= limit - more && JavaHeap.hasRoom((long) more * MAPPING_BYTES + grownBytes);
    }

    /** What a copy of all of them takes of the kernel's heap. */
    long copyBytes() {
        return (long) count * MAPPING_BYTES;
    }

    /** Inserts a mapping into free space; the caller has checked {@link #hasRoomFor}. */
    void insert(Mapping mapping) {
        int index = indexFrom(mapping.start);
        assert index == count || sorted[index].start >= mapping.end : "mappings do not overlap";
        if (count == sorted.length) {
            Mapping[] grown = new Mapping[count * 2];
            System.arraycopy(sorted, 0, grown, 0, count);
            sorted = grown;
        }
        System.arraycopy(sorted, index, sorted, index + 1, count - index);
        sorted[index] = mapping;
        count++;
        JavaHeap.take(MAPPING_BYTES);
    }

    /** Takes out the mappings from one index up to before another. */
    void remove(int from, int to) {
        if (from == to) {
            return;
        }
        fullFrom = to == count ? fullTo : Math.max(fullFrom, sorted[to].start);
        takeOut(from, to);
    }

    private void takeOut(int from, int to) {
        System.arraycopy(sorted, to, sorted, from, count - to);
        int newCount = count - (to - from);
        JavaHeap.give((long) (to - from) * MAPPING_BYTES);
        for (int i = newCount; i < count; i++) {
            sorted[i] = null;
        }
        count = newCount;
    }

    /**
     * Cuts the mapping around an address in two there, if there is one that spans it. The caller has made
     * sure of room.
     *
     * @return the index of the first mapping at or after the address
     */
    int splitAt(long address) {
        int index = indexFrom(address);
        if (index == count || sorted[index].start >= address) {
            return index;
        }
        Mapping lower = sorted[index];
        Mapping upper = lower.part(address, lower.end);
        lower.end = address;
        insert(upper);
        return index + 1;
    }

    /** Joins neighbours that go on in the same way, from the one before a range to the one after it. */
    void mergeAround(long start, long end) {
        int index = Math.max(0, indexFrom(start) - 1);
        while (index + 1 < count && sorted[index].start <= end) {
            Mapping lower = sorted[index];
            Mapping upper = sorted[index + 1];
            if (lower.end == upper.start && lower.continuesIn(upper)) {
                lower.end = upper.end;
                upper.detach();
                takeOut(index + 1, index + 2);
            } else {
                index++;
            }
        }
    }

    /**
     * The highest free range of a length inside given bounds, keeping {@code stackGapBytes} below every
     * stack. It goes on where the last search ended, or each of the tens of thousands of mappings that a program may
     * have would be looked at for each new one.
     *
     * @return its start, or 0 when there is none
     */
    long highestGap(long lengthBytes, long low, long high, long stackGapBytes) {
        long top = high == fullTo && lengthBytes >= gapBytes ? Math.min(high, fullFrom) : high;
        for (int i = indexFrom(top) - 1; i >= -1; i--) {
            // The mapping above the gap may begin below the bound and end above it.
            if (i + 1 < count) {
                top = Math.min(top, lowerBound(sorted[i + 1], stackGapBytes));
            }
            long bottom = i < 0 ? low : Math.max(low, sorted[i].end);
            if (top - bottom >= lengthBytes) {
                fullFrom = top;
                fullTo = high;
                gapBytes = lengthBytes;
                return top - lengthBytes;
            }
            if (i < 0 || sorted[i].start < low) {
                return 0;
            }
        }
        return 0;
    }

    private static long lowerBound(Mapping mapping, long stackGapBytes) {
        return mapping.has(Mapping.GROWS_DOWN) ? mapping.start - stackGapBytes : mapping.start;
    }
}

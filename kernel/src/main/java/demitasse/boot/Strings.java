package demitasse.boot;

/** A list of strings in kernel memory, each ending in NUL. */
public final class Strings {
    private static final int INITIAL_CAPACITY = 16;

    private long[] addresses = new long[INITIAL_CAPACITY];
    private int[] lengths = new int[INITIAL_CAPACITY];
    private int count;

    /** @param lengthBytes without the NUL that follows */
    void add(long address, int lengthBytes) {
        if (count == addresses.length) {
            long[] moreAddresses = new long[count * 2];
            int[] moreLengths = new int[count * 2];
            System.arraycopy(addresses, 0, moreAddresses, 0, count);
            System.arraycopy(lengths, 0, moreLengths, 0, count);
            addresses = moreAddresses;
            lengths = moreLengths;
        }
        addresses[count] = address;
        lengths[count++] = lengthBytes;
    }

    public int count() {
        return count;
    }

    public long address(int index) {
        assert index < count;
        return addresses[index];
    }

    /** Without the NUL. */
    public int length(int index) {
        assert index < count;
        return lengths[index];
    }
}

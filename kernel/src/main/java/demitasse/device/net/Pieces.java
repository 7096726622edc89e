package demitasse.device.net;

/** Where the payload of a packet stands, in order, when it is in memory of others. */
public final class Pieces {
    /** The largest payload has so many pages, the first and the last of which are parts. */
    public static final int MAX = 18;

    private final long[] addresses = new long[MAX];
    private final int[] lengths = new int[MAX];
    private int count;
    private int bytes;

    public void clear() {
        count = 0;
        bytes = 0;
    }

    public void add(long address, int lengthBytes) {
        addresses[count] = address;
        lengths[count++] = lengthBytes;
        bytes += lengthBytes;
    }

    public int count() {
        return count;
    }

    public int bytes() {
        return bytes;
    }

    public long address(int i) {
        return addresses[i];
    }

    public int length(int i) {
        return lengths[i];
    }
}

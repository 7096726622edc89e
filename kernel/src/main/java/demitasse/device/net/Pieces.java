package demitasse.device.net;

/** Where the payload of a packet stands, in order, when it is in memory of others. */
public final class Pieces {
    /** The largest payload has 18 pages, the first and the last of which are parts, or a few more where files end. */
    public static final int MAX = 24;

    private final long[] addresses = new long[MAX];
    private final int[] lengths = new int[MAX];
    private int count;
    private int bytes;

    public void clear() {
        count = 0;
        bytes = 0;
    }

    /** What stands right behind the last piece becomes part of it; false when there are too many. */
    public boolean add(long address, int lengthBytes) {
        if (count > 0 && addresses[count - 1] + lengths[count - 1] == address) {
            lengths[count - 1] += lengthBytes;
        } else if (count == MAX) {
            return false;
        } else {
            addresses[count] = address;
            lengths[count++] = lengthBytes;
        }
        bytes += lengthBytes;
        return true;
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

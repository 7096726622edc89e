package demitasse.posix.ring;

import demitasse.base.memory.JavaHeap;

/** The buffers that a ring knows by number, IORING_REGISTER_BUFFERS: their bounds; pages are looked up as always. */
public final class RegisteredBuffers {
    /** As on Linux: UIO_MAXIOV times 16. */
    public static final int COUNT_MAX = 1 << 14;
    /** Of the kernel's heap, for one of them. */
    public static final int PLACE_BYTES = 16;

    private long[] bounds;

    public boolean isEmpty() {
        return bounds == null;
    }

    public int count() {
        return bounds == null ? 0 : bounds.length / 2;
    }

    public void create(int count) {
        bounds = new long[count * 2];
        JavaHeap.take((long) count * PLACE_BYTES);
    }

    public void put(int index, long address, long lengthBytes) {
        bounds[index * 2] = address;
        bounds[index * 2 + 1] = lengthBytes;
    }

    public void clear() {
        JavaHeap.give((long) count() * PLACE_BYTES);
        bounds = null;
    }

    /** Whether a range lies within a buffer. */
    public boolean holds(int index, long address, long lengthBytes) {
        long start = bounds[index * 2];
        return start != 0 && address >= start && lengthBytes <= bounds[index * 2 + 1]
                && address - start <= bounds[index * 2 + 1] - lengthBytes;
    }
}

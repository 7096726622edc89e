package demitasse.base.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The memory of the simulated machine: one segment of host memory that stands at {@link #BASE}. Never in an image.
 *
 * <p>Every access is checked against the segment, then shown to the {@link Watch} if one is set: the simulator puts its
 * poison and its watchpoints there.
 */
public final class HostMemory {
    /** Where the simulated machine's memory begins; far from zero, so that a null dereference is caught. */
    public static final long BASE = 0xffff_8000_0000_0000L;

    private static MemorySegment segment = MemorySegment.NULL;
    private static Watch watch = (address, lengthBytes, write) -> { };

    private HostMemory() {
    }

    /** Sees every access before it happens; throws to refuse one. */
    public interface Watch {
        void access(long address, long lengthBytes, boolean write);
    }

    /** Replaces the machine's memory by a zeroed one. */
    public static void install(long sizeBytes) {
        segment = Arena.ofAuto().allocate(sizeBytes, 4096);
        watch = (address, lengthBytes, write) -> { };
    }

    public static void watch(Watch newWatch) {
        watch = newWatch;
    }

    public static long sizeBytes() {
        return segment.byteSize();
    }

    static byte getByte(long address) {
        return segment.get(ValueLayout.JAVA_BYTE, check(address, 1, false));
    }

    static short getShort(long address) {
        return segment.get(ValueLayout.JAVA_SHORT_UNALIGNED, check(address, 2, false));
    }

    static int getInt(long address) {
        return segment.get(ValueLayout.JAVA_INT_UNALIGNED, check(address, 4, false));
    }

    static long getLong(long address) {
        return segment.get(ValueLayout.JAVA_LONG_UNALIGNED, check(address, 8, false));
    }

    static void putByte(long address, byte value) {
        segment.set(ValueLayout.JAVA_BYTE, check(address, 1, true), value);
    }

    static void putShort(long address, short value) {
        segment.set(ValueLayout.JAVA_SHORT_UNALIGNED, check(address, 2, true), value);
    }

    static void putInt(long address, int value) {
        segment.set(ValueLayout.JAVA_INT_UNALIGNED, check(address, 4, true), value);
    }

    static void putLong(long address, long value) {
        segment.set(ValueLayout.JAVA_LONG_UNALIGNED, check(address, 8, true), value);
    }

    static boolean compareAndSetInt(long address, int expected, int value) {
        if (getInt(address) != expected) {
            return false;
        }
        putInt(address, value);
        return true;
    }

    static void copy(long source, long target, long lengthBytes) {
        if (lengthBytes > 0) {
            long from = check(source, lengthBytes, false);
            long to = check(target, lengthBytes, true);
            MemorySegment.copy(segment, from, segment, to, lengthBytes);
        }
    }

    static void fill(long address, long lengthBytes, byte value) {
        if (lengthBytes > 0) {
            segment.asSlice(check(address, lengthBytes, true), lengthBytes).fill(value);
        }
    }

    static int compare(long left, long right, long lengthBytes) {
        for (long i = 0; i < lengthBytes; i++) {
            int difference = (getByte(left + i) & 0xff) - (getByte(right + i) & 0xff);
            if (difference != 0) {
                return difference;
            }
        }
        return 0;
    }

    private static long check(long address, long lengthBytes, boolean write) {
        long offset = address - BASE;
        if (offset < 0 || lengthBytes < 0 || offset > segment.byteSize() - lengthBytes) {
            throw new IndexOutOfBoundsException(
                    "access of " + lengthBytes + " bytes at 0x" + Long.toHexString(address) + " is outside memory");
        }
        watch.access(address, lengthBytes, write);
        return offset;
    }
}

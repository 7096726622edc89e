package demitasse.base.memory;

import org.teavm.interop.Address;
import org.teavm.interop.Import;
import org.teavm.interop.PlatformMarker;
import org.teavm.interop.Platforms;
import org.teavm.interop.Unmanaged;
import org.teavm.interop.c.Include;

/**
 * Raw memory. On metal each method becomes one machine instruction; on HotSpot it goes to the checked memory of
 * {@link HostMemory}. Addresses are kernel addresses: user memory is reached through the frame that holds it.
 *
 * <p>Plain accesses may be merged or reordered by the C compiler. Words shared with a device, an interrupt handler or
 * user code are read with {@code *Acquire} and written with {@code *Release}.
 */
public final class Memory {
    private Memory() {
    }

    /** True in a compiled image, false on HotSpot; the compiler folds it, so the other side is not in the image. */
    @PlatformMarker(Platforms.C)
    public static boolean onMetal() {
        return false;
    }

    @Unmanaged
    public static byte getByte(long address) {
        return onMetal() ? Address.fromLong(address).getByte() : HostMemory.getByte(address);
    }

    /** The byte at the address as 0..255. */
    @Unmanaged
    public static int getUnsignedByte(long address) {
        return getByte(address) & 0xff;
    }

    @Unmanaged
    public static short getShort(long address) {
        return onMetal() ? Address.fromLong(address).getShort() : HostMemory.getShort(address);
    }

    /** The little-endian 16-bit word at the address as 0..65535. */
    @Unmanaged
    public static int getUnsignedShort(long address) {
        return getShort(address) & 0xffff;
    }

    @Unmanaged
    public static int getInt(long address) {
        return onMetal() ? Address.fromLong(address).getInt() : HostMemory.getInt(address);
    }

    /** The little-endian 32-bit word at the address as 0..2³²-1. */
    @Unmanaged
    public static long getUnsignedInt(long address) {
        return getInt(address) & 0xffff_ffffL;
    }

    @Unmanaged
    public static long getLong(long address) {
        return onMetal() ? Address.fromLong(address).getLong() : HostMemory.getLong(address);
    }

    @Unmanaged
    public static void putByte(long address, byte value) {
        if (onMetal()) {
            Address.fromLong(address).putByte(value);
        } else {
            HostMemory.putByte(address, value);
        }
    }

    @Unmanaged
    public static void putShort(long address, short value) {
        if (onMetal()) {
            Address.fromLong(address).putShort(value);
        } else {
            HostMemory.putShort(address, value);
        }
    }

    @Unmanaged
    public static void putInt(long address, int value) {
        if (onMetal()) {
            Address.fromLong(address).putInt(value);
        } else {
            HostMemory.putInt(address, value);
        }
    }

    @Unmanaged
    public static void putLong(long address, long value) {
        if (onMetal()) {
            Address.fromLong(address).putLong(value);
        } else {
            HostMemory.putLong(address, value);
        }
    }

    @Unmanaged
    public static short getShortBe(long address) {
        return Short.reverseBytes(getShort(address));
    }

    /** The 16-bit word in network order as 0..65535. */
    @Unmanaged
    public static int getUnsignedShortBe(long address) {
        return getShortBe(address) & 0xffff;
    }

    @Unmanaged
    public static int getIntBe(long address) {
        return Integer.reverseBytes(getInt(address));
    }

    @Unmanaged
    public static long getLongBe(long address) {
        return Long.reverseBytes(getLong(address));
    }

    @Unmanaged
    public static void putShortBe(long address, int value) {
        putShort(address, Short.reverseBytes((short) value));
    }

    @Unmanaged
    public static void putIntBe(long address, int value) {
        putInt(address, Integer.reverseBytes(value));
    }

    @Unmanaged
    public static void putLongBe(long address, long value) {
        putLong(address, Long.reverseBytes(value));
    }

    @Unmanaged
    public static int getIntAcquire(long address) {
        return onMetal() ? Metal.getIntAcquire(address) : HostMemory.getInt(address);
    }

    @Unmanaged
    public static long getLongAcquire(long address) {
        return onMetal() ? Metal.getLongAcquire(address) : HostMemory.getLong(address);
    }

    @Unmanaged
    public static void putIntRelease(long address, int value) {
        if (onMetal()) {
            Metal.putIntRelease(address, value);
        } else {
            HostMemory.putInt(address, value);
        }
    }

    @Unmanaged
    public static void putLongRelease(long address, long value) {
        if (onMetal()) {
            Metal.putLongRelease(address, value);
        } else {
            HostMemory.putLong(address, value);
        }
    }

    @Unmanaged
    public static boolean compareAndSetInt(long address, int expected, int value) {
        return onMetal()
                ? Metal.compareAndSetInt(address, expected, value) != 0
                : HostMemory.compareAndSetInt(address, expected, value);
    }

    /** Copies; the ranges may overlap. */
    @Unmanaged
    public static void copy(long source, long target, long lengthBytes) {
        if (onMetal()) {
            Metal.copy(target, source, lengthBytes);
        } else {
            HostMemory.copy(source, target, lengthBytes);
        }
    }

    @Unmanaged
    public static void fill(long address, long lengthBytes, byte value) {
        if (onMetal()) {
            Metal.fill(address, value, lengthBytes);
        } else {
            HostMemory.fill(address, lengthBytes, value);
        }
    }

    /** Less than, equal to or greater than zero, as the bytes compare unsigned, memcmp(3). */
    @Unmanaged
    public static int compare(long left, long right, long lengthBytes) {
        return onMetal() ? Metal.compare(left, right, lengthBytes) : HostMemory.compare(left, right, lengthBytes);
    }

    /** Orders all accesses before against all accesses after. */
    @Unmanaged
    public static void fence() {
        if (onMetal()) {
            Metal.fence();
        }
    }

    /** Intrinsics of {@code rawmemory.h} in the compiler's runtime: what Java and TeaVM's Address cannot say. */
    @Include("rawmemory.h")
    private static final class Metal {
        @Import(name = "memory_get_int_acquire")
        @Unmanaged
        static native int getIntAcquire(long address);

        @Import(name = "memory_get_long_acquire")
        @Unmanaged
        static native long getLongAcquire(long address);

        @Import(name = "memory_put_int_release")
        @Unmanaged
        static native void putIntRelease(long address, int value);

        @Import(name = "memory_put_long_release")
        @Unmanaged
        static native void putLongRelease(long address, long value);

        @Import(name = "memory_compare_and_set_int")
        @Unmanaged
        static native int compareAndSetInt(long address, int expected, int value);

        @Import(name = "memory_copy")
        @Unmanaged
        static native void copy(long target, long source, long lengthBytes);

        @Import(name = "memory_fill")
        @Unmanaged
        static native void fill(long address, int value, long lengthBytes);

        @Import(name = "memory_compare")
        @Unmanaged
        static native int compare(long left, long right, long lengthBytes);

        @Import(name = "memory_fence")
        @Unmanaged
        static native void fence();
    }
}

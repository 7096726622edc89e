package demitasse.net.stack;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * The near end of a TAP interface of the host, Documentation/networking/tuntap.rst: frames that are written here are
 * received by Linux, and what Linux sends is read here. Needs the right to make one.
 */
final class LinuxTap implements AutoCloseable {
    private static final int O_RDWR_NONBLOCK = 2 | 0x800;
    private static final long TUNSETIFF = 0x4004_54caL;
    /** IFF_TAP | IFF_NO_PI. */
    private static final short FLAGS = 0x1002;
    private static final int IFREQ_BYTES = 40;
    private static final int IFREQ_FLAGS = 16;
    private static final int FRAME_BYTES_MAX = 2048;
    private static final short POLLIN = 1;
    private static final MethodHandle OPEN = function("open", true, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    private static final MethodHandle IOCTL =
            function("ioctl", true, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);
    private static final MethodHandle READ =
            function("read", false, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
    private static final MethodHandle WRITE =
            function("write", false, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
    private static final MethodHandle POLL =
            function("poll", false, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
    private static final MethodHandle CLOSE = function("close", false, ValueLayout.JAVA_INT);

    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(FRAME_BYTES_MAX);
    private final int descriptor;

    /** Makes the interface in the namespace of the calling thread, or attaches to it. */
    LinuxTap(String name) {
        MemorySegment request = arena.allocate(IFREQ_BYTES);
        MemorySegment.copy(name.getBytes(StandardCharsets.US_ASCII), 0, request, ValueLayout.JAVA_BYTE, 0,
                name.length());
        request.set(ValueLayout.JAVA_SHORT, IFREQ_FLAGS, FLAGS);
        descriptor = (int) call(OPEN, arena.allocateFrom("/dev/net/tun"), O_RDWR_NONBLOCK);
        if (descriptor < 0 || call(IOCTL, descriptor, TUNSETIFF, request) < 0) {
            throw new IllegalStateException("no TAP " + name);
        }
    }

    /** The next frame; null without one. */
    byte[] read() {
        long length = call(READ, descriptor, buffer, (long) FRAME_BYTES_MAX);
        return length <= 0 ? null : buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }

    void write(byte[] frame) {
        MemorySegment.copy(frame, 0, buffer, ValueLayout.JAVA_BYTE, 0, frame.length);
        call(WRITE, descriptor, buffer, (long) frame.length);
    }

    /** Waits for a frame on any of them, at most for a while. */
    static void await(long timeoutNs, LinuxTap... taps) {
        try (Arena own = Arena.ofConfined()) {
            MemorySegment polls = own.allocate(8L * taps.length, 8);
            for (int i = 0; i < taps.length; i++) {
                polls.set(ValueLayout.JAVA_INT, 8L * i, taps[i].descriptor);
                polls.set(ValueLayout.JAVA_SHORT, 8L * i + 4, POLLIN);
            }
            call(POLL, polls, (long) taps.length, (int) Math.min(1000, (timeoutNs + 999_999) / 1_000_000));
        }
    }

    @Override
    public void close() {
        call(CLOSE, descriptor);
        arena.close();
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, boolean variadic, java.lang.foreign.MemoryLayout... arguments) {
        Linker linker = Linker.nativeLinker();
        FunctionDescriptor type = FunctionDescriptor.of(
                name.equals("read") || name.equals("write") ? ValueLayout.JAVA_LONG : ValueLayout.JAVA_INT, arguments);
        MemorySegment address = linker.defaultLookup().findOrThrow(name);
        return variadic ? linker.downcallHandle(address, type, Linker.Option.firstVariadicArg(2))
                : linker.downcallHandle(address, type);
    }

    private static long call(MethodHandle function, Object... arguments) {
        try {
            return ((Number) function.invokeWithArguments(arguments)).longValue();
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }
}

package demitasse.test.run;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The master's side of a pseudo-terminal of the host, pty(7): what a terminal emulator holds. */
final class PseudoTerminal implements AutoCloseable {
    private static final AddressLayout POINTER = ValueLayout.ADDRESS;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final int O_RDWR_NOCTTY_CLOEXEC = 2 | 0x100 | 0x8_0000;
    private static final long TIOCSWINSZ = 0x5414;
    private static final int NAME_BYTES = 64;
    /** The four words of flags and the control characters of struct termios. */
    private static final int SETTINGS_BYTES = 16 + 1 + 32;
    private static final int LOCAL_FLAGS = 12;
    private static final int ISIG_ICANON_ECHO = 1 | 2 | 8;
    private static final int READ_BYTES = 4096;

    private final int descriptor;

    PseudoTerminal() {
        descriptor = call("posix_openpt", O_RDWR_NOCTTY_CLOEXEC);
        require(descriptor >= 0 && call("grantpt", descriptor) == 0 && call("unlockpt", descriptor) == 0);
    }

    /** The slave's device, ptsname_r(3). */
    Path device() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(NAME_BYTES);
            require((int) bind("ptsname_r", INT, POINTER, LONG).invokeExact(descriptor, name, (long) NAME_BYTES) == 0);
            return Path.of(name.getString(0));
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Whoever is in the foreground of the terminal gets SIGWINCH. */
    void resize(int rows, int columns) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocateFrom(ValueLayout.JAVA_SHORT, (short) rows, (short) columns,
                    (short) 0, (short) 0);
            MethodHandle ioctl = Linker.nativeLinker().downcallHandle(find("ioctl"),
                    FunctionDescriptor.of(INT, INT, LONG, POINTER), Linker.Option.firstVariadicArg(2));
            require((int) ioctl.invokeExact(descriptor, TIOCSWINSZ, size) == 0);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** What stty(1) could change, tcgetattr(3). */
    byte[] settings() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment settings = arena.allocate(4 * SETTINGS_BYTES);
            require((int) bind("tcgetattr", INT, POINTER).invokeExact(descriptor, settings) == 0);
            return settings.asSlice(0, SETTINGS_BYTES).toArray(ValueLayout.JAVA_BYTE);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Whether keys go to the program as they are: no lines, no echo, no signals. */
    boolean isRaw() {
        return (settings()[LOCAL_FLAGS] & ISIG_ICANON_ECHO) == 0;
    }

    void type(String keys) {
        byte[] bytes = keys.getBytes(StandardCharsets.US_ASCII);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            long written = (long) transfer("write").invokeExact(descriptor, source, (long) bytes.length);
            require(written == bytes.length);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for what appears on the screen; empty when nobody holds the slave any more. */
    String read() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate(READ_BYTES);
            long count = (long) transfer("read").invokeExact(descriptor, target, (long) READ_BYTES);
            return count <= 0 ? ""
                    : new String(target.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        call("close", descriptor);
    }

    private static MethodHandle transfer(String name) {
        return Linker.nativeLinker().downcallHandle(find(name), FunctionDescriptor.of(LONG, INT, POINTER, LONG));
    }

    private static int call(String name, int argument) {
        try {
            return (int) bind(name, INT).invokeExact(argument);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static MethodHandle bind(String name, MemoryLayout... arguments) {
        return Linker.nativeLinker().downcallHandle(find(name), FunctionDescriptor.of(INT, arguments));
    }

    private static MemorySegment find(String name) {
        return Linker.nativeLinker().defaultLookup().findOrThrow(name);
    }

    private static void require(boolean succeeded) {
        if (!succeeded) {
            throw new AssertionError("the host's pseudo-terminal does not work");
        }
    }
}

package demitasse.tools.vmm;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * The few C library calls that Java has no words for. Loaded only by runs that need one: binding them costs
 * some milliseconds of class loading.
 */
final class LibC {
    static final int SIGTERM = 15;
    private static final AddressLayout POINTER = ValueLayout.ADDRESS;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    /** Larger than struct termios and struct winsize of any Linux. */
    private static final int BUFFER_BYTES = 256;
    private static final int TIOCGWINSZ = 0x5413;
    private static final int TCSADRAIN = 1;
    private static final int SIG_SETMASK = 2;
    private static final int SIGSET_BYTES = 128;
    private static final int SIGACTION_BYTES = 152;
    private static final int SIGACTION_FLAGS = 136;
    private static final int SA_RESTART = 0x1000_0000;
    private static final int O_CLOEXEC = 0x8_0000;
    private static final int CLOSE_RANGE_CLOEXEC = 4;
    private static final int O_RDWR = 2;
    /** linux/if_tun.h: TUNSETIFF, and IFF_TAP | IFF_NO_PI | IFF_VNET_HDR. */
    private static final long TUNSETIFF = 0x4004_54caL;
    private static final short TAP_FLAGS = 0x5002;
    /** struct ifreq: a name of 16 bytes, then a union. */
    private static final int IFREQ_BYTES = 40;
    private static final int IFREQ_FLAGS = 16;
    private static final int FIRST_PRIVATE_FD = 3;

    private LibC() {
    }

    /** isatty(3). */
    static boolean isTerminal(int fd) {
        return invoke("isatty", fd) == 1;
    }

    /** kill(2); a process that is gone already is no matter. */
    static void kill(long pid, int signal) {
        invoke("kill", (int) pid, signal);
    }

    /** ioctl(2) TIOCGWINSZ: rows in the high and columns in the low half, or 0. */
    static int windowSize(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(BUFFER_BYTES);
            MethodHandle ioctl = bind("ioctl", Linker.Option.firstVariadicArg(2), INT, ValueLayout.JAVA_LONG, POINTER);
            int result = (int) ioctl.invokeExact(fd, (long) TIOCGWINSZ, size);
            int rows = size.get(ValueLayout.JAVA_SHORT, 0) & 0xffff;
            int columns = size.get(ValueLayout.JAVA_SHORT, 2) & 0xffff;
            return result < 0 ? 0 : rows << 16 | columns;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Attaches to a TAP device as an instance does, and leaves it at once; 0, or the errno. */
    static int tryTap(String name) {
        Linker.Option errno = Linker.Option.captureCallState("errno");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            MethodHandle open = bind("open", errno, POINTER, INT);
            int device = (int) open.invokeExact(state, arena.allocateFrom("/dev/net/tun"), O_RDWR | O_CLOEXEC);
            if (device < 0) {
                return state.get(INT, 0);
            }
            MemorySegment request = arena.allocate(IFREQ_BYTES);
            request.setString(0, name);
            request.set(ValueLayout.JAVA_SHORT, IFREQ_FLAGS, TAP_FLAGS);
            MethodHandle ioctl = handle("ioctl", FunctionDescriptor.of(INT, INT, ValueLayout.JAVA_LONG, POINTER), errno,
                    Linker.Option.firstVariadicArg(2));
            int result = (int) ioctl.invokeExact(state, device, TUNSETIFF, request);
            int error = result < 0 ? state.get(INT, 0) : 0;
            invoke("close", device);
            return error;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** tcgetattr(3): the terminal's settings, or null when they cannot be read. */
    static byte[] terminalSettings(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment settings = arena.allocate(BUFFER_BYTES);
            int result = (int) bind("tcgetattr", INT, POINTER).invokeExact(fd, settings);
            return result < 0 ? null : settings.toArray(ValueLayout.JAVA_BYTE);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** tcsetattr(3). */
    static void setTerminalSettings(int fd, byte[] settings) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocateFrom(ValueLayout.JAVA_BYTE, settings);
            int ignored = (int) bind("tcsetattr", INT, INT, POINTER).invokeExact(fd, TCSADRAIN, copy);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** cfmakeraw(3): the same settings, made raw. */
    static byte[] raw(byte[] settings) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocateFrom(ValueLayout.JAVA_BYTE, settings);
            MethodHandle makeRaw = handle("cfmakeraw", FunctionDescriptor.ofVoid(POINTER));
            makeRaw.invokeExact(copy);
            return copy.toArray(ValueLayout.JAVA_BYTE);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * execve(2) with this process's environment. Returns only on failure. Descriptors from 3 on are closed,
     * and no signal stays blocked: HotSpot blocks SIGQUIT in all its threads but one, and a mask survives
     * execve.
     */
    static void execute(List<String> command) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment arguments = arena.allocate(MemoryLayout.sequenceLayout(command.size() + 1, POINTER));
            for (int i = 0; i < command.size(); i++) {
                arguments.setAtIndex(POINTER, i, arena.allocateFrom(command.get(i), StandardCharsets.UTF_8));
            }
            MemorySegment path = arguments.getAtIndex(POINTER, 0);
            MemorySegment none = arena.allocate(SIGSET_BYTES);
            int ignored = (int) Execution.CLOSE_RANGE.invokeExact(FIRST_PRIVATE_FD, -1, CLOSE_RANGE_CLOEXEC);
            ignored = (int) Execution.SIGPROCMASK.invokeExact(SIG_SETMASK, none, MemorySegment.NULL);
            ignored = (int) Execution.EXECV.invokeExact(path, arguments);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Binds what {@link #execute} calls, so that nothing can go wrong once descriptors are marked to be
     * closed.
     */
    static void prepareExecute() {
        Objects.requireNonNull(Execution.EXECV);
    }

    /**
     * Makes a signal count in an eventfd(2) whose descriptor is the signal's own number, without any code of ours: its
     * handler is the C library's eventfd_write(3). Called as {@code handler(signal, information, context)} it takes the
     * first for a descriptor and the second, an address, for what to add. It is one write(2), so it may interrupt
     * anything, on any thread.
     *
     * @return false when there is no such handler now
     */
    static boolean countSignal(int signal) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment action = arena.allocate(SIGACTION_BYTES);
            action.set(POINTER, 0, Linker.nativeLinker().defaultLookup().findOrThrow("eventfd_write"));
            action.set(INT, SIGACTION_FLAGS, SA_RESTART);
            int event = invoke("eventfd", 0, O_CLOEXEC);
            int moved = (int) bind("dup3", INT, INT, INT).invokeExact(event, signal, O_CLOEXEC);
            invoke("close", event);
            return moved == signal && (int) bind("sigaction", INT, POINTER, POINTER)
                    .invokeExact(signal, action, MemorySegment.NULL) == 0;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Waits until the signal has arrived since the last time; false when that cannot be waited for. */
    static boolean awaitSignal(int signal) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(ValueLayout.JAVA_LONG);
            return (int) bind("eventfd_read", INT, POINTER).invokeExact(signal, count) == 0;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static final class Execution {
        static final MethodHandle SIGPROCMASK = bind("sigprocmask", INT, POINTER, POINTER);
        static final MethodHandle CLOSE_RANGE = bind("close_range", INT, INT, INT);
        static final MethodHandle EXECV = bind("execv", POINTER, POINTER);
    }

    private static int invoke(String name, int argument) {
        try {
            return (int) bind(name, INT).invokeExact(argument);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static int invoke(String name, int first, int second) {
        try {
            return (int) bind(name, INT, INT).invokeExact(first, second);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static MethodHandle bind(String name, MemoryLayout... arguments) {
        return handle(name, FunctionDescriptor.of(INT, arguments));
    }

    private static MethodHandle bind(String name, Linker.Option option, MemoryLayout... arguments) {
        return handle(name, FunctionDescriptor.of(INT, arguments), option);
    }

    private static MethodHandle handle(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, options);
    }

    private static AssertionError unexpected(Throwable e) {
        return new AssertionError("a call of the C library failed in Java", e);
    }
}

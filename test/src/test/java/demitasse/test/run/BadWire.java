package demitasse.test.run;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * What netem does, without netem, which many kernels lack: carries frames between a TAP device that an instance is
 * attached to and another one that it makes for the host's Linux, and loses, repeats, delays and reorders some of them.
 * Frames stand behind a {@code struct virtio_net_hdr} on both sides, so that checksums and long segments pass as they
 * are (packet(7) PACKET_VNET_HDR, Documentation/networking/tuntap.rst).
 */
public final class BadWire {
    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_VNET_HDR = 15;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final short ETH_P_ALL = Short.reverseBytes((short) 3);
    private static final int O_RDWR_NONBLOCK = 2 | 0x800;
    private static final int MSG_DONTWAIT = 0x40;
    private static final long TUNSETIFF = 0x4004_54caL;
    /** IFF_TAP | IFF_NO_PI | IFF_VNET_HDR. */
    private static final short TAP_FLAGS = 0x5002;
    private static final int BUFFER_BYTES = 1 << 17;
    private static final short POLLIN = 1;
    private static final long MS = 1_000_000;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final MethodHandle OPEN = function("open", INT, ValueLayout.ADDRESS, INT);
    private static final MethodHandle IOCTL = function("ioctl", INT, INT, LONG, ValueLayout.ADDRESS);
    private static final MethodHandle SOCKET = function("socket", INT, INT, INT, INT);
    private static final MethodHandle SETSOCKOPT = function("setsockopt", INT, INT, INT, INT, ValueLayout.ADDRESS, INT);
    private static final MethodHandle BIND = function("bind", INT, INT, ValueLayout.ADDRESS, INT);
    private static final MethodHandle INDEX = function("if_nametoindex", INT, ValueLayout.ADDRESS);
    private static final MethodHandle READ = function("read", LONG, INT, ValueLayout.ADDRESS, LONG);
    private static final MethodHandle RECV = function("recv", LONG, INT, ValueLayout.ADDRESS, LONG, INT);
    private static final MethodHandle WRITE = function("write", LONG, INT, ValueLayout.ADDRESS, LONG);
    private static final MethodHandle POLL = function("poll", INT, ValueLayout.ADDRESS, LONG, INT);

    private final Arena arena = Arena.global();
    private final MemorySegment buffer = arena.allocate(BUFFER_BYTES);
    private final int instance;
    private final int host;
    private final int lost;
    private final int repeated;
    private final int reordered;
    private final long delayNs;
    private final Random random;
    private final PriorityQueue<Frame> travelling = new PriorityQueue<>();
    private long number;

    private record Frame(long atNs, long number, int to, byte[] bytes) implements Comparable<Frame> {
        @Override
        public int compareTo(Frame other) {
            return atNs != other.atNs ? Long.compare(atNs, other.atNs) : Long.compare(number, other.number);
        }
    }

    private BadWire(String[] words) {
        MemorySegment request = arena.allocate(40);
        MemorySegment.copy(words[1].getBytes(StandardCharsets.US_ASCII), 0, request, ValueLayout.JAVA_BYTE, 0,
                words[1].length());
        request.set(ValueLayout.JAVA_SHORT, 16, TAP_FLAGS);
        host = (int) call(OPEN, arena.allocateFrom("/dev/net/tun"), O_RDWR_NONBLOCK);
        must(call(IOCTL, host, TUNSETIFF, request), "TUNSETIFF");
        instance = (int) call(SOCKET, AF_PACKET, SOCK_RAW, (int) ETH_P_ALL);
        MemorySegment one = arena.allocateFrom(INT, 1);
        must(call(SETSOCKOPT, instance, SOL_PACKET, PACKET_VNET_HDR, one, 4), "PACKET_VNET_HDR");
        must(call(SETSOCKOPT, instance, SOL_PACKET, PACKET_IGNORE_OUTGOING, one, 4), "PACKET_IGNORE_OUTGOING");
        // struct sockaddr_ll: family, protocol, index.
        MemorySegment address = arena.allocate(20, 4);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_PACKET);
        address.set(ValueLayout.JAVA_SHORT, 2, ETH_P_ALL);
        address.set(INT, 4, (int) call(INDEX, arena.allocateFrom(words[0])));
        must(call(BIND, instance, address, 20), "bind");
        lost = Integer.parseInt(words[2]);
        repeated = Integer.parseInt(words[3]);
        reordered = Integer.parseInt(words[4]);
        delayNs = Long.parseLong(words[5]) * MS;
        random = new Random(Long.parseLong(words[6]));
    }

    /** Arguments: the instance's device, the host's, thousandths lost, repeated, reordered, delay in ms, seed. */
    public static void main(String[] arguments) {
        BadWire wire = new BadWire(arguments);
        System.out.println("ready");
        while (true) {
            wire.turn();
        }
    }

    private void turn() {
        long nowNs = System.nanoTime();
        for (long n = receive(instance); n > 0; n = receive(instance)) {
            put(n, host, nowNs);
        }
        for (long n = call(READ, host, buffer, (long) BUFFER_BYTES); n > 0; n = call(READ, host, buffer,
                (long) BUFFER_BYTES)) {
            put(n, instance, nowNs);
        }
        while (!travelling.isEmpty() && travelling.peek().atNs <= nowNs) {
            Frame frame = travelling.remove();
            MemorySegment.copy(frame.bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, frame.bytes.length);
            call(WRITE, frame.to, buffer, (long) frame.bytes.length);
        }
        long waitNs = travelling.isEmpty() ? 1000 * MS : Math.max(0, travelling.peek().atNs - System.nanoTime());
        await((int) ((waitNs + MS - 1) / MS));
    }

    private long receive(int socket) {
        return call(RECV, socket, buffer, (long) BUFFER_BYTES, MSG_DONTWAIT);
    }

    private void put(long length, int to, long nowNs) {
        byte[] bytes = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        for (int copies = chance(lost) ? 0 : chance(repeated) ? 2 : 1; copies > 0; copies--) {
            long extraNs = chance(reordered) ? random.nextLong(2 * delayNs + 1) : 0;
            travelling.add(new Frame(nowNs + delayNs + extraNs, number++, to, bytes));
        }
    }

    private boolean chance(int thousandths) {
        return random.nextInt(1000) < thousandths;
    }

    private void await(int timeoutMs) {
        try (Arena own = Arena.ofConfined()) {
            MemorySegment polls = own.allocate(16, 8);
            polls.set(INT, 0, instance);
            polls.set(ValueLayout.JAVA_SHORT, 4, POLLIN);
            polls.set(INT, 8, host);
            polls.set(ValueLayout.JAVA_SHORT, 12, POLLIN);
            call(POLL, polls, 2L, timeoutMs);
        }
    }

    private static void must(long result, String what) {
        if (result < 0) {
            throw new IllegalStateException(what + " failed");
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
        boolean variadic = name.equals("open") || name.equals("ioctl");
        MemorySegment address = LINKER.defaultLookup().findOrThrow(name);
        FunctionDescriptor type = FunctionDescriptor.of(result, arguments);
        int fixed = name.equals("open") ? 1 : 2;
        return variadic ? LINKER.downcallHandle(address, type, Linker.Option.firstVariadicArg(fixed))
                : LINKER.downcallHandle(address, type);
    }

    private static long call(MethodHandle function, Object... arguments) {
        try {
            return ((Number) function.invokeWithArguments(arguments)).longValue();
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }
}

package demitasse.net.stack;

import demitasse.alloc.Pages;
import demitasse.alloc.Slabs;
import demitasse.base.memory.Memory;
import demitasse.device.net.NetDevice;
import demitasse.device.net.Packet;
import demitasse.net.ip.Binding;
import demitasse.net.tcp.TcpConnection;
import demitasse.net.tcp.TcpListener;
import demitasse.net.wire.Ip;
import demitasse.sched.timer.Timers;
import demitasse.testing.TestClock;
import demitasse.testing.TestMemory;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.BooleanSupplier;

/** Two stacks with a bad wire between them, in virtual time. Everything follows from the seed. */
final class TwoStacks {
    static final int PORT = 7;
    private static final long RAM_BYTES = 96 << 20;
    private static final int MTU_BYTES = 1500;

    /**
     * In thousandths of the frames; times in nanoseconds.
     *
     * @param frameNs how long a device is busy with a frame; it holds {@link #FRAMES_HELD} of them and loses more
     */
    record Fault(int lost, int repeated, int reordered, int corrupted, long delayNs, long frameNs) {
        Fault(int lost, int repeated, int reordered, int corrupted, long delayNs) {
            this(lost, repeated, reordered, corrupted, delayNs, 0);
        }
    }

    private static final int FRAMES_HELD = 4;

    final TestClock clock = new TestClock();
    final Pages pages = new Pages(new TestMemory(RAM_BYTES));
    final End client;
    final End server;
    private final Fault fault;
    private final Random random;
    private long frames;

    final class End implements NetDevice {
        final Timers timers = new Timers();
        final NetStack stack;
        private final PriorityQueue<Frame> arriving = new PriorityQueue<>();
        private final long mac;
        private long busyUntilNs;
        End peer;

        End(int number) {
            mac = 0x0200_0000_0000L | number;
            stack = new NetStack(new Slabs(pages, pages.totalBytes() / 2), pages, timers, clock, random::nextLong);
            NetInterface eth0 = stack.addInterface("eth0", this, false);
            stack.routes.addAddress(eth0, 0, ipv4(number), 96 + 24);
        }

        @Override
        public long address() {
            return mac;
        }

        @Override
        public int mtuBytes() {
            return MTU_BYTES;
        }

        @Override
        public int offloads() {
            return 0;
        }

        @Override
        public boolean isUp() {
            return true;
        }

        @Override
        public Packet receive() {
            if (arriving.isEmpty() || arriving.peek().atNs > clock.monotonicNs()) {
                return null;
            }
            byte[] bytes = arriving.poll().bytes;
            Packet packet = stack.packets().take(bytes.length);
            if (packet != null) {
                long target = packet.append(bytes.length);
                for (int i = 0; i < bytes.length; i++) {
                    Memory.putByte(target + i, bytes[i]);
                }
            }
            return packet;
        }

        @Override
        public boolean hasRoom() {
            return busyUntilNs - clock.monotonicNs() <= (FRAMES_HELD - 1) * fault.frameNs;
        }

        @Override
        public boolean transmit(Packet packet) {
            // What asks for no room, acknowledgements, has as much again.
            if (busyUntilNs - clock.monotonicNs() > 2 * FRAMES_HELD * fault.frameNs) {
                return false;
            }
            busyUntilNs = Math.max(busyUntilNs, clock.monotonicNs()) + fault.frameNs;
            byte[] bytes = new byte[packet.length()];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = Memory.getByte(packet.address() + i);
            }
            packet.release();
            if (!chance(fault.lost)) {
                peer.arrive(bytes);
            }
            if (chance(fault.repeated)) {
                peer.arrive(bytes.clone());
            }
            return true;
        }

        private void arrive(byte[] bytes) {
            if (chance(fault.corrupted)) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            long extraNs = chance(fault.reordered) ? random.nextLong(2 * fault.delayNs + 1) : 0;
            arriving.add(new Frame(clock.monotonicNs() + fault.delayNs + extraNs, frames++, bytes));
        }

        @Override
        public void flush() {
        }
    }

    private record Frame(long atNs, long number, byte[] bytes) implements Comparable<Frame> {
        @Override
        public int compareTo(Frame other) {
            return atNs != other.atNs ? Long.compare(atNs, other.atNs) : Long.compare(number, other.number);
        }
    }

    TwoStacks(long seed, Fault fault) {
        this.random = new Random(seed);
        this.fault = fault;
        client = new End(1);
        server = new End(2);
        client.peer = server;
        server.peer = client;
    }

    static long ipv4(int number) {
        return Ip.mapped(0x0a00_0000 | number);
    }

    private boolean chance(int thousandths) {
        return thousandths > 0 && random.nextInt(1000) < thousandths;
    }

    /** Lets both work until the condition holds; false when the limit passes or nothing will happen any more. */
    boolean run(long limitNs, BooleanSupplier done) {
        long endNs = clock.monotonicNs() + limitNs;
        while (true) {
            client.timers.expire(clock.monotonicNs(), 100);
            server.timers.expire(clock.monotonicNs(), 100);
            int worked = client.stack.poll(64) + server.stack.poll(64);
            if (done.getAsBoolean()) {
                return true;
            }
            if (worked == 0) {
                long nextNs = Math.min(Math.min(next(client), next(server)), Long.MAX_VALUE);
                if (nextNs == Long.MAX_VALUE || nextNs > endNs) {
                    return false;
                }
                clock.advanceTo(nextNs);
            }
        }
    }

    private long next(End end) {
        long timerNs = end.timers.nextDeadlineNs();
        if (!end.hasRoom()) {
            timerNs = Math.min(timerNs, end.busyUntilNs - (FRAMES_HELD - 1) * fault.frameNs);
        }
        return end.arriving.isEmpty() ? timerNs : Math.min(timerNs, end.arriving.peek().atNs);
    }

    TcpListener listen() {
        Binding binding = new Binding();
        binding.low = Ip.MAPPED;
        binding.port = PORT;
        binding.takesIpv4 = true;
        server.stack.tcp.ports.add(binding);
        return server.stack.tcp.listen(server.stack.tcp.create(), binding, 16, events -> { });
    }

    TcpConnection connect() {
        Binding binding = new Binding();
        binding.low = Ip.MAPPED;
        binding.takesIpv4 = true;
        TcpConnection connection = client.stack.tcp.create();
        connection.setUser(events -> { });
        int error = client.stack.tcp.connect(connection, binding, 0, ipv4(2), PORT, 0);
        if (error < 0) {
            throw new AssertionError("connect gave " + error);
        }
        return connection;
    }
}

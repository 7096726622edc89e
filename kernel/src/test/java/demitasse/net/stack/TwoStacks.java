package demitasse.net.stack;

import demitasse.alloc.Pages;
import demitasse.device.net.Packet;
import demitasse.net.ip.Binding;
import demitasse.net.tcp.TcpConnection;
import demitasse.net.tcp.TcpListener;
import demitasse.net.wire.Ip;
import demitasse.testing.TestClock;
import demitasse.testing.TestMemory;
import demitasse.testing.TestStack;
import java.util.Random;
import java.util.function.BooleanSupplier;

/** Two stacks with a bad wire between them, in virtual time. Everything follows from the seed. */
final class TwoStacks {
    static final int PORT = 7;
    private static final long RAM_BYTES = 96 << 20;
    private static final int FRAMES_HELD = 4;

    final TestClock clock = new TestClock();
    final Pages pages = new Pages(new TestMemory(RAM_BYTES));
    final End client;
    final End server;
    /** How long a device is busy with a frame; it holds {@link #FRAMES_HELD} of them and refuses more. */
    private final long frameNs;

    final class End extends TestStack {
        /** To the other end. */
        final Wire outgoing;
        private long busyUntilNs;
        private End peer;

        End(int number, long seed, Wire.Spec spec) {
            // The stack's own luck is apart from the wire's: what one draws does not change the other.
            super(number, TwoStacks.this.pages, clock, new Random(seed + number));
            outgoing = new Wire(spec, seed * 31 + number);
            stack.routes.addAddress(eth0, 0, ipv4(number), 96 + 24);
        }

        @Override
        protected byte[] arrives() {
            return peer.outgoing.take(clock.monotonicNs());
        }

        @Override
        public boolean hasRoom() {
            return busyUntilNs - clock.monotonicNs() <= (FRAMES_HELD - 1) * frameNs;
        }

        @Override
        public boolean transmit(Packet packet) {
            // What asks for no room, acknowledgements, has as much again.
            if (busyUntilNs - clock.monotonicNs() > 2 * FRAMES_HELD * frameNs) {
                return false;
            }
            busyUntilNs = Math.max(busyUntilNs, clock.monotonicNs()) + frameNs;
            return super.transmit(packet);
        }

        @Override
        protected void leaves(byte[] frame) {
            outgoing.put(frame, clock.monotonicNs());
        }

        private long nextNs() {
            long timerNs = timers.nextDeadlineNs();
            if (!hasRoom()) {
                timerNs = Math.min(timerNs, busyUntilNs - (FRAMES_HELD - 1) * frameNs);
            }
            return Math.min(timerNs, peer.outgoing.nextNs());
        }
    }

    TwoStacks(long seed, Wire.Spec spec) {
        this(seed, spec, 0);
    }

    TwoStacks(long seed, Wire.Spec spec, long frameNs) {
        this.frameNs = frameNs;
        client = new End(1, seed, spec);
        server = new End(2, seed, spec);
        client.peer = server;
        server.peer = client;
    }

    static long ipv4(int number) {
        return Ip.mapped(0x0a00_0000 | number);
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
                long nextNs = Math.min(client.nextNs(), server.nextNs());
                if (nextNs == Long.MAX_VALUE || nextNs > endNs) {
                    return false;
                }
                clock.advanceTo(nextNs);
            }
        }
    }

    /**
     * Lets the two find each other over a good wire: a neighbour that does not answer three times is unreachable, as on
     * Linux, and that is not what a test of streams is about. Nobody may listen yet.
     */
    void meet() {
        client.outgoing.isGood = true;
        server.outgoing.isGood = true;
        TcpConnection refused = connect();
        run(Long.MAX_VALUE / 4, refused::isGone);
        client.outgoing.isGood = false;
        server.outgoing.isGood = false;
    }

    TcpListener listen() {
        return listen(server.stack.tcp.create());
    }

    TcpListener listen(TcpConnection template) {
        Binding binding = new Binding();
        binding.low = Ip.MAPPED;
        binding.port = PORT;
        binding.takesIpv4 = true;
        server.stack.tcp.ports.add(binding);
        return server.stack.tcp.listen(template, binding, 16, events -> { });
    }

    TcpConnection connect() {
        return connect(client.stack.tcp.create());
    }

    TcpConnection connect(TcpConnection connection) {
        Binding binding = new Binding();
        binding.low = Ip.MAPPED;
        binding.takesIpv4 = true;
        connection.setUser(events -> { });
        int error = client.stack.tcp.connect(connection, binding, 0, ipv4(2), PORT, 0);
        if (error < 0) {
            throw new AssertionError("connect gave " + error);
        }
        return connection;
    }
}

package demitasse.net.stack;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.device.net.Packet;
import demitasse.net.ip.Binding;
import demitasse.net.tcp.TcpConnection;
import demitasse.net.tcp.TcpListener;
import demitasse.net.wire.Ip;
import demitasse.testing.TestClock;
import demitasse.testing.TestMemory;
import demitasse.testing.TestStack;
import java.util.Random;

/** Two stacks with a good wire between them that makes no objects itself, so that only theirs are counted. */
final class QuietPair {
    static final int PORT = 7;
    private static final long NETWORK = 0xfd00_0000_0000_0000L;
    private static final int SLOTS = 1024;
    private static final int SLOT_BYTES = 2048;
    private static final long STEP_NS = 10_000;

    final TestClock clock = new TestClock();
    final Pages pages;
    final End client;
    final End server;
    private final boolean ipv4;

    final class End extends TestStack {
        /** What has been sent to this end: a ring of frames in raw memory, and how long each is. */
        private final long ring = pages.allocate(9);
        private final int[] lengths = new int[SLOTS];
        private int first;
        private int count;
        private End peer;

        End(int number, boolean ethernet) {
            super(ethernet ? number : 0, QuietPair.this.pages, clock, new Random(number));
            stack.routes.addAddress(eth0, 0, Ip.mapped(0x0a00_0000 | number), 96 + 24);
            stack.routes.addAddress(eth0, NETWORK, number, 64);
        }

        @Override
        public boolean hasRoom() {
            return peer.count < SLOTS / 2;
        }

        @Override
        public boolean transmit(Packet packet) {
            if (peer.count == SLOTS) {
                return false;
            }
            int slot = peer.first + peer.count++ & SLOTS - 1;
            peer.lengths[slot] = packet.length();
            Memory.copy(packet.address(), peer.ring + slot * SLOT_BYTES, packet.length());
            packet.release();
            return true;
        }

        @Override
        public Packet receive() {
            Packet packet = count == 0 ? null : stack.packets().take(lengths[first]);
            if (packet != null) {
                Memory.copy(ring + first * SLOT_BYTES, packet.append(lengths[first]), lengths[first]);
                first = first + 1 & SLOTS - 1;
                count--;
            }
            return packet;
        }
    }

    QuietPair(long ramBytes, boolean ipv4, boolean ethernet) {
        this.ipv4 = ipv4;
        pages = new Pages(new TestMemory(ramBytes));
        client = new End(1, ethernet);
        server = new End(2, ethernet);
        client.peer = server;
        server.peer = client;
    }

    /** Both work until nothing is under way; a little time passes. */
    void settle() {
        do {
            clock.advance(STEP_NS);
            client.timers.expire(clock.monotonicNs(), 100);
            server.timers.expire(clock.monotonicNs(), 100);
        } while (client.stack.poll(64) + server.stack.poll(64) > 0);
    }

    long high() {
        return ipv4 ? 0 : NETWORK;
    }

    long low(int number) {
        return ipv4 ? Ip.mapped(0x0a00_0000 | number) : number;
    }

    Binding any(int port) {
        Binding binding = new Binding();
        binding.low = ipv4 ? Ip.MAPPED : 0;
        binding.port = port;
        binding.takesIpv4 = true;
        binding.takesIpv6 = true;
        return binding;
    }

    TcpListener listen(int backlog) {
        Binding binding = any(PORT);
        server.stack.tcp.ports.add(binding);
        return server.stack.tcp.listen(server.stack.tcp.create(), binding, backlog, events -> { });
    }

    TcpConnection connect() {
        TcpConnection connection = client.stack.tcp.create();
        connection.setUser(events -> { });
        int error = client.stack.tcp.connect(connection, any(0), high(), low(2), PORT, 0);
        if (error < 0) {
            throw new AssertionError("connect gave " + error);
        }
        return connection;
    }

    /** Writes as much as there is room for, at most so many bytes; returns how many. */
    static int write(TcpConnection connection, int bytes) {
        int done = 0;
        while (done < bytes && connection.writable() > 0) {
            int some = Math.min(connection.writeSpan(), bytes - done);
            // Not the whole of it: HotSpot's fill makes an object.
            Memory.putByte(connection.writeAddress(), (byte) done);
            connection.append(some);
            done += some;
        }
        connection.push();
        return done;
    }

    /** Reads what has come; returns how many bytes. */
    static int read(TcpConnection connection) {
        int done = 0;
        while (connection.readable() > 0) {
            int some = connection.readSpan(0);
            connection.consume(some);
            done += some;
        }
        return done;
    }
}

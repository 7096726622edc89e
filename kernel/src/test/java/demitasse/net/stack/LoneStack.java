package demitasse.net.stack;

import demitasse.alloc.Pages;
import demitasse.device.net.Packet;
import demitasse.net.ip.Binding;
import demitasse.net.udp.UdpEndpoint;
import demitasse.net.wire.Ip;
import demitasse.testing.TestClock;
import demitasse.testing.TestMemory;
import demitasse.testing.TestStack;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** A stack whose device is the test: frames are put in as bytes, and what is sent is kept. Time is virtual. */
final class LoneStack extends TestStack {
    private static final long RAM_BYTES = 32 << 20;

    final TestClock clock;
    final List<byte[]> sent = new ArrayList<>();
    private final ArrayDeque<byte[]> arriving = new ArrayDeque<>();

    LoneStack() {
        this(1, new Pages(new TestMemory(RAM_BYTES)));
    }

    /** @param number the last byte of its hardware address */
    LoneStack(int number, Pages pages) {
        this(number, pages, new TestClock());
    }

    private LoneStack(int number, Pages pages, TestClock clock) {
        super(number, pages, clock, new Random(number));
        this.clock = clock;
    }

    /** A frame arrives and is worked on. */
    void receive(byte[] frame) {
        arriving.add(frame);
        stack.poll(1000);
    }

    void receive(String hex) {
        receive(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    /** Time passes, and timers ring on the way. */
    void pass(long ns) {
        long endNs = clock.monotonicNs() + ns;
        while (timers.nextDeadlineNs() <= endNs) {
            clock.advanceTo(Math.max(clock.monotonicNs(), timers.nextDeadlineNs()));
            timers.expire(clock.monotonicNs(), 1000);
            stack.poll(1000);
        }
        clock.advanceTo(endNs);
    }

    /** The payloads of the datagrams that an endpoint has got, which are dropped. */
    static List<byte[]> datagrams(UdpEndpoint endpoint) {
        List<byte[]> all = new ArrayList<>();
        while (endpoint.first() != null) {
            all.add(bytes(endpoint.first()));
            endpoint.drop();
        }
        return all;
    }

    UdpEndpoint udp(int port) {
        UdpEndpoint endpoint = new UdpEndpoint(events -> { });
        Binding binding = endpoint.binding;
        binding.takesIpv4 = true;
        binding.takesIpv6 = true;
        binding.port = port;
        stack.udp.ports.add(binding);
        return endpoint;
    }

    /** Sends a datagram and answers what the stack does. */
    int sendUdp(UdpEndpoint from, byte[] payload, long high, long low, int port) {
        Packet packet = stack.udp.prepare(payload.length);
        append(packet, payload);
        int error = stack.udp.send(from, packet, high, low, port, 0);
        stack.poll(1000);
        return error;
    }

    static long ipv4(int number) {
        return Ip.mapped(0x0a00_0000 | number);
    }

    @Override
    protected byte[] arrives() {
        return arriving.poll();
    }

    @Override
    protected void leaves(byte[] frame) {
        sent.add(frame);
    }
}

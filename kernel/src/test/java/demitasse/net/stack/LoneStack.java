package demitasse.net.stack;

import demitasse.alloc.Pages;
import demitasse.alloc.Slabs;
import demitasse.base.memory.Memory;
import demitasse.device.net.NetDevice;
import demitasse.device.net.Packet;
import demitasse.net.ip.Binding;
import demitasse.net.udp.UdpEndpoint;
import demitasse.net.wire.Ip;
import demitasse.sched.timer.Timers;
import demitasse.testing.TestClock;
import demitasse.testing.TestMemory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** A stack whose device is the test: frames are put in as bytes, and what is sent is kept. Time is virtual. */
final class LoneStack implements NetDevice {
    static final int MTU_BYTES = 1500;
    private static final long RAM_BYTES = 32 << 20;

    final TestClock clock = new TestClock();
    final Pages pages;
    final Timers timers = new Timers();
    final List<byte[]> sent = new ArrayList<>();
    final NetStack stack;
    final NetInterface eth0;
    private final ArrayDeque<byte[]> arriving = new ArrayDeque<>();

    private final long mac;

    LoneStack() {
        this(1, new Pages(new TestMemory(RAM_BYTES)));
    }

    /** @param number the last byte of its hardware address */
    LoneStack(int number, Pages pages) {
        this.pages = pages;
        mac = 0x0200_0000_0000L | number;
        Random random = new Random(number);
        stack = new NetStack(new Slabs(pages, pages.totalBytes() / 4), pages, timers, clock, random::nextLong);
        eth0 = stack.addInterface("eth0", this, false);
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
        long target = packet.append(payload.length);
        for (int i = 0; i < payload.length; i++) {
            Memory.putByte(target + i, payload[i]);
        }
        int error = stack.udp.send(from, packet, high, low, port, 0);
        stack.poll(1000);
        return error;
    }

    static long ipv4(int number) {
        return Ip.mapped(0x0a00_0000 | number);
    }

    static byte[] bytes(Packet packet) {
        byte[] bytes = new byte[packet.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = Memory.getByte(packet.address() + i);
        }
        return bytes;
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
        byte[] bytes = arriving.poll();
        Packet packet = bytes == null ? null : stack.packets().take(bytes.length);
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
        return true;
    }

    @Override
    public boolean transmit(Packet packet) {
        sent.add(bytes(packet));
        packet.release();
        return true;
    }

    @Override
    public void flush() {
    }
}

package demitasse.testing;

import demitasse.alloc.Pages;
import demitasse.alloc.Slabs;
import demitasse.base.memory.Memory;
import demitasse.device.net.NetDevice;
import demitasse.device.net.Packet;
import demitasse.machine.Clock;
import demitasse.net.stack.NetInterface;
import demitasse.net.stack.NetStack;
import demitasse.sched.timer.Timers;
import java.util.Random;

/**
 * A network stack with what it stands on, and its only device, which the test plays: frames come and go as arrays of
 * bytes, or, where these would be counted, by what overrides {@link #receive} and {@link #transmit}.
 */
public abstract class TestStack implements NetDevice {
    public static final int MTU_BYTES = 1500;

    public final Pages pages;
    public final Timers timers = new Timers();
    public final NetStack stack;
    public final NetInterface eth0;
    /** What the device does for the stack, and takes to be done for what arrives. */
    public int offloads;
    public boolean takesSumsForGood;
    /** How long the datagrams are that the device has put together in each frame; 0 for none. */
    public int joinsDatagramsOf;
    private final long mac;

    /** @param number the last byte of its hardware address; 0 for a device that has none and takes bare IP packets */
    protected TestStack(int number, Pages pages, Clock clock, Random random) {
        this.pages = pages;
        mac = number == 0 ? 0 : 0x0200_0000_0000L | number;
        stack = new NetStack(new Slabs(pages, pages.totalBytes() / 2), pages, timers, clock, random::nextLong);
        eth0 = stack.addInterface("eth0", this, number == 0);
    }

    /** The next frame that arrives; null when there is none now. */
    protected byte[] arrives() {
        return null;
    }

    protected void leaves(byte[] frame) {
    }

    public static byte[] bytes(Packet packet) {
        byte[] bytes = new byte[packet.length()];
        copy(packet.address(), bytes, 0, packet.headLength());
        int at = packet.headLength();
        for (int i = 0; packet.tail != null && i < packet.tail.count(); i++) {
            copy(packet.tail.address(i), bytes, at, packet.tail.length(i));
            at += packet.tail.length(i);
        }
        return bytes;
    }

    private static void copy(long source, byte[] target, int at, int lengthBytes) {
        for (int i = 0; i < lengthBytes; i++) {
            target[at + i] = Memory.getByte(source + i);
        }
    }

    public static void append(Packet packet, byte[] bytes) {
        long target = packet.append(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            Memory.putByte(target + i, bytes[i]);
        }
    }

    @Override
    public final long address() {
        return mac;
    }

    @Override
    public final int mtuBytes() {
        return MTU_BYTES;
    }

    @Override
    public final int offloads() {
        return offloads;
    }

    @Override
    public final boolean isUp() {
        return true;
    }

    @Override
    public Packet receive() {
        byte[] frame = arrives();
        Packet packet = frame == null ? null : stack.packets().take(frame.length);
        if (packet != null) {
            append(packet, frame);
            packet.checksumGood = takesSumsForGood;
            packet.segmentBytes = joinsDatagramsOf;
        }
        return packet;
    }

    @Override
    public boolean hasRoom() {
        return true;
    }

    @Override
    public boolean transmit(Packet packet) {
        byte[] frame = bytes(packet);
        packet.release();
        leaves(frame);
        return true;
    }

    @Override
    public final void flush() {
    }
}

package demitasse.platform.linux;

import demitasse.base.annotation.HotPath;
import demitasse.base.memory.Memory;
import demitasse.device.net.NetDevice;
import demitasse.device.net.Packet;
import demitasse.device.net.PacketPool;
import demitasse.device.net.Pieces;
import demitasse.driver.virtio.NetHeader;

/**
 * A TAP device of the host, its kernel's Documentation/networking/tuntap.rst: a frame is one read or one write, behind
 * the header that virtio has for it. The host neither cuts what it gives us nor sums it up, and does both for us where
 * the frame goes on to a real wire.
 */
final class TapDevice implements NetDevice {
    private static final int VECTOR_BYTES = 16;

    private final PacketPool packets;
    private final int mtuBytes;
    private final boolean cutsDatagrams;
    /** Its memory is for what {@link #gather} tells the host; null where memory was short. */
    private final Packet vectors;
    /** Room for the longest frame there is; null while there are too many packets. */
    private Packet input;
    private boolean ended;

    /** @param cutsDatagrams whether the host knows of large UDP datagrams, as Linux does since 6.2 */
    TapDevice(PacketPool packets, int mtuBytes, boolean cutsDatagrams) {
        this.packets = packets;
        this.mtuBytes = mtuBytes;
        this.cutsDatagrams = cutsDatagrams;
        vectors = packets.take((Pieces.MAX + 1) * VECTOR_BYTES);
    }

    @Override
    public long address() {
        return Host.netAddress();
    }

    @Override
    public int mtuBytes() {
        return mtuBytes;
    }

    @Override
    public int offloads() {
        return CHECKSUM | SEGMENT_IPV4 | SEGMENT_IPV6 | (cutsDatagrams ? SEGMENT_DATAGRAMS : 0)
                | (vectors == null ? 0 : GATHER);
    }

    @Override
    public boolean isUp() {
        return !ended;
    }

    @Override
    @HotPath("per packet")
    public Packet receive() {
        if (input == null) {
            input = packets.take(PacketPool.LARGE_BYTES - PacketPool.HEADROOM_BYTES);
            if (input == null) {
                return null;
            }
        }
        input.reset(0);
        int read = Host.tapRead(input.address(), input.tailroom());
        ended |= read == 0;
        if (read < NetHeader.SHORT_BYTES) {
            return null;
        }
        int bytes = read - NetHeader.SHORT_BYTES;
        boolean good = NetHeader.isChecksumGood(input.address());
        int datagramBytes = NetHeader.datagramBytes(input.address());
        Packet packet = packets.take(bytes);
        if (packet == null) {
            // Lost, as on any wire.
            return null;
        }
        if (packet.capacityBytes() < input.capacityBytes()) {
            Memory.copy(input.address() + NetHeader.SHORT_BYTES, packet.append(bytes), bytes);
        } else {
            input.append(read);
            input.pull(NetHeader.SHORT_BYTES);
            Packet other = packet;
            packet = input;
            input = other;
        }
        packet.checksumGood = good;
        packet.segmentBytes = datagramBytes;
        return packet;
    }

    @Override
    public boolean hasRoom() {
        return true;
    }

    @Override
    @HotPath("per packet")
    public boolean transmit(Packet packet) {
        NetHeader.push(packet, NetHeader.SHORT_BYTES);
        if (packet.tail == null) {
            Host.tapWrite(packet.address(), packet.length());
        } else {
            gather(packet, packet.tail);
        }
        packet.release();
        return true;
    }

    /** From where its parts stand: a struct iovec each, writev(2). */
    private void gather(Packet packet, Pieces tail) {
        long vector = vectors.address();
        putVector(vector, packet.address(), packet.headLength());
        for (int i = 0; i < tail.count(); i++) {
            putVector(vector + (i + 1) * VECTOR_BYTES, tail.address(i), tail.length(i));
        }
        Host.tapGather(vector, tail.count() + 1);
    }

    private static void putVector(long vector, long address, int lengthBytes) {
        Memory.putLong(vector, address);
        Memory.putLong(vector + Long.BYTES, lengthBytes);
    }

    @Override
    public void flush() {
    }
}

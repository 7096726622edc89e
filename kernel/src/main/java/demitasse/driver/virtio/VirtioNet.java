package demitasse.driver.virtio;

import demitasse.base.annotation.HotPath;
import demitasse.base.memory.Memory;
import demitasse.device.DeviceMemory;
import demitasse.device.net.NetDevice;
import demitasse.device.net.Packet;
import demitasse.device.net.PacketPool;

/**
 * The network device, virtio 1.2 §5.1, with one queue in each direction. A packet of the stack is the buffer: nothing
 * is copied but a received frame that is longer than a buffer, which the device spreads over several.
 */
public final class VirtioNet implements NetDevice {
    /** Feature bits, virtio 1.2 §5.1.3. */
    private static final long HOST_CHECKSUM = 1;
    private static final long GUEST_CHECKSUM = 1 << 1;
    private static final long MTU = 1 << 3;
    private static final long MAC = 1 << 5;
    private static final long GUEST_TSO4 = 1 << 7;
    private static final long GUEST_TSO6 = 1 << 8;
    private static final long HOST_TSO4 = 1 << 11;
    private static final long HOST_TSO6 = 1 << 12;
    private static final long MERGED_BUFFERS = 1 << 15;
    private static final long STATUS = 1 << 16;
    /** virtio 1.2 §6. */
    private static final long EVENT_INDEX = 1 << 29;
    private static final long VERSION_1 = 1L << 32;
    /** In Linux since 6.2, not in virtio 1.2 yet: VIRTIO_NET_F_*_USO*. */
    private static final long GUEST_USO4 = 1L << 54;
    private static final long GUEST_USO6 = 1L << 55;
    private static final long HOST_USO = 1L << 56;

    /** struct virtio_net_config: mac 6 | status 2 | queue pairs 2 | mtu 2. */
    private static final int CONFIGURATION_MAC = 0;
    private static final int CONFIGURATION_STATUS = 4;
    private static final int CONFIGURATION_MTU = 8;
    private static final int LINK_UP = 1 << 16;

    private static final int HEADER_BYTES = NetHeader.BYTES;

    private static final int RECEIVE_QUEUE = 0;
    private static final int SEND_QUEUE = 1;
    private static final int BUFFERS = 128;
    private static final int ETHERNET_BYTES = 14;
    private static final int MTU_DEFAULT_BYTES = 1500;
    private static final int MTU_MIN_BYTES = 68;
    private static final int MTU_MAX_BYTES = 65_520;
    /** Locally administered, not multicast: IEEE 802, clause 8.2.2. */
    private static final long LOCAL_ADDRESS = 0x0200_0000_0000L;
    private static final long ADDRESS_MASK = 0x00ff_ffff_ffffL;

    private final VirtioTransport transport;
    private final long features;
    private final Virtqueue receiving;
    private final Virtqueue sending;
    private final Packet[] received = new Packet[BUFFERS];
    private final Packet[] sent = new Packet[BUFFERS];
    /** The descriptors of {@link #sending} that are not with the device; the last is taken first. */
    private final int[] free = new int[BUFFERS];
    private int freeCount = BUFFERS;
    private final long address;
    private final int mtuBytes;
    private PacketPool packets;
    private int bufferBytes;
    private boolean up;
    /** There are buffers that the device has not been told of. */
    private boolean offered;
    private boolean transmitted;
    /** Frames have come since the last look that found none. */
    private boolean taken;
    /** The device was asked to interrupt for the next frame. */
    private boolean listening;

    /** @param random 64 bits, for an address where the device has none */
    public VirtioNet(VirtioTransport transport, DeviceMemory memory, long random) {
        this.transport = transport;
        this.features = transport.negotiate(HOST_CHECKSUM | GUEST_CHECKSUM | MTU | MAC | GUEST_TSO4 | GUEST_TSO6
                | GUEST_USO4 | GUEST_USO6 | HOST_TSO4 | HOST_TSO6 | HOST_USO | MERGED_BUFFERS | STATUS | EVENT_INDEX
                | VERSION_1);
        this.receiving = new Virtqueue(transport, memory, RECEIVE_QUEUE, BUFFERS);
        this.sending = new Virtqueue(transport, memory, SEND_QUEUE, BUFFERS);
        if (has(EVENT_INDEX)) {
            receiving.useEventIndices();
            sending.useEventIndices();
        }
        this.address = has(MAC) ? readAddress() : LOCAL_ADDRESS | random & ADDRESS_MASK;
        int told = has(MTU) ? transport.configuration(CONFIGURATION_MTU) >>> 16 : MTU_DEFAULT_BYTES;
        this.mtuBytes = Math.max(MTU_MIN_BYTES, Math.min(told, MTU_MAX_BYTES));
        for (int i = 0; i < BUFFERS; i++) {
            free[i] = i;
        }
    }

    /** Begins to receive, into packets of the pool. */
    public void start(PacketPool pool) {
        packets = pool;
        boolean small = has(MERGED_BUFFERS) || !has(GUEST_TSO4 | GUEST_TSO6 | GUEST_USO4 | GUEST_USO6)
                && HEADER_BYTES + ETHERNET_BYTES + mtuBytes <= PacketPool.SMALL_BYTES;
        bufferBytes = small ? PacketPool.SMALL_BYTES : PacketPool.LARGE_BYTES;
        transport.enable(receiving);
        transport.enable(sending);
        sending.interrupts(false);
        for (int i = 0; i < BUFFERS; i++) {
            Packet packet = packets.take(bufferBytes - PacketPool.HEADROOM_BYTES);
            if (packet == null) {
                break;
            }
            offer(i, packet);
        }
        transport.start();
        readStatus();
        flush();
    }

    /** Takes the interrupt line back; to be called after every interrupt, before the next {@link #receive}. */
    public void acknowledge() {
        if (transport.acknowledge()) {
            readStatus();
        }
    }

    @Override
    public long address() {
        return address;
    }

    @Override
    public int mtuBytes() {
        return mtuBytes;
    }

    @Override
    public int offloads() {
        return (has(HOST_CHECKSUM) ? CHECKSUM : 0) | (has(HOST_TSO4) ? SEGMENT_IPV4 : 0)
                | (has(HOST_TSO6) ? SEGMENT_IPV6 : 0) | (has(HOST_USO) ? SEGMENT_DATAGRAMS : 0);
    }

    @Override
    public boolean isUp() {
        return up;
    }

    @Override
    @HotPath("per packet")
    public Packet receive() {
        while (receiving.hasUsed() || listen()) {
            taken = true;
            listening = false;
            int id = receiving.usedId();
            int length = receiving.usedLengthBytes(bufferBytes);
            Packet packet = received[id];
            if (packet == null) {
                // A buffer that the device does not have.
                receiving.takeUsed();
                continue;
            }
            long header = packet.address();
            // None would be taken out of the ring, over and over.
            int buffers = has(MERGED_BUFFERS) ? Math.max(1, NetHeader.buffers(header)) : 1;
            boolean good = NetHeader.isChecksumGood(header);
            int datagramBytes = NetHeader.datagramBytes(header);
            Packet frame = buffers == 1 ? single(id, length) : join(buffers);
            if (frame != null) {
                frame.checksumGood = good;
                frame.segmentBytes = datagramBytes;
                return frame;
            }
        }
        return null;
    }

    /**
     * No frame is there: has the device interrupt for the next, unless some have just come. Then the program that they
     * are for works, and more are taken when its turn ends, for which nobody has to be interrupted: what NAPI is on
     * Linux. True when one has come meanwhile.
     */
    private boolean listen() {
        if (taken) {
            taken = false;
            return false;
        }
        listening = true;
        return receiving.listen();
    }

    @Override
    public boolean wantsLook() {
        return !listening;
    }

    /**
     * A frame in one buffer: the packet itself, another takes its place; a short frame is copied out of a long buffer,
     * for it may wait at a socket, and there are few of those. Null when the frame is lost.
     */
    private Packet single(int id, int lengthBytes) {
        receiving.takeUsed();
        Packet packet = received[id];
        int bytes = lengthBytes - HEADER_BYTES;
        boolean copies = bytes + PacketPool.HEADROOM_BYTES <= PacketPool.SMALL_BYTES
                && bufferBytes > PacketPool.SMALL_BYTES;
        Packet other = bytes < 0 ? null : packets.take(copies ? bytes : bufferBytes - PacketPool.HEADROOM_BYTES);
        if (other == null || copies) {
            if (other != null) {
                Memory.copy(packet.address() + HEADER_BYTES, other.append(bytes), bytes);
            }
            offer(id, packet);
            return other;
        }
        offer(id, other);
        packet.append(lengthBytes);
        packet.pull(HEADER_BYTES);
        return packet;
    }

    /** A frame in several buffers, copied together; they go back. Null when the frame is lost. */
    private Packet join(int buffers) {
        int longestBytes = PacketPool.LARGE_BYTES - PacketPool.HEADROOM_BYTES;
        Packet fitting = packets.take(Math.min(buffers * bufferBytes, longestBytes));
        Packet whole = fitting == null ? packets.take(longestBytes) : fitting;
        int skip = HEADER_BYTES;
        boolean complete = whole != null;
        for (int i = 0; i < buffers && receiving.hasUsed(); i++) {
            int id = receiving.usedId();
            int length = receiving.usedLengthBytes(bufferBytes) - skip;
            Packet part = received[id];
            receiving.takeUsed();
            if (part == null) {
                complete = false;
                continue;
            }
            complete = complete && length >= 0 && length <= whole.tailroom();
            if (complete) {
                Memory.copy(part.address() + skip, whole.append(length), length);
            }
            skip = 0;
            offer(id, part);
        }
        if (!complete && whole != null) {
            whole.release();
        }
        return complete ? whole : null;
    }

    private void offer(int id, Packet packet) {
        packet.reset(0);
        received[id] = packet;
        receiving.assign(id, packet.address(), true);
        receiving.offer(id, bufferBytes);
        offered = true;
    }

    @Override
    @HotPath("per packet")
    public boolean hasRoom() {
        if (freeCount == 0) {
            reclaim();
        }
        if (freeCount == 0) {
            sending.interrupts(true);
            // The device may have given some back before it saw the wish.
            reclaim();
        }
        return freeCount > 0;
    }

    @Override
    @HotPath("per packet")
    public boolean transmit(Packet packet) {
        if (!hasRoom()) {
            return false;
        }
        NetHeader.push(packet, HEADER_BYTES);
        int id = free[--freeCount];
        sent[id] = packet;
        sending.assign(id, packet.address(), false);
        sending.offer(id, packet.length());
        transmitted = true;
        return true;
    }

    /** Gives back what the device has sent. */
    private void reclaim() {
        boolean wasFull = freeCount == 0;
        while (sending.hasUsed()) {
            int id = sending.usedId();
            sending.takeUsed();
            if (sent[id] != null) {
                sent[id].release();
                sent[id] = null;
                free[freeCount++] = id;
            }
        }
        if (wasFull && freeCount > 0) {
            sending.interrupts(false);
        }
    }

    @Override
    @HotPath("per batch")
    public void flush() {
        reclaim();
        if (offered) {
            offered = false;
            receiving.kickIfWanted();
        }
        if (transmitted) {
            transmitted = false;
            sending.kickIfWanted();
        }
    }

    private boolean has(long feature) {
        return (features & feature) != 0;
    }

    private void readStatus() {
        up = !has(STATUS) || (transport.configuration(CONFIGURATION_STATUS) & LINK_UP) != 0;
    }

    private long readAddress() {
        long high = Integer.reverseBytes(transport.configuration(CONFIGURATION_MAC)) & 0xffff_ffffL;
        int low = Integer.reverseBytes(transport.configuration(CONFIGURATION_STATUS)) >>> 16;
        return high << 16 | low;
    }
}

package demitasse.platform.linux;

import demitasse.base.memory.Memory;
import demitasse.device.net.NetDevice;
import demitasse.device.net.Packet;
import demitasse.device.net.PacketPool;
import demitasse.device.net.PacketQueue;

/**
 * Ethernet frames over a stream socket of the host, each behind its length in four bytes of network order: what
 * passt(1) and QEMU's {@code -netdev stream} speak. The other side is on this machine and cuts nothing, so frames are
 * long.
 */
final class StreamDevice implements NetDevice {
    /** What passt offers by default. */
    private static final int MTU_BYTES = 65_520;
    private static final int ETHERNET_BYTES = 14;
    private static final int PREFIX_BYTES = 4;
    private static final int FRAME_BYTES_MIN = 14;
    /** Behind a frame that the socket does not take yet: acknowledgements and the like, which ask for no room. */
    private static final int QUEUED_MAX = 64;

    private final PacketPool packets;
    /** What has been read and not been taken; null until there is memory for the longest frame. */
    private Packet input;
    /** Bytes of the input buffer that are taken already. */
    private int taken;
    /** The frame that leaves now and is not all away; null when there is none. */
    private Packet pending;
    private final PacketQueue queue = new PacketQueue();
    private boolean ended;

    StreamDevice(PacketPool packets) {
        this.packets = packets;
    }

    @Override
    public long address() {
        return Host.netAddress();
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
        return !ended;
    }

    @Override
    public Packet receive() {
        if (input == null && !begin()) {
            return null;
        }
        int wanted = frameBytes();
        while (!ended && wanted < 0) {
            if (!fill()) {
                return null;
            }
            wanted = frameBytes();
        }
        if (ended) {
            return null;
        }
        Packet packet = packets.take(wanted);
        if (packet != null) {
            Memory.copy(input.address() + taken + PREFIX_BYTES, packet.append(wanted), wanted);
        }
        // Without a packet the frame is lost, as on any wire.
        taken += PREFIX_BYTES + wanted;
        return packet;
    }

    /** What comes waits in the socket as long as there is no memory for it. */
    private boolean begin() {
        input = packets.take(MTU_BYTES + ETHERNET_BYTES + PREFIX_BYTES);
        if (input != null) {
            input.reset(0);
        }
        return input != null;
    }

    /** The length of the frame that stands in the buffer; -1 when more has to come. */
    private int frameBytes() {
        int available = input.length() - taken;
        if (available < PREFIX_BYTES) {
            return -1;
        }
        int bytes = Memory.getIntBe(input.address() + taken);
        if (bytes < FRAME_BYTES_MIN || bytes > MTU_BYTES + ETHERNET_BYTES) {
            // Out of step: nothing that follows can be understood.
            ended = true;
            return -1;
        }
        return available - PREFIX_BYTES >= bytes ? bytes : -1;
    }

    /** Reads on; false when there is nothing now. */
    private boolean fill() {
        int rest = input.length() - taken;
        if (taken > 0) {
            Memory.copy(input.address() + taken, input.address(), rest);
            input.trim(rest);
            taken = 0;
        }
        int read = Host.netReceive(input.address() + rest, input.tailroom());
        if (read > 0) {
            input.append(read);
        }
        ended = read == 0;
        return read > 0;
    }

    @Override
    public boolean hasRoom() {
        return pending == null;
    }

    @Override
    public boolean transmit(Packet packet) {
        if (ended) {
            packet.release();
            return true;
        }
        if (queue.count() == QUEUED_MAX) {
            return false;
        }
        int bytes = packet.length();
        Memory.putIntBe(packet.push(PREFIX_BYTES), bytes);
        if (pending != null) {
            queue.add(packet);
        } else {
            pending = packet;
            send();
        }
        return true;
    }

    /** Sends what is pending as far as the socket takes it. */
    private void send() {
        int sent = Host.netSend(pending.address(), pending.length());
        pending.pull(Math.max(0, sent));
        if (pending.length() == 0) {
            pending.release();
            pending = null;
        }
    }

    @Override
    public void flush() {
        while (pending != null) {
            send();
            if (pending != null) {
                return;
            }
            pending = queue.take();
        }
    }
}

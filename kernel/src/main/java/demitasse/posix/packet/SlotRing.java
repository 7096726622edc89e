package demitasse.posix.packet;

import demitasse.base.memory.Memory;
import demitasse.net.wire.EthernetHeader;
import demitasse.posix.file.Files;

/**
 * A ring with TPACKET_V1 or V2: blocks divided into slots of one size. A slot is the program's while its status says
 * so.
 * <pre>
 * struct tpacket2_hdr  0 status, 4 length, 8 length in the slot, 12 where the frame begins (16), 14 its network header
 *                      (16), 16 seconds, 20 nanoseconds, 32 struct sockaddr_ll
 * struct tpacket_hdr   0 status (64), then as above 4 bytes later, and microseconds; 32 struct sockaddr_ll
 * </pre>
 */
final class SlotRing extends PacketRing {
    static final int HEADER_BYTES = 32;

    private final int slotBytes;
    private final int slots;
    private final int slotsPerBlock;
    /** TPACKET_V1. */
    private final boolean isOld;
    private int head;

    SlotRing(Files files, int blockBytes, int blocks, int slotBytes, int reserveBytes, boolean isOld) {
        super(files, blockBytes, blocks, reserveBytes);
        this.slotBytes = slotBytes;
        this.isOld = isOld;
        slotsPerBlock = blockBytes / slotBytes;
        slots = slotsPerBlock * blocks;
    }

    private long slot(int index) {
        return blocks[index / slotsPerBlock] + (long) (index % slotsPerBlock) * slotBytes;
    }

    @Override
    boolean isFull() {
        return Memory.getIntAcquire(slot(head)) != 0;
    }

    /** The last that was stored. */
    @Override
    boolean isReadable() {
        return Memory.getIntAcquire(slot(head == 0 ? slots - 1 : head - 1)) != 0;
    }

    @Override
    boolean store(Frame frame, boolean withLink, int wantedBytes, boolean losing) {
        long slot = slot(head);
        if (Memory.getIntAcquire(slot) != 0) {
            return false;
        }
        int network = networkOffset(HEADER_BYTES);
        int begin = withLink ? network - EthernetHeader.BYTES : network;
        int stored = copy(frame, withLink, wantedBytes, slot + begin, slotBytes - begin);
        long ns = files.clock().realtimeNs();
        long fields = isOld ? slot + Integer.BYTES : slot;
        Memory.putInt(fields + 4, frame.packet.length() - (withLink ? 0 : EthernetHeader.BYTES));
        Memory.putInt(fields + 8, stored);
        Memory.putShort(fields + 12, (short) begin);
        Memory.putShort(fields + 14, (short) network);
        Memory.putInt(fields + 16, (int) (ns / NS_PER_S));
        Memory.putInt(fields + 20, (int) (ns % NS_PER_S / (isOld ? NS_PER_US : 1)));
        if (!isOld) {
            Memory.putLong(slot + 24, 0);
        }
        putAddress(slot + HEADER_BYTES, frame);
        Memory.putIntRelease(slot, STATUS_USER | STATUS_SOFTWARE_TIME | frame.status | (losing ? STATUS_LOSING : 0));
        head = head + 1 == slots ? 0 : head + 1;
        return true;
    }
}

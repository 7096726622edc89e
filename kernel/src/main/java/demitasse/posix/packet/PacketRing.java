package demitasse.posix.packet;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.net.wire.EthernetHeader;
import demitasse.posix.file.AnonymousInode;
import demitasse.posix.file.Files;
import demitasse.vfs.Stat;

/**
 * A ring of frames that kernel and program share, packet_mmap of Linux with TPACKET_V2: blocks of contiguous memory,
 * divided into slots. A slot is the program's while its status says so.
 * <pre>
 * struct tpacket2_hdr  0 status, 4 length, 8 length in the slot, 12 where the frame begins (16), 14 its network header
 *                      (16), 16 seconds, 20 nanoseconds, 32 struct sockaddr_ll
 * </pre>
 */
final class PacketRing extends AnonymousInode {
    static final int HEADER_BYTES = 32;
    private static final int ADDRESS_BYTES = 20;
    private static final int ALIGNMENT = 16;
    private static final int NAME = 32;
    private static final int STATUS_USER = 1;
    private static final int STATUS_LOSING = 4;
    private static final int STATUS_SOFTWARE_TIME = 1 << 29;
    private static final int AF_PACKET = 17;
    private static final long NS_PER_S = 1_000_000_000L;
    /** Of all memory. */
    private static final int SHARE = 8;

    private final Files files;
    private final int blockBytes;
    private final int slotBytes;
    private final int slots;
    private final int slotsPerBlock;
    private final int reserveBytes;
    private final long[] blocks;
    private int head;

    private PacketRing(Files files, int blockBytes, int blocks, int slotBytes, int reserveBytes) {
        super(files, SOCKET_DEVICE, Stat.S_IFSOCK | 0777, 0, 0);
        this.files = files;
        this.blockBytes = blockBytes;
        this.slotBytes = slotBytes;
        this.reserveBytes = reserveBytes;
        slotsPerBlock = blockBytes / slotBytes;
        slots = slotsPerBlock * blocks;
        this.blocks = new long[blocks];
    }

    /** Whether a ring may look like this, struct tpacket_req. */
    static boolean isValid(int blockBytes, int blocks, int slotBytes, int slots, int reserveBytes) {
        int least = HEADER_BYTES + ADDRESS_BYTES + reserveBytes;
        return blockBytes > 0 && blockBytes % Pages.PAGE_BYTES == 0 && slotBytes >= least && slotBytes % ALIGNMENT == 0
                && blockBytes >= slotBytes && blocks > 0 && reserveBytes >= 0
                && (long) (blockBytes / slotBytes) * blocks == slots;
    }

    /** Null without memory. */
    static PacketRing make(Files files, int blockBytes, int blocks, int slotBytes, int reserveBytes) {
        Pages pages = files.pages();
        if ((long) blockBytes * blocks > pages.totalBytes() / SHARE || order(blockBytes) > Pages.ORDER_MAX) {
            return null;
        }
        PacketRing ring = new PacketRing(files, blockBytes, blocks, slotBytes, reserveBytes);
        for (int i = 0; i < blocks; i++) {
            ring.blocks[i] = pages.allocateZeroed(order(blockBytes));
            if (ring.blocks[i] == Pages.NONE) {
                ring.free();
                return null;
            }
        }
        return ring;
    }

    private static int order(int bytes) {
        int order = 0;
        while ((long) Pages.PAGE_BYTES << order < bytes) {
            order++;
        }
        return order;
    }

    /** What programs have mapped stays theirs until they unmap it. */
    void free() {
        for (int i = 0; i < blocks.length && blocks[i] != Pages.NONE; i++) {
            files.pages().releaseRun(blocks[i], 1L << order(blockBytes));
        }
    }

    private long slot(int index) {
        return blocks[index / slotsPerBlock] + (long) (index % slotsPerBlock) * slotBytes;
    }

    /** Whether the program has a frame that it has not given back yet: the last that was stored. */
    boolean isReadable() {
        return Memory.getIntAcquire(slot(head == 0 ? slots - 1 : head - 1)) != 0;
    }

    /** Stores a frame, from its link header or behind it; false when the program has all slots. */
    boolean store(Frame frame, boolean withLink, int wantedBytes, boolean losing) {
        long slot = slot(head);
        if (Memory.getIntAcquire(slot) != 0) {
            return false;
        }
        int fixed = HEADER_BYTES + ADDRESS_BYTES;
        int network = (fixed + ALIGNMENT + ALIGNMENT - 1 & -ALIGNMENT) + reserveBytes;
        int begin = withLink ? network - EthernetHeader.BYTES : network;
        int skipped = withLink ? 0 : EthernetHeader.BYTES;
        int length = frame.packet.length() - skipped;
        int stored = Math.max(0, Math.min(Math.min(length, wantedBytes), slotBytes - begin));
        Memory.copy(frame.packet.address() + skipped, slot + begin, stored);
        long ns = files.clock().realtimeNs();
        Memory.putInt(slot + 4, length);
        Memory.putInt(slot + 8, stored);
        Memory.putShort(slot + 12, (short) begin);
        Memory.putShort(slot + 14, (short) network);
        Memory.putInt(slot + 16, (int) (ns / NS_PER_S));
        Memory.putInt(slot + 20, (int) (ns % NS_PER_S));
        Memory.putLong(slot + 24, 0);
        Memory.putShort(slot + NAME, (short) AF_PACKET);
        Memory.putShortBe(slot + NAME + 2, frame.protocol);
        Memory.putInt(slot + NAME + 4, frame.interfaceIndex);
        Memory.putInt(slot + NAME + 8, frame.description());
        Memory.putLongBe(slot + NAME + 12, frame.address());
        Memory.putIntRelease(slot, STATUS_USER | STATUS_SOFTWARE_TIME | frame.status | (losing ? STATUS_LOSING : 0));
        head = head + 1 == slots ? 0 : head + 1;
        return true;
    }

    @Override
    public boolean isMappable() {
        return true;
    }

    @Override
    public long page(long index, boolean create) {
        long pagesPerBlock = blockBytes / Pages.PAGE_BYTES;
        return index < 0 || index >= pagesPerBlock * blocks.length ? -EINVAL
                : blocks[(int) (index / pagesPerBlock)] + index % pagesPerBlock * Pages.PAGE_BYTES;
    }
}

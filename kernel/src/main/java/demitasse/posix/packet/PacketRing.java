package demitasse.posix.packet;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.alloc.Pages;
import demitasse.base.memory.Memory;
import demitasse.net.wire.EthernetHeader;
import demitasse.posix.file.AnonymousInode;
import demitasse.posix.file.Files;
import demitasse.vfs.Stat;

/**
 * A ring of frames that kernel and program share, packet_mmap of Linux: blocks of contiguous memory. What stands in
 * them differs by version: {@link SlotRing} and {@link BlockRing}.
 */
abstract class PacketRing extends AnonymousInode {
    static final int ADDRESS_BYTES = 20;
    static final int ALIGNMENT = 16;
    static final int STATUS_USER = 1;
    static final int STATUS_LOSING = 4;
    static final int STATUS_SOFTWARE_TIME = 1 << 29;
    static final long NS_PER_S = 1_000_000_000L;
    static final int NS_PER_US = 1000;
    private static final int AF_PACKET = 17;
    /** Of all memory. */
    private static final int SHARE = 8;

    final Files files;
    final int blockBytes;
    final int reserveBytes;
    final long[] blocks;

    PacketRing(Files files, int blockBytes, int blocks, int reserveBytes) {
        super(files, SOCKET_DEVICE, Stat.S_IFSOCK | 0777, 0, 0);
        this.files = files;
        this.blockBytes = blockBytes;
        this.reserveBytes = reserveBytes;
        this.blocks = new long[blocks];
    }

    /** Stores a frame, from its link header or behind it; false when the program has all the room. */
    abstract boolean store(Frame frame, boolean withLink, int wantedBytes, boolean losing);

    /** Whether the next frame would find no room. */
    abstract boolean isFull();

    /** Whether the program has something that it has not given back yet. */
    abstract boolean isReadable();

    /** Whether a ring may look like this, struct tpacket_req, whose headers take so many bytes. */
    static boolean isValid(int blockBytes, int blocks, int slotBytes, int slots, int headerBytes) {
        return blockBytes > 0 && blockBytes % Pages.PAGE_BYTES == 0 && slotBytes >= headerBytes
                && slotBytes % ALIGNMENT == 0 && blockBytes >= slotBytes && blocks > 0
                && (long) (blockBytes / slotBytes) * blocks == slots;
    }

    /** False without memory for all blocks: then there are none. */
    final boolean allocate() {
        Pages pages = files.pages();
        if ((long) blockBytes * blocks.length > pages.totalBytes() / SHARE || order(blockBytes) > Pages.ORDER_MAX) {
            return false;
        }
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = pages.allocateZeroed(order(blockBytes));
            if (blocks[i] == Pages.NONE) {
                free();
                return false;
            }
        }
        return true;
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
            blocks[i] = Pages.NONE;
        }
    }

    /** Where the network header of a frame begins, behind headers of so many bytes. */
    final int networkOffset(int headerBytes) {
        return (headerBytes + ADDRESS_BYTES + ALIGNMENT + ALIGNMENT - 1 & -ALIGNMENT) + reserveBytes;
    }

    /** Copies a frame behind its headers; how many bytes of it. */
    static int copy(Frame frame, boolean withLink, int wantedBytes, long target, long roomBytes) {
        int skipped = withLink ? 0 : EthernetHeader.BYTES;
        int length = frame.packet.length() - skipped;
        int stored = (int) Math.max(0, Math.min(Math.min(length, wantedBytes), roomBytes));
        Memory.copy(frame.packet.address() + skipped, target, stored);
        return stored;
    }

    /** struct sockaddr_ll. */
    static void putAddress(long target, Frame frame) {
        Memory.putShort(target, (short) AF_PACKET);
        Memory.putShortBe(target + 2, frame.protocol);
        Memory.putInt(target + 4, frame.interfaceIndex);
        Memory.putInt(target + 8, frame.description());
        Memory.putLongBe(target + 12, frame.address());
    }

    @Override
    public final boolean isMappable() {
        return true;
    }

    @Override
    public final long page(long index, boolean create) {
        long pagesPerBlock = blockBytes / Pages.PAGE_BYTES;
        return index < 0 || index >= pagesPerBlock * blocks.length ? -EINVAL
                : blocks[(int) (index / pagesPerBlock)] + index % pagesPerBlock * Pages.PAGE_BYTES;
    }
}

package demitasse.posix.packet;

import demitasse.base.memory.Memory;
import demitasse.net.wire.EthernetHeader;
import demitasse.posix.file.Files;
import demitasse.sched.timer.Timer;

/**
 * A ring with TPACKET_V3: a block is the kernel's until it is full or its time is up, and then the program's with all
 * the frames in it, whatever their lengths.
 * <pre>
 * struct tpacket_block_desc  0 version, 4 where the private part is, 8 status, 12 frames, 16 where the first is,
 *                            20 bytes used, 24 number (64), 32 seconds and 36 nanoseconds of the first, 40 and 44 of
 *                            the last; 48 the private part, then the frames
 * struct tpacket3_hdr        0 where the next is, 4 seconds, 8 nanoseconds, 12 length in the block, 16 length,
 *                            20 status, 24 where the frame begins (16), 26 its network header (16), 28 hash,
 *                            48 struct sockaddr_ll
 * </pre>
 */
final class BlockRing extends PacketRing {
    static final int HEADER_BYTES = 48;
    private static final int BLOCK_BYTES = 48;
    private static final int VERSION = 2;
    private static final int STATUS_TIMED_OUT = 1 << 5;
    private static final int FRAME_ALIGNMENT = 8;
    /** When the program names no time. */
    private static final int RETIRE_MS_DEFAULT = 8;

    private final PacketSocket owner;
    private final int firstOffset;
    private final long retireNs;
    private final Timer retirement = new Timer() {
        @Override
        protected void expired(long nowNs) {
            if (count > 0) {
                close(STATUS_TIMED_OUT);
            }
        }
    };
    private int current;
    private boolean open;
    private long sequence = 1;
    private int used;
    private int count;
    private long lastFrame;
    /** PACKET_STATISTICS: how often all blocks were the program's. */
    private int freezes;
    private boolean frozen;

    BlockRing(Files files, PacketSocket owner, int blockBytes, int blocks, int reserveBytes, int privateBytes,
            int retireMs) {
        super(files, blockBytes, blocks, reserveBytes);
        this.owner = owner;
        firstOffset = firstOffset(privateBytes);
        retireNs = (retireMs == 0 ? RETIRE_MS_DEFAULT : retireMs) * 1_000_000L;
    }

    static int firstOffset(int privateBytes) {
        return BLOCK_BYTES + (privateBytes + FRAME_ALIGNMENT - 1 & -FRAME_ALIGNMENT);
    }

    int takeFreezes() {
        int taken = freezes;
        freezes = 0;
        return taken;
    }

    @Override
    boolean isFull() {
        return !open && (Memory.getIntAcquire(blocks[current] + 8) & STATUS_USER) != 0;
    }

    @Override
    boolean isReadable() {
        int before = current == 0 ? blocks.length - 1 : current - 1;
        return (Memory.getIntAcquire(blocks[before] + 8) & STATUS_USER) != 0;
    }

    @Override
    boolean store(Frame frame, boolean withLink, int wantedBytes, boolean losing) {
        int network = networkOffset(HEADER_BYTES);
        int begin = withLink ? network - EthernetHeader.BYTES : network;
        int length = frame.packet.length() - (withLink ? 0 : EthernetHeader.BYTES);
        int stored = Math.max(0, Math.min(Math.min(length, wantedBytes), blockBytes - firstOffset - begin));
        int taken = begin + stored + FRAME_ALIGNMENT - 1 & -FRAME_ALIGNMENT;
        if (open && used + taken > blockBytes) {
            close(0);
        }
        if (!open && !open()) {
            return false;
        }
        long at = blocks[current] + used;
        copy(frame, withLink, stored, at + begin, stored);
        long ns = files.clock().realtimeNs();
        Memory.putInt(at, taken);
        putTime(at + 4, ns);
        Memory.putInt(at + 12, stored);
        Memory.putInt(at + 16, length);
        Memory.putInt(at + 20, STATUS_USER | STATUS_SOFTWARE_TIME | frame.status | (losing ? STATUS_LOSING : 0));
        Memory.putShort(at + 24, (short) begin);
        Memory.putShort(at + 26, (short) network);
        Memory.fill(at + 28, HEADER_BYTES - 28, (byte) 0);
        putAddress(at + HEADER_BYTES, frame);
        putTime(blocks[current] + 40, ns);
        lastFrame = at;
        used += taken;
        count++;
        return true;
    }

    private static void putTime(long target, long ns) {
        Memory.putInt(target, (int) (ns / NS_PER_S));
        Memory.putInt(target + 4, (int) (ns % NS_PER_S));
    }

    /** The next block is the kernel's to fill; false while the program has it still. */
    private boolean open() {
        long block = blocks[current];
        if ((Memory.getIntAcquire(block + 8) & STATUS_USER) != 0) {
            freezes += frozen ? 0 : 1;
            frozen = true;
            return false;
        }
        frozen = false;
        open = true;
        used = firstOffset;
        count = 0;
        Memory.putInt(block, VERSION);
        Memory.putInt(block + 4, BLOCK_BYTES);
        Memory.putInt(block + 16, firstOffset);
        Memory.putLong(block + 24, sequence++);
        putTime(block + 32, files.clock().realtimeNs());
        files.timers().arm(retirement, files.clock().monotonicNs() + retireNs);
        return true;
    }

    /** The block becomes the program's. */
    private void close(int status) {
        long block = blocks[current];
        Memory.putInt(lastFrame, 0);
        Memory.putInt(block + 12, count);
        Memory.putInt(block + 20, used);
        Memory.putIntRelease(block + 8, STATUS_USER | status);
        open = false;
        count = 0;
        current = current + 1 == blocks.length ? 0 : current + 1;
        files.timers().cancel(retirement);
        owner.blockReady();
    }

    @Override
    void free() {
        files.timers().cancel(retirement);
        super.free();
    }
}

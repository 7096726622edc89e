package demitasse.syscall.abi;

import demitasse.base.memory.Memory;
import demitasse.vfs.Statistics;

/**
 * struct statfs, statfs(2).
 * <pre>
 *   0 type  8 bsize  16 blocks  24 bfree  32 bavail  40 files  48 ffree  56 fsid  64 namelen  72 frsize  80
 * flags
 * </pre>
 */
public final class StatfsLayout {
    public static final int BYTES = 120;
    /** ST_VALID: the flags are meant. */
    private static final long FLAGS_VALID = 0x20;

    private StatfsLayout() {
    }

    public static void put(Statistics statistics, long device, long mountFlags, long target) {
        Memory.fill(target, BYTES, (byte) 0);
        Memory.putLong(target, statistics.type);
        Memory.putLong(target + 8, statistics.blockBytes);
        Memory.putLong(target + 16, statistics.blocks);
        Memory.putLong(target + 24, statistics.blocksFree);
        Memory.putLong(target + 32, statistics.blocksFree);
        Memory.putLong(target + 40, statistics.files);
        Memory.putLong(target + 48, statistics.filesFree);
        Memory.putLong(target + 56, device);
        Memory.putLong(target + 64, statistics.nameBytesMax);
        Memory.putLong(target + 72, statistics.blockBytes);
        Memory.putLong(target + 80, FLAGS_VALID | mountFlags);
    }
}

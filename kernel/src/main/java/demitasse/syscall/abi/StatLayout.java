package demitasse.syscall.abi;

import demitasse.base.memory.Memory;
import demitasse.vfs.Stat;

/**
 * struct stat, arch/x86/include/uapi/asm/stat.h.
 * <pre>
 *   0 dev   8 ino  16 nlink  24 int mode  28 int uid  32 int gid  40 rdev  48 size  56 blksize  64 blocks
 *  72 atime  88 mtime  104 ctime  120 unused
 * </pre>
 */
public final class StatLayout {
    public static final int BYTES = 144;

    private StatLayout() {
    }

    public static void put(Stat stat, long target) {
        Memory.fill(target, BYTES, (byte) 0);
        Memory.putLong(target, stat.device);
        Memory.putLong(target + 8, stat.inode);
        Memory.putLong(target + 16, stat.links);
        Memory.putInt(target + 24, stat.mode);
        Memory.putInt(target + 28, stat.uid);
        Memory.putInt(target + 32, stat.gid);
        Memory.putLong(target + 40, stat.deviceNumber);
        Memory.putLong(target + 48, stat.sizeBytes);
        Memory.putLong(target + 56, stat.blockBytes);
        Memory.putLong(target + 64, stat.blocks);
        putTime(target + 72, stat.accessNs);
        putTime(target + 88, stat.modifyNs);
        putTime(target + 104, stat.changeNs);
    }

    /** Times before 1970 have a fraction that counts forward all the same. */
    private static void putTime(long target, long timeNs) {
        Memory.putLong(target, Math.floorDiv(timeNs, TimeLayout.NS_PER_S));
        Memory.putLong(target + 8, Math.floorMod(timeNs, TimeLayout.NS_PER_S));
    }
}

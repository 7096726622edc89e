package demitasse.syscall.abi;

import demitasse.base.memory.Memory;
import demitasse.vfs.Stat;

/**
 * struct statx, include/uapi/linux/stat.h.
 * <pre>
 *   0 int mask  4 int blksize  8 attributes  16 int nlink  20 int uid  24 int gid  28 short mode  32 ino
 *  40 size  48 blocks  56 attributes_mask  64 atime  80 btime  96 ctime  112 mtime
 * 128 int rdev_major  132 rdev_minor  136 dev_major  140 dev_minor  144 mnt_id
 * </pre>
 */
public final class StatxLayout {
    public static final int BYTES = 256;
    /** STATX_BASIC_STATS and STATX_BTIME: what every file system here knows. */
    public static final int MASK_KNOWN = 0xfff;
    public static final int MASK_MOUNT_ID = 0x1000;
    /** STATX_MNT_ID_UNIQUE: the identifier is the one that statmount(2) knows. */
    public static final int MASK_MOUNT_ID_UNIQUE = 0x4000;
    public static final int MASK_RESERVED = 0x8000_0000;
    public static final long ATTRIBUTE_MOUNT_ROOT = 0x2000;

    private StatxLayout() {
    }

    /**
     * @param mountId 0 for a file that is on no mount
     * @param mountMask which kind of identifier that is
     */
    public static void put(Stat stat, long mountId, int mountMask, boolean mountRoot, long target) {
        Memory.fill(target, BYTES, (byte) 0);
        Memory.putInt(target, mountId == 0 ? MASK_KNOWN : MASK_KNOWN | mountMask);
        Memory.putInt(target + 4, stat.blockBytes);
        Memory.putLong(target + 8, mountRoot ? ATTRIBUTE_MOUNT_ROOT : 0);
        Memory.putInt(target + 16, stat.links);
        Memory.putInt(target + 20, stat.uid);
        Memory.putInt(target + 24, stat.gid);
        Memory.putShort(target + 28, (short) stat.mode);
        Memory.putLong(target + 32, stat.inode);
        Memory.putLong(target + 40, stat.sizeBytes);
        Memory.putLong(target + 48, stat.blocks);
        Memory.putLong(target + 56, ATTRIBUTE_MOUNT_ROOT);
        putTime(target + 64, stat.accessNs);
        putTime(target + 80, stat.birthNs);
        putTime(target + 96, stat.changeNs);
        putTime(target + 112, stat.modifyNs);
        putDevice(target + 128, stat.deviceNumber);
        putDevice(target + 136, stat.device);
        Memory.putLong(target + 144, mountId);
    }

    /** Adds flags of the file to its attributes. @param known which there can be */
    public static void putFlags(long target, int flags, int known) {
        Memory.putLong(target + 8, Memory.getLong(target + 8) | flags);
        Memory.putLong(target + 56, Memory.getLong(target + 56) | known);
    }

    private static void putTime(long target, long timeNs) {
        Memory.putLong(target, Math.floorDiv(timeNs, TimeLayout.NS_PER_S));
        Memory.putInt(target + 8, (int) Math.floorMod(timeNs, TimeLayout.NS_PER_S));
    }

    /** makedev(3) taken apart. */
    private static void putDevice(long target, long device) {
        Memory.putInt(target, (int) (device >>> 8 & 0xfff));
        Memory.putInt(target + 4, (int) (device & 0xff | device >>> 12 & 0xfff00));
    }
}

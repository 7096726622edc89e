package demitasse.vfs;

/** What stat(2) tells, filled by {@link Inode#stat}; reused by the caller. */
public final class Stat {
    public static final int S_IFMT = 0xf000;
    public static final int S_IFSOCK = 0xc000;
    public static final int S_IFLNK = 0xa000;
    public static final int S_IFREG = 0x8000;
    public static final int S_IFBLK = 0x6000;
    public static final int S_IFDIR = 0x4000;
    public static final int S_IFCHR = 0x2000;
    public static final int S_IFIFO = 0x1000;
    public static final int S_ISUID = 0x800;
    public static final int S_ISGID = 0x400;
    public static final int S_ISVTX = 0x200;

    /** Device of the file system, encoded as makedev(3). */
    public long device;
    public long inode;
    public int mode;
    public int links;
    public int uid;
    public int gid;
    /** For device nodes, encoded as makedev(3). */
    public long deviceNumber;
    public long sizeBytes;
    public int blockBytes;
    /** In units of 512 bytes. */
    public long blocks;
    public long accessNs;
    public long modifyNs;
    public long changeNs;
    public long birthNs;

    /** makedev(3) as the kernel's new_encode_dev gives it to stat(2). */
    public static long deviceOf(int major, int minor) {
        return (minor & 0xff) | ((long) (major & 0xfff) << 8) | ((long) (minor & ~0xff) << 12);
    }

    /** gnu_dev_major(3) of {@link #deviceOf}'s encoding. */
    public static int majorOf(long device) {
        return (int) (device >>> 8) & 0xfff;
    }

    public static int minorOf(long device) {
        return (int) (device & 0xff | device >>> 12 & 0xfff00);
    }
}

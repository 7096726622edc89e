package demitasse.syscall.file;

import demitasse.vfs.Mount;

/** MOUNT_ATTR_* of fsmount(2) and mount_setattr(2), and the flags of mount(2) that they mean. */
final class MountAttributes {
    static final int ACCESS_TIMES = 0x70;
    private static final int RDONLY = 1;
    private static final int NOSUID = 2;
    private static final int NODEV = 4;
    private static final int NOEXEC = 8;
    private static final int NOATIME = 0x10;
    private static final int STRICTATIME = 0x20;
    private static final int NODIRATIME = 0x80;
    private static final int NOSYMFOLLOW = 0x20_0000;
    private static final int KNOWN = RDONLY | NOSUID | NODEV | NOEXEC | ACCESS_TIMES | NODIRATIME | NOSYMFOLLOW;
    private static final int DIRECT = RDONLY | NOSUID | NODEV | NOEXEC;

    private MountAttributes() {
    }

    static boolean areKnown(long attributes) {
        long times = attributes & ACCESS_TIMES;
        return (attributes & ~(long) KNOWN) == 0 && (times == 0 || times == NOATIME || times == STRICTATIME);
    }

    /** The first four have the same values. */
    static int flags(int attributes) {
        int times = attributes & ACCESS_TIMES;
        return attributes & DIRECT
                | (times == NOATIME ? Mount.NO_ACCESS_TIMES : times == STRICTATIME ? Mount.STRICT_ACCESS_TIMES : 0)
                | ((attributes & NODIRATIME) != 0 ? Mount.NO_DIRECTORY_ACCESS_TIMES : 0)
                | ((attributes & NOSYMFOLLOW) != 0 ? Mount.NO_SYMLINK_FOLLOW : 0);
    }

    /** The attributes that flags of mount(2) mean. */
    static long of(int flags) {
        return flags & DIRECT | ((flags & Mount.NO_ACCESS_TIMES) != 0 ? NOATIME
                : (flags & Mount.STRICT_ACCESS_TIMES) != 0 ? STRICTATIME : 0)
                | ((flags & Mount.NO_DIRECTORY_ACCESS_TIMES) != 0 ? NODIRATIME : 0)
                | ((flags & Mount.NO_SYMLINK_FOLLOW) != 0 ? NOSYMFOLLOW : 0);
    }

    /** The flags of mount(2) that these attributes, when cleared, take away. */
    static int cleared(int attributes) {
        int times = (attributes & ACCESS_TIMES) == ACCESS_TIMES ? Mount.NO_ACCESS_TIMES | Mount.STRICT_ACCESS_TIMES : 0;
        return flags(attributes & ~ACCESS_TIMES) | times;
    }
}

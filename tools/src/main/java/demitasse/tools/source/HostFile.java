package demitasse.tools.source;

import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What lstat(2) says about a file of the host. */
record HostFile(Path path, int mode, int uid, int gid, long device, long inode, int links, long rawDevice,
        long sizeBytes, long mtimeNs, long ctimeNs) {
    static final long NS_PER_SECOND = 1_000_000_000;
    static final String ATTRIBUTES = "unix:mode,uid,gid,dev,ino,nlink,rdev,size,lastModifiedTime,ctime";
    private static final int S_IFMT = 0170000;

    enum Kind { DIRECTORY, REGULAR, LINK, CHARACTER, BLOCK, PIPE, SOCKET, UNKNOWN }

    static HostFile of(Path path, Map<String, Object> read) {
        return new HostFile(path, (int) read.get("mode"), (int) read.get("uid"), (int) read.get("gid"),
                (long) read.get("dev"), (long) read.get("ino"), (int) read.get("nlink"), (long) read.get("rdev"),
                (long) read.get("size"), ns(read.get("lastModifiedTime")), ns(read.get("ctime")));
    }

    Kind kind() {
        return switch (mode & S_IFMT) {
            case 0040000 -> Kind.DIRECTORY;
            case 0100000 -> Kind.REGULAR;
            case 0120000 -> Kind.LINK;
            case 0020000 -> Kind.CHARACTER;
            case 0060000 -> Kind.BLOCK;
            case 0010000 -> Kind.PIPE;
            case 0140000 -> Kind.SOCKET;
            default -> Kind.UNKNOWN;
        };
    }

    boolean isDirectory() {
        return kind() == Kind.DIRECTORY;
    }

    /** glibc's gnu_dev_major(). */
    int major() {
        return (int) (rawDevice >>> 8 & 0xfff | rawDevice >>> 32 & ~0xfff);
    }

    /** glibc's gnu_dev_minor(). */
    int minor() {
        return (int) (rawDevice & 0xff | rawDevice >>> 12 & ~0xff);
    }

    private static long ns(Object time) {
        return ((FileTime) time).to(TimeUnit.NANOSECONDS);
    }
}

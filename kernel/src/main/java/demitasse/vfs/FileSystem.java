package demitasse.vfs;

/** A mounted file system. */
public interface FileSystem {
    /** As in /proc/mounts: "tmpfs", "erofs" … */
    String type();

    Inode root();

    /** statfs(2); 0 or -errno. */
    int statistics(Statistics out);
}

package demitasse.vfs;

/** A mounted file system. */
public interface FileSystem {
    /** As in /proc/mounts: "tmpfs", "erofs" … */
    String type();

    Inode root();

    /** statfs(2); 0 or -errno. */
    int statistics(Statistics out);

    /**
     * False when names come and go without the virtual file system being asked, as in procfs: look up every
     * time.
     */
    default boolean cachesNames() {
        return true;
    }

    /** The last mount is gone. */
    default void unmounted() {
    }
}

package demitasse.vfs;

import static demitasse.base.error.Errno.ESTALE;

import demitasse.base.collect.Ref;

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

    /** The file that has told this {@link Inode#handle}, borrowed: 0; -ESTALE when there is none any more. */
    default int byHandle(long handle, Ref<Inode> out) {
        return -ESTALE;
    }

    /** The last mount is gone. */
    default void unmounted() {
    }
}

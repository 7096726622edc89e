package demitasse.vfs;

import demitasse.base.collect.Ref;

/** Makes file systems for mount(2). */
public interface FileSystemTypes {
    /** All of them, as /proc/filesystems and sysfs(2) tell. */
    String[] NAMES = {"sysfs", "tmpfs", "ramfs", "proc", "devtmpfs", "devpts", "mqueue", "overlay", "erofs"};
    /** Of {@link #NAMES}: the one on a disk. */
    String DISK_TYPE = "erofs";

    /** Whether there is such a type. */
    boolean knows(Name type);

    /**
     * @param type as in /proc/filesystems
     * @param options the data of mount(2): comma-separated
     * @return 0; -ENODEV for a type that cannot be mounted; -EINVAL for options it does not know; -ENOMEM
     */
    int make(Name type, Name options, Ref<FileSystem> out);

    /** Changes the options of one that is mounted, mount(2) MS_REMOUNT: 0 or -EINVAL. */
    default int change(FileSystem mounted, Name options) {
        return 0;
    }
}

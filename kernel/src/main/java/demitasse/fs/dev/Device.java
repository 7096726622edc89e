package demitasse.fs.dev;

import demitasse.base.collect.Ref;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Path;

/** What a device number stands for. */
public interface Device {
    /** Opens the device behind {@code node}; 0 or -errno, as {@link demitasse.vfs.SpecialFiles#open}. */
    int open(Inode node, int flags, Path path, Ref<FileHandle> out);
}

package demitasse.fs.dev;

import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Path;

/** An open device: where its node is, and an offset that never moves. */
abstract class DeviceHandle extends FileHandle {
    private final Inode node;

    DeviceHandle(Inode node, int flags, Path path) {
        super(flags, path);
        this.node = node;
        node.retained();
    }

    @Override
    public final Inode inode() {
        return node;
    }

    /** null_lseek of Linux: always at the start. */
    @Override
    public final long seek(long offset, int whence) {
        return 0;
    }

    @Override
    protected void released() {
        node.dropped();
    }
}

package demitasse.fs.dev;

import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Path;

/** An open device: where its node is, and an offset that never moves. */
abstract class DeviceHandle extends FileHandle {
    private final Inode node;
    private final Path path;

    DeviceHandle(Inode node, int flags, Path path) {
        super(flags);
        this.node = node;
        this.path = path;
        node.retained();
    }

    @Override
    public final Inode inode() {
        return node;
    }

    @Override
    public final Path path() {
        return path;
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

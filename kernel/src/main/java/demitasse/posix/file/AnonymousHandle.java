package demitasse.posix.file;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ESPIPE;

import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Transfer;

/** An open file that stands for a kernel object, "anon_inode" in Linux: eventfd, timerfd, signalfd, epoll. */
abstract class AnonymousHandle extends FileHandle {
    private static final int MODE = 0600;
    private final Files files;
    private AnonymousInode inode;

    AnonymousHandle(Files files, int flags) {
        super(flags & ~OpenFlags.O_CLOEXEC);
        this.files = files;
    }

    /** Made only when somebody asks: most of these files are never looked at. */
    @Override
    public final Inode inode() {
        if (inode == null) {
            inode = new AnonymousInode(files, AnonymousInode.ANONYMOUS_DEVICE, MODE, 0, 0);
        }
        return inode;
    }

    /** noop_llseek of Linux: the offset, which is always 0, stays where it is. */
    @Override
    public long seek(long offset, int whence) {
        return 0;
    }

    @Override
    public final boolean canSplice() {
        return false;
    }

    @Override
    public boolean isStream() {
        return true;
    }

    @Override
    public long read(Transfer target, long offset) {
        return offset == CURRENT ? -EINVAL : -ESPIPE;
    }

    @Override
    public long write(Transfer source, long offset) {
        return offset == CURRENT ? -EINVAL : -ESPIPE;
    }
}

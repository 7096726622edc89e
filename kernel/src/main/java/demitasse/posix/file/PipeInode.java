package demitasse.posix.file;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENXIO;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.collect.Ref;
import demitasse.posix.task.Credentials;
import demitasse.sched.wait.WaitQueue;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;

/** A pipe as fstat(2) and /proc/self/fd see it; opening it makes one more end. Also the state behind a FIFO's node. */
public final class PipeInode extends AnonymousInode {
    private final Files files;
    private final Pipe pipe;
    /** The FIFO's node in its file system; null for pipe(2). */
    private final Inode node;
    private final Fifos owner;
    /** Whose pages it counts as. */
    private final int user;
    private int ends;
    /** Next in the list of FIFOs in use; theirs to keep. */
    PipeInode next;

    private PipeInode(Files files, Inode node, Fifos owner, int uid, int gid, boolean privileged) {
        super(files, PIPE_DEVICE, Stat.S_IFIFO | 0600, uid, gid);
        this.files = files;
        this.user = uid;
        int bytes = files.pipeLimits().newPipeBytes(uid, privileged);
        this.pipe = new Pipe(files.pages(), bytes, new WaitQueue(), null);
        this.node = node;
        this.owner = owner;
    }

    /** The pages are those of who opens it first. */
    static PipeInode ofFifo(Files files, Inode node, Fifos owner, Credentials opener) {
        return new PipeInode(files, node, owner, opener.uid, opener.gid, isPrivileged(opener));
    }

    private static boolean isPrivileged(Credentials maker) {
        return maker.may(Credentials.CAP_SYS_RESOURCE) || maker.may(Credentials.CAP_SYS_ADMIN);
    }

    /** pipe2(2): the handles have one reference each, which the caller owns. */
    public static void create(Files files, int flags, Credentials maker, Ref<FileHandle> read, Ref<FileHandle> write) {
        PipeInode inode = new PipeInode(files, null, null, maker.fsuid, maker.fsgid, isPrivileged(maker));
        read.value = inode.newEnd(OpenFlags.O_RDONLY | flags & ~OpenFlags.O_DIRECT, null);
        write.value = inode.newEnd(OpenFlags.O_WRONLY | flags, null);
    }

    Files files() {
        return files;
    }

    Pipe pipe() {
        return pipe;
    }

    /** F_SETPIPE_SZ, fcntl(2), to a power of two: 0, -EPERM, -EBUSY when the data would not fit, -ENOMEM. */
    int resize(int bytes, boolean privileged) {
        int before = pipe.capacityBytes();
        if (bytes > before && !privileged && !files.pipeLimits().mayGrow(user, before, bytes)) {
            return -EPERM;
        }
        int result = bytes > Pipe.CAPACITY_MAX_BYTES ? -ENOMEM : pipe.resize(bytes);
        if (result == 0) {
            files.pipeLimits().charge(user, bytes - before);
        }
        return result;
    }

    Inode node() {
        return node;
    }

    boolean isFifo() {
        return node != null;
    }

    Inode visible() {
        return isFifo() ? node : this;
    }

    /** As fifo(7): -ENXIO for a writer that must not wait while nobody reads, -EINVAL for who does neither. */
    @Override
    public int open(int flags, Path path, Ref<FileHandle> out) {
        if ((flags & OpenFlags.O_ACCMODE) == OpenFlags.O_ACCMODE) {
            return -EINVAL;
        }
        boolean writesOnly = (flags & OpenFlags.O_ACCMODE) == OpenFlags.O_WRONLY;
        if (isFifo() && writesOnly && (flags & OpenFlags.O_NONBLOCK) != 0 && pipe.readers() == 0) {
            return -ENXIO;
        }
        out.value = newEnd(flags, path);
        return 0;
    }

    private PipeEnd newEnd(int flags, Path path) {
        // Not earlier: a FIFO that cannot be opened has no end whose close would give it back.
        if (ends++ == 0) {
            files.pipeLimits().charge(user, pipe.capacityBytes());
            pipe.began();
        }
        return new PipeEnd(this, flags, path);
    }

    void endClosed() {
        if (--ends > 0) {
            return;
        }
        files.pipeLimits().charge(user, -pipe.capacityBytes());
        pipe.ended();
        if (owner != null) {
            owner.unused(this);
        }
    }
}

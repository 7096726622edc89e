package demitasse.posix.socket;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.base.memory.Text;
import demitasse.posix.file.AnonymousInode;
import demitasse.posix.file.Files;
import demitasse.sched.wait.Events;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;

/** What a local socket is besides the messages: an open file, its address, its maker, the options of socket(7). */
public abstract class LocalSocketFile extends FileHandle {
    /** net.core.wmem_default and rmem_default. */
    private static final int LIMIT_DEFAULT_BYTES = 212_992;

    /** SO_PASSCRED and SO_PASSPIDFD, unix(7). */
    public boolean passesCredentials;
    public boolean passesPidfd;
    /** SO_PEEK_OFF: where MSG_PEEK begins; negative for always at the first byte. */
    public int peekOffset = -1;
    /** Its maker had CAP_NET_ADMIN. */
    public boolean administrates;
    /** SO_RCVTIMEO and SO_SNDTIMEO, socket(7); 0 for none. */
    public long receiveTimeoutNs;
    public long sendTimeoutNs;
    /** SO_RCVLOWAT: what a reader of a stream waits for. */
    public int receiveLowBytes = 1;
    /** SO_TIMESTAMP and SO_TIMESTAMPNS: messages tell when they were sent; a stream has none. */
    public boolean tellsTimeUs;
    public boolean tellsTimeNs;
    /** Options that are only kept; null as long as none was set. */
    public int[] kept;
    /** SO_SNDBUF, the longest message, and SO_RCVBUF, which is only kept, as on Linux: see {@link UnixSocket}. */
    public int sendLimitBytes = LIMIT_DEFAULT_BYTES;
    public int receiveLimitBytes = LIMIT_DEFAULT_BYTES;
    final Files files;
    private final AnonymousInode inode;
    /** Null when it has none: a path without its NUL, or a NUL and an abstract name. */
    byte[] address;
    private Path place;
    SocketMaker maker = SocketMaker.NOBODY;
    int error;
    boolean readEnded;
    boolean writeEnded;

    LocalSocketFile(Files files, int flags, int uid, int gid) {
        super(OpenFlags.O_RDWR | flags);
        this.files = files;
        inode = new AnonymousInode(files, AnonymousInode.SOCKET_DEVICE, Stat.S_IFSOCK | 0777, uid, gid);
    }

    /** SO_ERROR: tells the pending error once, as a positive number. */
    public final int takeError() {
        int taken = error;
        error = 0;
        return taken;
    }

    /** What is to be told next, as a positive number. */
    public final void setError(int newError) {
        error = newError;
    }

    /** By shutdown(2): 1 receiving, 2 sending. */
    public final int shutdownBits() {
        return (readEnded ? 1 : 0) | (writeEnded ? 2 : 0);
    }

    /** Whether shutdown(2) has ended reading, which for one that listens means connections. */
    public final boolean isReadEnded() {
        return readEnded;
    }

    /** Messages say who has sent them. */
    public final boolean asksWho() {
        return passesCredentials || passesPidfd;
    }

    /** SO_PEEK_OFF moves on with what is peeked, and back with what is taken. */
    final long moved(boolean peeked, long bytes) {
        if (peekOffset >= 0 && bytes > 0) {
            peekOffset = (int) Math.max(0, peeked ? peekOffset + bytes : peekOffset - bytes);
        }
        return bytes;
    }

    /** The number of its inode. */
    public final long inodeNumber() {
        return inode.number();
    }

    /** The number of the node that it is bound to; 0 for none. */
    public final long nodeNumber() {
        Stat stat = files.stat();
        return place != null && place.inode().stat(stat) == 0 ? stat.inode : 0;
    }

    public final Files files() {
        return files;
    }

    public final SocketMaker maker() {
        return maker;
    }

    public final void setMaker(SocketMaker newMaker) {
        maker = newMaker;
    }

    public final byte[] address() {
        return address;
    }

    /** The node it is bound to; null for an abstract address or none. */
    final Inode node() {
        return place == null ? null : place.inode();
    }

    /**
     * Gives it its address: 0, or -EINVAL when it has one.
     *
     * @param newPlace where its node is, copied; null for an abstract address
     */
    final int name(byte[] newAddress, Path newPlace) {
        if (address != null) {
            return -EINVAL;
        }
        address = newAddress;
        place = newPlace == null ? null : new Path(newPlace);
        return 0;
    }

    final void leavePlace() {
        if (place != null) {
            place.clear();
        }
    }

    public final long realtimeNs() {
        return files.clock().realtimeNs();
    }

    @Override
    public final long waitLimitNs(int events) {
        return (events & Events.IN) != 0 ? receiveTimeoutNs : sendTimeoutNs;
    }

    @Override
    public final Inode inode() {
        return inode;
    }

    @Override
    public final boolean canSignal() {
        return true;
    }

    @Override
    public final void describe(Text out) {
        out.add("socket:[").number(inode.number()).add("]");
    }
}

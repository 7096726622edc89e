package demitasse.posix.socket;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.ENOBUFS;
import static demitasse.base.error.Errno.ENOENT;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.ESPIPE;

import demitasse.base.memory.Buffer;
import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Text;
import demitasse.device.net.Packet;
import demitasse.net.ip.Mailbox;
import demitasse.net.ip.Notified;
import demitasse.net.ip.SocketAddress;
import demitasse.net.stack.NetStack;
import demitasse.posix.file.AnonymousInode;
import demitasse.posix.file.Files;
import demitasse.posix.file.Ioctls;
import demitasse.sched.wait.Events;
import demitasse.vfs.ControlMemory;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Stat;
import demitasse.vfs.Transfer;

/**
 * A socket of the network: ip(7), netlink(7), packet(7). Addresses are {@link SocketAddress} for all of them; what each
 * family puts there, its class says.
 */
public abstract class NetSocket extends FileHandle implements Notified {
    /** A connection takes about as much of the kernel's heap beyond {@link FileHandle#HEAP_BYTES}. */
    protected static final int HEAP_BYTES = 2048;
    private static final long NS_PER_S = 1_000_000_000L;
    private static final long NS_PER_US = 1000;

    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int AF_NETLINK = 16;
    public static final int AF_PACKET = 17;
    public static final int STREAM = 1;
    public static final int DATAGRAM = 2;
    public static final int RAW = 3;
    /** Flags of recv(2) and send(2). */
    public static final int OUT_OF_BAND = 1;
    public static final int PEEK = 2;
    public static final int TRUNCATE = 0x20;
    public static final int DONT_WAIT = 0x40;
    public static final int ERROR_QUEUE = 0x2000;
    public static final int MORE = 0x8000;
    public static final int ZERO_COPY = 0x400_0000;
    /** Bits of {@link #wanted}: which control messages recvmsg(2) is to hand out. */
    public static final int WANTS_TIME_US = 1;
    public static final int WANTS_TIME_NS = 1 << 1;
    public static final int WANTS_INFO = 1 << 2;
    public static final int WANTS_TTL = 1 << 3;
    public static final int WANTS_SERVICE = 1 << 4;
    public static final int WANTS_INFO6 = 1 << 5;
    public static final int WANTS_TTL6 = 1 << 6;
    public static final int WANTS_SERVICE6 = 1 << 7;
    public static final int WANTS_CREDENTIALS = 1 << 8;
    public static final int WANTS_AUXILIARY = 1 << 9;
    public static final int WANTS_DROPS = 1 << 10;
    public static final int WANTS_OPTIONS = 1 << 11;
    public static final int WANTS_OPTIONS_BACK = 1 << 12;
    public static final int WANTS_ORIGINAL = 1 << 13;
    public static final int WANTS_ORIGINAL6 = 1 << 14;
    /** TCP_INQ: of a stream only. */
    public static final int WANTS_QUEUED = 1 << 15;
    /** SO_TIMESTAMPING with what tells of a message received. */
    public static final int WANTS_STAMPS = 1 << 16;
    public static final int OPTIONS_KEPT = 28;
    /** Where SO_PRIORITY stands among them, which is a connection's own. */
    public static final int PRIORITY = 4;

    /** What setsockopt(2) sets and getsockopt(2) shows. */
    public boolean reuseAddress;
    public boolean reusePort;
    public boolean lingers;
    public int lingerS;
    public boolean broadcasts;
    /** Its maker had CAP_NET_ADMIN. */
    public boolean administrates;
    /** SO_LOCK_FILTER: whatever was attached stays. */
    public boolean isFilterLocked;
    public int wanted;
    /** SO_TIMESTAMPING, and the clock and the flags of SO_TXTIME: nothing here sends later, as Linux without fq. */
    public int stamping;
    public int departureClock;
    public int departureFlags;
    public boolean hasDepartureTimes;
    /** SO_PEEK_OFF: where MSG_PEEK begins; negative for always at the first byte. */
    public int peekOffset = -1;
    public long receiveTimeoutNs;
    public long sendTimeoutNs;
    /** Options that change nothing here but are told as they were set: see {@code KeptOptions}. */
    public final int[] kept = new int[OPTIONS_KEPT];
    protected final Files files;
    protected final NetStack net;
    private final AnonymousInode inode;
    private final int owner;
    private long fullBytes;
    /** When the last message came, by the monotonic clock, for SIOCGSTAMP; negative for none. */
    private long lastArrivedNs = -1;
    /** That time of day, once it was asked for, and of which arrival it is: who asks again gets the same answer. */
    private long stampNs;
    private long stampedNs = -1;

    /** What programs of filters take of the kernel's heap, until the socket goes. */
    private long filterBytes;

    protected NetSocket(Files files, int flags, int uid, int gid) {
        this(files, files.net(), flags, uid, gid);
    }

    /** @param net of another socket, which this one comes from */
    protected NetSocket(Files files, NetStack net, int flags, int uid, int gid) {
        super(OpenFlags.O_RDWR | flags);
        JavaHeap.take(HEAP_BYTES);
        this.files = files;
        this.net = net;
        if (net != null) {
            net.sockets++;
        }
        this.owner = uid;
        inode = new AnonymousInode(files, AnonymousInode.SOCKET_DEVICE, Stat.S_IFSOCK | 0777, uid, gid);
    }

    /** The network that it was made in. */
    public final NetStack net() {
        return net;
    }

    /** It gets a program of so many bytes, which filters, or chooses among sockets: there can be one of each. */
    public final void noteFilter(long bytes) {
        long most = Math.max(filterBytes, 2 * bytes);
        JavaHeap.take(most - filterBytes);
        filterBytes = most;
    }

    /** It is released: the last that it does. */
    protected final void leave() {
        JavaHeap.give(HEAP_BYTES + filterBytes);
        if (net != null) {
            net.sockets--;
        }
    }

    /** AF_INET and so on. */
    public abstract int family();

    /** SOCK_STREAM, SOCK_DGRAM or SOCK_RAW. */
    public abstract int type();

    /** IPPROTO_TCP, NETLINK_ROUTE and so on. */
    public abstract int protocol();

    /** Where messages wait; null for a stream. */
    public abstract Mailbox mailbox();

    /** bind(2). */
    public abstract int bind(SocketAddress wanted);

    /** connect(2): 0, -EINPROGRESS, or what is wrong. */
    public abstract int connect(SocketAddress target);

    /** connect(2) with AF_UNSPEC. */
    public abstract void disconnect();

    /** getsockname(2). */
    public abstract void name(SocketAddress out);

    /** The other end: false when there is none. */
    public abstract boolean peer(SocketAddress out);

    /** @param target null for the connected one; perhaps a {@link Departure} */
    public abstract long send(Transfer source, SocketAddress target, int flags);

    /** @param arrival where to leave what came beside the bytes; null when nobody wants to know */
    public abstract long receive(Transfer target, int flags, Arrival arrival);

    /** SO_ERROR: tells the pending error once, as a positive number. */
    public int takeError() {
        return mailbox().takeError();
    }

    /** What is to be told next, as a positive number. */
    public void setError(int error) {
        mailbox().fail(error);
    }

    /** shutdown(2). */
    public int shutdown(int how) {
        return -EOPNOTSUPP;
    }

    /** Puts a message of the program into a packet, or into null: 0, or what is wrong, and then the packet is gone. */
    protected static int fill(Packet packet, Transfer source, int length) {
        if (packet == null) {
            return -ENOBUFS;
        }
        long taken = length == 0 ? 0 : source.take(packet.append(length), length);
        if (taken < length) {
            packet.release();
            return taken < 0 ? (int) taken : -EFAULT;
        }
        return 0;
    }

    /** Gives the program as much of a message as it has room for, and tells how much, or what is wrong. */
    protected final long hand(Packet packet, Transfer target) {
        return hand(packet, 0, target);
    }

    /** As {@link #hand(Packet, Transfer)}, but for its first bytes. */
    protected final long hand(Packet packet, int skippedBytes, Transfer target) {
        fullBytes = packet.length();
        // A message that tells its time itself leaves none for the question.
        lastArrivedNs = (wanted & (WANTS_TIME_US | WANTS_TIME_NS | WANTS_STAMPS)) == 0 ? packet.arrivedNs
                : lastArrivedNs;
        long asked = Math.min(fullBytes - skippedBytes, target.remaining());
        long n = asked == 0 ? 0 : target.put(packet.address() + skippedBytes, asked);
        return n < 0 || n == asked ? n : -EFAULT;
    }

    /** SO_PEEK_OFF moves on with what is peeked, and back with what is taken. */
    protected final void movePeekOffset(boolean peeked, long bytes) {
        if (peekOffset >= 0) {
            long moved = peeked ? Math.min(peekOffset + bytes, Integer.MAX_VALUE) : peekOffset - bytes;
            peekOffset = (int) Math.max(0, moved);
        }
    }

    /** Bytes of the last message received, whether they fitted or not; 0 for a stream. */
    public final long fullBytes() {
        return fullBytes;
    }

    /** What was handed out together counts as one message. */
    protected final void setFullBytes(long bytes) {
        fullBytes = bytes;
    }

    /** Takes the options over that are of no protocol. */
    protected void inherit(NetSocket from) {
        reuseAddress = from.reuseAddress;
        reusePort = from.reusePort;
        lingers = from.lingers;
        lingerS = from.lingerS;
        broadcasts = from.broadcasts;
        wanted = from.wanted;
        receiveTimeoutNs = from.receiveTimeoutNs;
        sendTimeoutNs = from.sendTimeoutNs;
        stamping = from.stamping;
        isFilterLocked = from.isFilterLocked;
        System.arraycopy(from.kept, 0, kept, 0, OPTIONS_KEPT);
        kept[PRIORITY] = 0;
    }

    /** SO_BINDTODEVICE: the index of the only interface that it uses; 0 for any. */
    public int boundInterface() {
        return 0;
    }

    public void setBoundInterface(int index) {
    }

    public final Files files() {
        return files;
    }

    /** The user who made it. */
    public final int ownerUid() {
        return owner;
    }

    /** The number of its inode. */
    public final long inodeNumber() {
        return inode.number();
    }

    @Override
    public boolean isAwaited() {
        return !waiters().isEmpty();
    }

    @Override
    public void changed(int events) {
        if (!waiters().isEmpty()) {
            waiters().wakeAll(events);
        }
    }

    @Override
    public long control(int request, long argument, ControlMemory user) {
        boolean counts = mailbox() != null && family() != AF_NETLINK;
        if (counts && (request == Ioctls.FIONREAD || request == Ioctls.TIOCOUTQ)) {
            Packet first = request == Ioctls.FIONREAD ? mailbox().first() : null;
            return Ioctls.answerInt(files, first == null ? 0 : first.length(), argument, user);
        }
        boolean inNs = request == Ioctls.SIOCGSTAMPNS || request == Ioctls.SIOCGSTAMPNS_NEW;
        return inNs || request == Ioctls.SIOCGSTAMP || request == Ioctls.SIOCGSTAMP_NEW
                ? lastStamp(inNs, argument, user)
                : InterfaceRequests.answer(files, request, argument, user, administrates);
    }

    /** When the last message came: struct timeval or struct timespec, socket(7). */
    private long lastStamp(boolean inNs, long argument, ControlMemory user) {
        Buffer word = files.word();
        if (lastArrivedNs < 0 || word == null) {
            return word == null ? -ENOMEM : -ENOENT;
        }
        if (stampedNs != lastArrivedNs) {
            stampNs = files.clock().realtimeNs() - (files.clock().monotonicNs() - lastArrivedNs);
            stampedNs = lastArrivedNs;
        }
        word.putLong(0, stampNs / NS_PER_S);
        word.putLong(Long.BYTES, stampNs % NS_PER_S / (inNs ? 1 : NS_PER_US));
        return user.copyOut(word.address(), argument, 2 * Long.BYTES);
    }

    @Override
    public long waitLimitNs(int events) {
        return (events & Events.IN) != 0 ? receiveTimeoutNs : sendTimeoutNs;
    }

    @Override
    public Inode inode() {
        return inode;
    }

    @Override
    public boolean canSignal() {
        return true;
    }

    @Override
    public void describe(Text out) {
        out.add("socket:[").number(inode.number()).add("]");
    }

    @Override
    public long read(Transfer target, long offset) {
        if (offset != CURRENT) {
            return -ESPIPE;
        }
        // Nothing asked is nothing read, as SVR4 had it, sock_read_iter() of Linux; recv(2) would wait for a packet.
        return target.remaining() == 0 ? 0 : receive(target, 0, null);
    }

    @Override
    public long write(Transfer source, long offset) {
        return offset == CURRENT ? send(source, null, 0) : -ESPIPE;
    }
}

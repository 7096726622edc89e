package demitasse.posix.socket;

import static demitasse.base.error.Errno.EADDRNOTAVAIL;
import static demitasse.base.error.Errno.EAFNOSUPPORT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ESPIPE;

import demitasse.base.memory.JavaHeap;
import demitasse.base.memory.Text;
import demitasse.net.ip.Binding;
import demitasse.net.ip.Notified;
import demitasse.net.ip.Ports;
import demitasse.net.ip.SocketAddress;
import demitasse.net.stack.NetStack;
import demitasse.net.wire.Ip;
import demitasse.posix.file.AnonymousInode;
import demitasse.posix.file.Files;
import demitasse.sched.wait.Events;
import demitasse.vfs.ControlMemory;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Stat;
import demitasse.vfs.Transfer;

/** An Internet socket, ip(7) and ipv6(7): what streams and datagrams have in common. */
public abstract class InetSocket extends FileHandle implements Notified {
    /** A connection takes about as much of the kernel's heap beyond {@link FileHandle#HEAP_BYTES}. */
    static final int HEAP_BYTES = 2048;

    public static final int PEEK = 2;
    public static final int TRUNCATE = 0x20;
    public static final int MORE = 0x8000;
    /** Packets that one call carries through lo; the loop takes the rest. */
    private static final int PACKETS_PER_CALL = 64;

    /** What setsockopt(2) sets and getsockopt(2) shows. */
    public boolean reuseAddress;
    public boolean reusePort;
    public boolean onlyIpv6;
    public boolean lingers;
    public int lingerS;
    public long receiveTimeoutNs;
    public long sendTimeoutNs;
    protected final Files files;
    protected final NetStack net;
    private final boolean ipv6;
    private final AnonymousInode inode;
    private final int owner;

    protected InetSocket(Files files, boolean ipv6, int flags, int uid, int gid) {
        super(OpenFlags.O_RDWR | flags);
        JavaHeap.take(HEAP_BYTES);
        this.files = files;
        this.net = files.net();
        this.ipv6 = ipv6;
        this.owner = uid;
        inode = new AnonymousInode(files, AnonymousInode.SOCKET_DEVICE, Stat.S_IFSOCK | 0777, uid, gid);
    }

    /** SOCK_STREAM or SOCK_DGRAM. */
    public abstract int type();

    /** IPPROTO_TCP or IPPROTO_UDP. */
    public abstract int protocol();

    public final boolean isIpv6() {
        return ipv6;
    }

    /** The user who made it. */
    public final int ownerUid() {
        return owner;
    }

    /** The number of its inode. */
    public final long inodeNumber() {
        return inode.number();
    }

    public abstract Binding binding();

    protected abstract Ports ports();

    /** The other end: false when there is none. */
    public abstract boolean peer(SocketAddress out);

    /** SO_ERROR: tells the pending error once, as a positive number. */
    public abstract int takeError();

    public abstract int shutdown(int how);

    /** @param target null for the connected one */
    public abstract long send(Transfer source, SocketAddress target, int flags);

    /** @param from where the sender's address goes; null when nobody wants to know */
    public abstract long receive(Transfer target, int flags, SocketAddress from);

    /** connect(2): 0, -EINPROGRESS, or what is wrong. */
    public abstract int connect(SocketAddress target);

    /** Bytes of the last datagram received, whether they fitted or not. */
    public long fullBytes() {
        return 0;
    }

    /** bind(2). */
    public int bind(SocketAddress wanted) {
        Binding binding = binding();
        if (binding.isBound()) {
            return -EINVAL;
        }
        if (!wanted.isAny() && !net.isLocal(wanted.high, wanted.low)
                && !Ip.isMulticast(wanted.high, wanted.low) && !Ip.isBroadcast(wanted.high, wanted.low)) {
            return -EADDRNOTAVAIL;
        }
        if (!ipv6 != wanted.isIpv4() && !ipv6 || ipv6 && onlyIpv6 && wanted.isIpv4()) {
            return ipv6 ? -EINVAL : -EAFNOSUPPORT;
        }
        binding.high = wanted.high;
        binding.low = wanted.low;
        binding.port = wanted.port;
        describe(binding);
        return wanted.port == 0 ? bindAny() : ports().bind(binding);
    }

    /** Holds a free port for the address of the binding: 0 or -EADDRINUSE. */
    int bindAny() {
        return ports().bindAny(binding(), (int) files.clock().monotonicNs());
    }

    /** Completes a binding from the options. */
    protected final void describe(Binding binding) {
        binding.takesIpv4 = !ipv6 || !onlyIpv6 && (Ip.isMapped(binding.high, binding.low)
                || Ip.isAny(binding.high, binding.low));
        binding.takesIpv6 = ipv6 && !Ip.isMapped(binding.high, binding.low);
        binding.reuseAddress = reuseAddress;
        binding.reusePort = reusePort;
        binding.owner = owner;
    }

    /** Sets a binding that says nothing to "any" of this family. */
    protected final void clear(Binding binding) {
        binding.high = 0;
        binding.low = ipv6 ? 0 : Ip.MAPPED;
        binding.port = 0;
    }

    /** getsockname(2). */
    public void name(SocketAddress out) {
        Binding binding = binding();
        out.set(binding.high, binding.low, binding.port);
    }

    /** Brings what was sent through lo. */
    protected final void deliver() {
        net.pollLoopback(PACKETS_PER_CALL);
    }

    @Override
    public void changed(int events) {
        if (!waiters().isEmpty()) {
            waiters().wakeAll(events);
        }
    }

    @Override
    public long control(int request, long argument, ControlMemory user) {
        return InterfaceRequests.answer(files, request, argument, user);
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
        return offset == CURRENT ? receive(target, 0, null) : -ESPIPE;
    }

    @Override
    public long write(Transfer source, long offset) {
        return offset == CURRENT ? send(source, null, 0) : -ESPIPE;
    }
}

package demitasse.syscall.net;

import static demitasse.base.error.Errno.EAFNOSUPPORT;
import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINPROGRESS;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOTCONN;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.EPIPE;

import demitasse.base.memory.Memory;
import demitasse.net.ip.SocketAddress;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;
import demitasse.posix.socket.InetSocket;
import demitasse.posix.socket.TcpSocket;
import demitasse.posix.socket.UdpSocket;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.sched.wait.Events;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Transfer;

/** What the calls of this package do with an Internet socket. */
final class InetCalls {
    private static final int MSG_WAITALL = 0x100;

    private InetCalls() {
    }

    static InetSocket make(Call call, boolean ipv6, int kind, int flags) {
        Credentials owner = call.credentials();
        return kind == TcpSocket.STREAM
                ? new TcpSocket(call.instance().files(), ipv6, flags, owner.fsuid, owner.fsgid)
                : new UdpSocket(call.instance().files(), ipv6, flags, owner.fsuid, owner.fsgid);
    }

    static long bind(Call call, InetSocket socket, long address, int lengthBytes) {
        if (lengthBytes < (socket.isIpv6() ? InetAddresses.IPV6_BYTES_MIN : InetAddresses.IPV4_BYTES)) {
            return -EINVAL;
        }
        SocketAddress wanted = new SocketAddress();
        int family = InetAddresses.load(call, address, lengthBytes, socket.isIpv6(), wanted);
        if (family <= 0) {
            return family < 0 ? family : -EAFNOSUPPORT;
        }
        return socket.bind(wanted);
    }

    static long listen(InetSocket socket, int backlog) {
        return socket instanceof TcpSocket stream ? stream.listen(backlog) : -EOPNOTSUPP;
    }

    static long connect(Call call, InetSocket socket, long address, int lengthBytes) {
        if (call.attempt > 0) {
            return awaitConnection(call, (TcpSocket) socket);
        }
        SocketAddress target = new SocketAddress();
        int family = InetAddresses.load(call, address, lengthBytes, socket.isIpv6(), target);
        if (family < 0) {
            return family;
        }
        if (family == InetAddresses.AF_UNSPEC) {
            if (socket instanceof TcpSocket stream) {
                stream.disconnect();
            } else if (socket instanceof UdpSocket datagrams) {
                datagrams.disconnect();
            }
            return 0;
        }
        int result = socket.connect(target);
        if (result != -EINPROGRESS || socket.nonBlocking()) {
            return result;
        }
        return awaitConnection(call, (TcpSocket) socket);
    }

    /** SO_SNDTIMEO counts for connect(2) too, socket(7). */
    private static long awaitConnection(Call call, TcpSocket socket) {
        int result = socket.connectResult();
        if (result != -EAGAIN) {
            return result;
        }
        if (call.wake == Call.EXPIRED) {
            return -EINPROGRESS;
        }
        return call.await(socket, Events.OUT);
    }

    static long accept(Call call, TcpSocket socket, long address, long lengthAddress, int flags) {
        if (!socket.isListening()) {
            return -EINVAL;
        }
        Credentials owner = call.credentials();
        TcpSocket accepted = socket.accept(flags & OpenFlags.O_NONBLOCK, owner.fsuid, owner.fsgid);
        if (accepted == null) {
            return call.await(socket, Events.IN);
        }
        SocketAddress peer = new SocketAddress();
        peer.set(accepted.connection().remoteHigh(), accepted.connection().remoteLow(),
                accepted.connection().remotePort());
        int fd = call.process().files().installNew(accepted, (flags & OpenFlags.O_CLOEXEC) != 0);
        if (fd < 0) {
            return fd;
        }
        int stored = InetAddresses.store(call, peer, socket.isIpv6(), address, lengthAddress);
        if (stored < 0) {
            call.process().files().close(fd);
            return stored;
        }
        return fd;
    }

    static long getsockname(Call call, InetSocket socket, long address, long lengthAddress) {
        SocketAddress name = new SocketAddress();
        socket.name(name);
        return InetAddresses.store(call, name, socket.isIpv6(), address, lengthAddress);
    }

    static long getpeername(Call call, InetSocket socket, long address, long lengthAddress) {
        SocketAddress peer = new SocketAddress();
        return socket.peer(peer) ? InetAddresses.store(call, peer, socket.isIpv6(), address, lengthAddress)
                : -ENOTCONN;
    }

    /** @param address 0 for the connected target */
    static long send(Call call, InetSocket socket, Transfer source, int flags, long address, int addressBytes) {
        if ((flags & Send.MSG_OOB) != 0) {
            return -EOPNOTSUPP;
        }
        SocketAddress target = null;
        if (address != 0 && addressBytes != 0 && socket instanceof UdpSocket) {
            target = new SocketAddress();
            int family = InetAddresses.load(call, address, addressBytes, socket.isIpv6(), target);
            if (family <= 0) {
                return family < 0 ? family : -EAFNOSUPPORT;
            }
        }
        while (true) {
            long n = socket.send(source, target, flags);
            if (n == -EAGAIN) {
                boolean waits = (flags & Send.MSG_DONTWAIT) == 0 && !socket.nonBlocking();
                return waits ? call.await(socket, Events.OUT) : call.progress > 0 ? call.progress : -EAGAIN;
            }
            if (n < 0) {
                if (n == -EPIPE && (flags & Send.MSG_NOSIGNAL) == 0 && socket instanceof TcpSocket) {
                    Signals.sendToSelf(call.task(), SignalNumber.SIGPIPE);
                }
                return call.progress > 0 ? call.progress : n;
            }
            call.progress += n;
            if (source.remaining() == 0 || socket instanceof UdpSocket) {
                return call.progress;
            }
        }
    }

    /** @param from where the sender's address goes; null when nobody wants to know */
    static long receive(Call call, InetSocket socket, Transfer target, int flags, SocketAddress from) {
        if ((flags & Send.MSG_OOB) != 0) {
            return -EINVAL;
        }
        boolean stream = socket instanceof TcpSocket;
        int kept = flags & (InetSocket.PEEK | (stream ? InetSocket.TRUNCATE : 0));
        boolean waitsForAll = stream && (flags & (MSG_WAITALL | InetSocket.PEEK)) == MSG_WAITALL;
        while (true) {
            long n = target.remaining() == 0 && stream ? 0 : socket.receive(target, kept, from);
            if (n == -EAGAIN) {
                boolean waits = (flags & Send.MSG_DONTWAIT) == 0 && !socket.nonBlocking();
                return waits ? call.await(socket, Events.IN) : call.progress > 0 ? call.progress : -EAGAIN;
            }
            if (n < 0) {
                return call.progress > 0 ? call.progress : n;
            }
            call.progress += n;
            if (!waitsForAll || n == 0 || target.remaining() == 0) {
                boolean full = !stream && (flags & InetSocket.TRUNCATE) != 0;
                return full ? socket.fullBytes() : call.progress;
            }
        }
    }

    static long recvfrom(Call call, InetSocket socket, Transfer target, int flags, long address,
            long lengthAddress) {
        SocketAddress from = address == 0 || socket instanceof TcpSocket ? null : new SocketAddress();
        long n = receive(call, socket, target, flags, from);
        if (n < 0 || from == null) {
            return n;
        }
        int stored = InetAddresses.store(call, from, socket.isIpv6(), address, lengthAddress);
        return stored < 0 ? stored : n;
    }

    /** The end of recvmsg(2): struct msghdr stands at {@code copy}, as {@link Send#MESSAGE_BYTES} says. */
    static long recvmsg(Call call, InetSocket socket, long message, long copy, int flags) {
        boolean stream = socket instanceof TcpSocket;
        SocketAddress from = stream ? null : new SocketAddress();
        long room = call.vector().remaining();
        long n = receive(call, socket, call.vector(), flags, from);
        if (n < 0) {
            return n;
        }
        long nameAddress = Memory.getLong(copy);
        int nameBytes = 0;
        if (from != null && nameAddress != 0) {
            long name = call.scratch(InetAddresses.IPV6_BYTES);
            nameBytes = InetAddresses.write(from, socket.isIpv6(), name);
            int stored = call.process().memory().copyOut(name, nameAddress,
                    Math.min(Memory.getInt(copy + 8), nameBytes));
            if (stored < 0) {
                return stored;
            }
        }
        Memory.putInt(copy + 8, nameBytes);
        Memory.putLong(copy + 40, 0);
        Memory.putInt(copy + 48, !stream && socket.fullBytes() > room ? InetSocket.TRUNCATE : 0);
        return call.process().memory().copyOut(copy, message, Send.MESSAGE_BYTES) < 0 ? -EFAULT : n;
    }
}

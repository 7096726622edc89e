package demitasse.syscall.net;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EAFNOSUPPORT;
import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EDESTADDRREQ;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINPROGRESS;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOTCONN;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.EPIPE;

import demitasse.base.memory.Memory;
import demitasse.net.ip.SocketAddress;
import demitasse.posix.packet.PacketSocket;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;
import demitasse.posix.socket.Arrival;
import demitasse.posix.socket.Departure;
import demitasse.posix.socket.InetSocket;
import demitasse.posix.socket.NetSocket;
import demitasse.posix.socket.RawSocket;
import demitasse.posix.socket.TcpSocket;
import demitasse.posix.socket.UdpSocket;
import demitasse.posix.task.Call;
import demitasse.posix.task.Credentials;
import demitasse.sched.wait.Events;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Transfer;

/** What the calls of this package do with a socket of the network. */
final class NetSocketCalls {
    /** net.ipv4.ip_unprivileged_port_start. */
    private static final int PRIVILEGED_PORTS = 1024;
    private static final int MSG_WAITALL = 0x100;

    private NetSocketCalls() {
    }

    static long bind(Call call, NetSocket socket, long address, int lengthBytes) {
        if (lengthBytes < NetAddresses.bytesMin(socket.family())) {
            return -EINVAL;
        }
        SocketAddress wanted = new SocketAddress();
        int family = NetAddresses.load(call, address, lengthBytes, socket.family(), wanted);
        // Old programs give no family for "any address", Linux says.
        boolean isAnyIpv4 = family == NetAddresses.AF_UNSPEC && socket.family() == NetSocket.AF_INET && wanted.isAny();
        if (family < 0 || family != socket.family() && !isAnyIpv4) {
            return family < 0 && family != -EAFNOSUPPORT ? family
                    : socket instanceof PacketSocket ? -EINVAL : -EAFNOSUPPORT;
        }
        boolean privileged = socket instanceof InetSocket && !(socket instanceof RawSocket) && wanted.port > 0
                && wanted.port < PRIVILEGED_PORTS;
        if (privileged && !call.credentials().may(Credentials.CAP_NET_BIND_SERVICE, call.networkOwner())) {
            return -EACCES;
        }
        return socket.bind(wanted);
    }

    static long listen(NetSocket socket, int backlog) {
        return socket instanceof TcpSocket stream ? stream.listen(backlog) : -EOPNOTSUPP;
    }

    static long connect(Call call, NetSocket socket, long address, int lengthBytes) {
        if (call.attempt > 0) {
            return awaitConnection(call, (TcpSocket) socket);
        }
        if (socket instanceof PacketSocket) {
            return -EOPNOTSUPP;
        }
        SocketAddress target = new SocketAddress();
        int family = NetAddresses.load(call, address, lengthBytes, socket.family(), target);
        if (family < 0) {
            return family;
        }
        if (family == NetAddresses.AF_UNSPEC) {
            socket.disconnect();
            return 0;
        }
        if (family != socket.family() && !(socket instanceof UdpSocket)) {
            // A stream of IPv6 takes no address of IPv4, which is too short for it besides.
            boolean isShort = lengthBytes < NetAddresses.bytesMin(socket.family());
            return isShort && socket instanceof TcpSocket ? -EINVAL : -EAFNOSUPPORT;
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
        int stored = NetAddresses.store(call, peer, socket.family(), address, lengthAddress);
        if (stored < 0) {
            call.process().files().close(fd);
            return stored;
        }
        return fd;
    }

    static long getsockname(Call call, NetSocket socket, long address, long lengthAddress) {
        SocketAddress name = new SocketAddress();
        socket.name(name);
        return NetAddresses.tell(call, name, socket.family(), address, lengthAddress);
    }

    static long getpeername(Call call, NetSocket socket, long address, long lengthAddress) {
        SocketAddress peer = new SocketAddress();
        if (socket instanceof PacketSocket) {
            return -EOPNOTSUPP;
        }
        return socket.peer(peer) ? NetAddresses.tell(call, peer, socket.family(), address, lengthAddress)
                : -ENOTCONN;
    }

    /** @param address 0 for the connected target */
    static long send(Call call, NetSocket socket, Transfer source, int flags, long address, int addressBytes) {
        SocketAddress target = null;
        if ((flags & Send.MSG_FASTOPEN) != 0 && socket instanceof TcpSocket) {
            // As where tcp_fastopen of tcp(7) does not allow it: programs connect as ever then.
            return -EOPNOTSUPP;
        }
        if (address != 0 && addressBytes != 0 && !(socket instanceof TcpSocket)) {
            target = new SocketAddress();
            int family = NetAddresses.load(call, address, addressBytes, socket.family(), target);
            if (family < 0) {
                return family;
            }
            if (family == NetAddresses.AF_UNSPEC && socket.family() != NetSocket.AF_INET
                    && !(socket instanceof PacketSocket)) {
                target = null;
            }
        }
        return send(call, socket, source, flags, target);
    }

    /** sendmsg(2): struct msghdr stands at {@code copy}, the vector is loaded. */
    static long sendmsg(Call call, NetSocket socket, long copy, int flags) {
        long address = Memory.getLong(copy);
        long controlBytes = Memory.getLong(copy + 40);
        if (controlBytes == 0 || socket instanceof TcpSocket) {
            return send(call, socket, call.vector(), flags, address, Memory.getInt(copy + 8));
        }
        Departure asked = new Departure();
        asked.isPrivileged = call.credentials().may(Credentials.CAP_NET_ADMIN, call.networkOwner());
        asked.mayHaveTime = socket.hasDepartureTimes;
        boolean connected = address == 0 || Memory.getInt(copy + 8) == 0;
        int error = connected ? hasTarget(socket, asked) ? 0 : -EDESTADDRREQ
                : NetAddresses.load(call, address, Memory.getInt(copy + 8), socket.family(), asked);
        error = error < 0 ? error : NetControl.load(call, Memory.getLong(copy + 32), controlBytes, asked);
        return error < 0 ? error : send(call, socket, call.vector(), flags, asked);
    }

    private static boolean hasTarget(NetSocket socket, SocketAddress out) {
        return socket instanceof InetSocket inet ? inet.target(out) : socket.peer(out);
    }

    private static long send(Call call, NetSocket socket, Transfer source, int flags, SocketAddress target) {
        if ((flags & Send.MSG_OOB) != 0 && !(socket instanceof TcpSocket)) {
            return -EOPNOTSUPP;
        }
        while (true) {
            long n = socket.send(source, target, flags);
            if (n == -EAGAIN) {
                boolean waits = (flags & Send.MSG_DONTWAIT) == 0 && !socket.nonBlocking();
                long waited = waits ? call.await(socket, Events.OUT) : call.progress > 0 ? call.progress : -EAGAIN;
                return waited == Call.PARKED ? waited : sent(socket, flags, waited);
            }
            if (n < 0) {
                if (n == -EPIPE && (flags & Send.MSG_NOSIGNAL) == 0 && socket instanceof TcpSocket) {
                    Signals.sendToSelf(call.task(), SignalNumber.SIGPIPE);
                }
                return sent(socket, flags, call.progress > 0 ? call.progress : n);
            }
            call.progress += n;
            if (source.remaining() == 0 || !(socket instanceof TcpSocket)) {
                return sent(socket, flags, call.progress);
            }
        }
    }

    /** Each call that has sent something with MSG_ZEROCOPY has a number of its own, socket(7) SO_ZEROCOPY. */
    private static long sent(NetSocket socket, int flags, long result) {
        if (result > 0 && (flags & NetSocket.ZERO_COPY) != 0 && socket instanceof InetSocket inet && inet.lends) {
            inet.noteLent();
        }
        return result;
    }

    /** @param arrival where to leave what came beside the bytes; null when nobody wants to know */
    static long receive(Call call, NetSocket socket, Transfer target, int flags, Arrival arrival) {
        boolean stream = socket instanceof TcpSocket;
        if ((flags & Send.MSG_OOB) != 0 && !stream) {
            return socket instanceof RawSocket ? -EOPNOTSUPP : -EINVAL;
        }
        int kept = flags & (NetSocket.PEEK | NetSocket.ERROR_QUEUE | NetSocket.DONT_WAIT
                | (stream ? NetSocket.TRUNCATE | NetSocket.OUT_OF_BAND : 0));
        long leastBytes = leastBytes(socket, flags);
        if (waitsForMore(call, socket, target, flags)) {
            return Call.PARKED;
        }
        while (true) {
            boolean nothing = target.remaining() == 0 && stream && (flags & NetSocket.ERROR_QUEUE) == 0
                    && ((TcpSocket) socket).mayReceive();
            long n = nothing ? 0 : socket.receive(target, kept, arrival);
            if (n == -EAGAIN) {
                boolean waits = (flags & (Send.MSG_DONTWAIT | NetSocket.ERROR_QUEUE | Send.MSG_OOB)) == 0
                        && !socket.nonBlocking();
                return waits ? call.await(socket, Events.IN) : call.progress > 0 ? call.progress : -EAGAIN;
            }
            if (n < 0) {
                return call.progress > 0 ? call.progress : n;
            }
            call.progress += n;
            boolean atMark = stream && ((TcpSocket) socket).connection().urgent.isAtMark();
            if (call.progress >= leastBytes || n == 0 || target.remaining() == 0 || atMark) {
                boolean full = !stream && (flags & (NetSocket.TRUNCATE | NetSocket.ERROR_QUEUE)) == NetSocket.TRUNCATE;
                return full ? socket.fullBytes() : call.progress;
            }
        }
    }

    /** What one call of a stream gathers before it returns, MSG_WAITALL and SO_RCVLOWAT. */
    private static long leastBytes(NetSocket socket, int flags) {
        if (!(socket instanceof TcpSocket stream) || (flags & (NetSocket.PEEK | Send.MSG_OOB)) != 0) {
            return 0;
        }
        return (flags & MSG_WAITALL) != 0 ? Long.MAX_VALUE : stream.connection().receiveLowBytes;
    }

    /** MSG_PEEK with MSG_WAITALL: nothing is shown before all is there, or nothing more will come in time. */
    private static boolean waitsForMore(Call call, NetSocket socket, Transfer target, int flags) {
        int both = MSG_WAITALL | NetSocket.PEEK;
        return (flags & (both | Send.MSG_DONTWAIT | Send.MSG_OOB | NetSocket.ERROR_QUEUE)) == both
                && socket instanceof TcpSocket stream && !socket.nonBlocking()
                && stream.mayGetMore(target.remaining()) && call.await(socket, Events.IN) == Call.PARKED;
    }

    static long recvfrom(Call call, NetSocket socket, Transfer target, int flags, long address,
            long lengthAddress) {
        Arrival arrival = address == 0 || socket instanceof TcpSocket ? null : new Arrival();
        long n = receive(call, socket, target, flags, arrival);
        if (n >= 0 && address != 0 && socket instanceof TcpSocket) {
            // Of a stream nobody asks who sent it.
            long length = call.scratch(Integer.BYTES);
            Memory.putInt(length, 0);
            int stored = call.process().memory().copyOut(length, lengthAddress, Integer.BYTES);
            return stored < 0 ? stored : n;
        }
        if (n < 0 || arrival == null || !arrival.hasSender) {
            return n;
        }
        int stored = NetAddresses.store(call, arrival.from, socket.family(), address, lengthAddress);
        return stored < 0 ? stored : n;
    }

    /** The end of recvmsg(2): struct msghdr stands at {@code copy}, as {@link Send#MESSAGE_BYTES} says. */
    static long recvmsg(Call call, NetSocket socket, long message, long copy, int flags) {
        Arrival arrival = new Arrival();
        long n = receive(call, socket, call.vector(), flags, arrival);
        if (n < 0) {
            return n;
        }
        long nameAddress = Memory.getLong(copy);
        int nameBytes = 0;
        if (arrival.hasSender && nameAddress != 0) {
            long name = call.scratch(NetAddresses.WRITTEN_MAX);
            nameBytes = NetAddresses.write(arrival.from, socket.family(), name);
            int stored = call.process().memory().copyOut(name, nameAddress,
                    Math.min(Memory.getInt(copy + 8), nameBytes));
            if (stored < 0) {
                return stored;
            }
        }
        Memory.putInt(copy + 8, nameBytes);
        if (socket instanceof TcpSocket stream && n > 0) {
            arrival.queuedBytes = (socket.wanted & NetSocket.WANTS_QUEUED) != 0 ? stream.connection().unread() : -1;
            arrival.hasDetails = (flags & NetSocket.ERROR_QUEUE) == 0;
            arrival.arrivedNs = stream.connection().statistics.dataReceivedNs;
        }
        long control = Memory.getLong(copy + 32);
        long used = NetControl.store(call, socket, arrival, control, control == 0 ? 0 : Memory.getLong(copy + 40));
        if (used < 0) {
            return used;
        }
        Memory.putLong(copy + 40, used & ~ControlMessages.CUT);
        Memory.putInt(copy + 48, (arrival.truncated ? NetSocket.TRUNCATE : 0)
                | (arrival.outOfBand ? Send.MSG_OOB : 0) | flags & NetSocket.ERROR_QUEUE
                | ((used & ControlMessages.CUT) != 0 ? Receive.MSG_CTRUNC : 0));
        return Receive.tell(call, copy, message) ? n : -EFAULT;
    }
}

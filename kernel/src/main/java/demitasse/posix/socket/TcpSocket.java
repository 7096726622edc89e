package demitasse.posix.socket;

import static demitasse.base.error.Errno.EADDRINUSE;
import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EALREADY;
import static demitasse.base.error.Errno.ECONNABORTED;
import static demitasse.base.error.Errno.ECONNRESET;
import static demitasse.base.error.Errno.EINPROGRESS;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EISCONN;
import static demitasse.base.error.Errno.ENOBUFS;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOTCONN;
import static demitasse.base.error.Errno.EPIPE;

import demitasse.base.annotation.ColdPath;
import demitasse.base.annotation.HotPath;
import demitasse.base.memory.Buffer;
import demitasse.net.ip.Binding;
import demitasse.net.ip.Ports;
import demitasse.net.ip.SocketAddress;
import demitasse.net.tcp.TcpConnection;
import demitasse.net.tcp.TcpListener;
import demitasse.net.tcp.TcpState;
import demitasse.net.wire.Ip;
import demitasse.posix.file.FileOwner;
import demitasse.posix.file.Files;
import demitasse.posix.file.Ioctls;
import demitasse.sched.wait.Events;
import demitasse.vfs.ControlMemory;
import demitasse.vfs.Loan;
import demitasse.vfs.Transfer;

/** A TCP socket, tcp(7). */
public final class TcpSocket extends InetSocket {
    /** How many ports that connections use bind(2) passes over. */
    private static final int BIND_ATTEMPTS_MAX = 4096;

    /** IP_UNICAST_IF: the way out where neither the target nor SO_BINDTODEVICE says one. */
    public int unicastInterface;
    /** IP_MULTICAST_LOOP, which is only kept. */
    public boolean quietMulticast;
    private final Binding binding = new Binding();
    private TcpConnection connection;
    private TcpListener listener;
    private boolean connecting;
    private boolean connected;
    private boolean readShut;
    private boolean writeShut;
    /** A writer found no room and is to hear when there is, once. */
    private boolean wantsRoom;

    public TcpSocket(Files files, boolean ipv6, int flags, int uid, int gid) {
        super(files, ipv6, flags, uid, gid);
        connection = net.tcp.create();
        clear(binding);
    }

    /** An accepted one. */
    private TcpSocket(TcpSocket from, TcpConnection accepted, int flags, int uid, int gid) {
        super(from, flags, uid, gid);
        connection = accepted;
        connected = true;
        inherit(from);
        unicastInterface = from.unicastInterface;
        quietMulticast = from.quietMulticast;
        binding.high = accepted.localHigh();
        binding.low = accepted.localLow();
        binding.port = accepted.localPort();
        accepted.setUser(this);
    }

    /** The connection, for its options; never null. */
    public TcpConnection connection() {
        return connection;
    }

    @Override
    public int boundInterface() {
        return connection.boundInterface;
    }

    @Override
    public void setBoundInterface(int index) {
        connection.boundInterface = index;
    }

    @Override
    public int type() {
        return STREAM;
    }

    @Override
    public int protocol() {
        return Ip.TCP;
    }

    @Override
    public Binding binding() {
        return binding;
    }

    @Override
    protected Ports ports() {
        return net.tcp.ports;
    }

    public boolean isListening() {
        return listener != null;
    }

    public TcpListener listener() {
        return listener;
    }

    @Override
    public int bind(SocketAddress wanted) {
        boolean isGroup = isIpv6() && !wanted.isIpv4() && Ip.isMulticast(wanted.high, wanted.low);
        if (connecting || connected || isGroup) {
            return -EINVAL;
        }
        if (wanted.port != 0 && !reuseAddress && !reusePort && net.tcp.isPortBusy(wanted.port)) {
            return -EADDRINUSE;
        }
        return super.bind(wanted);
    }

    /** Not a port of accepted connections either, which outlive their listener: who names it could not bind it. */
    @Override
    int bindAny() {
        for (int attempt = 0; attempt < BIND_ATTEMPTS_MAX; attempt++) {
            int error = super.bindAny();
            if (error < 0 || !net.tcp.isPortBusy(binding.port)) {
                return error;
            }
            net.tcp.ports.release(binding);
            net.tcp.ports.advance(0);
        }
        return -EADDRINUSE;
    }

    /** listen(2). */
    public int listen(int backlog) {
        if (listener != null) {
            listener.setBacklog(backlog);
            return 0;
        }
        if (connecting || connected) {
            return -EINVAL;
        }
        if (!binding.isBound()) {
            describe(binding);
            int error = bindAny();
            if (error < 0) {
                return error;
            }
        }
        listener = net.tcp.listen(connection, binding, backlog, this);
        return listener == null ? -EADDRINUSE : 0;
    }

    /** accept(2): the next connection, owned by the caller; null when none waits. */
    public TcpSocket accept(int flags, int uid, int gid) {
        TcpConnection accepted = listener.accept();
        return accepted == null ? null : new TcpSocket(this, accepted, flags, uid, gid);
    }

    /** Starts, or tells how it goes; a caller that waits asks {@link #connectResult}. */
    @Override
    public int connect(SocketAddress target) {
        if (listener != null || connected) {
            return -EISCONN;
        }
        if (connecting) {
            int result = connectResult();
            return result == -EAGAIN ? -EALREADY : result;
        }
        describe(binding);
        connection.setError(0);
        connection.setUser(this);
        long low = target.isAny() ? target.isIpv4() ? Ip.LOOPBACK_IPV4 : 1 : target.low;
        int error = lacksScope(target) ? -EINVAL : checkWay(target);
        int through = target.scope != 0 || connection.boundInterface != 0 ? target.scope : unicastInterface;
        error = error < 0 ? error
                : net.tcp.connect(connection, binding, target.high, low, target.port, through);
        if (error < 0) {
            return error;
        }
        connecting = true;
        deliver();
        return -EINPROGRESS;
    }

    /** 0 when connected, -EAGAIN while it is not known, or why it failed: told once. */
    public int connectResult() {
        if (connection.state() == TcpState.SYN_SENT || connection.state() == TcpState.SYN_RECEIVED) {
            return -EAGAIN;
        }
        connecting = false;
        int error = connection.takeError();
        if (connection.isGone() && !connected) {
            renew();
            unbind();
            return error != 0 ? -error : -ECONNABORTED;
        }
        connected = true;
        return error != 0 ? -error : 0;
    }

    /** After a failure a socket may try again, connect(2). */
    private void renew() {
        TcpConnection old = connection;
        connection = net.tcp.create();
        connection.inherit(old);
    }

    @Override
    public void disconnect() {
        if (listener != null) {
            stopListening();
        }
        boolean wasReset = connecting || connected && !isOver();
        connection.close(true);
        renew();
        connection.setError(wasReset ? ECONNRESET : 0);
        connecting = false;
        connected = false;
        readShut = false;
        writeShut = false;
        unbind();
    }

    /** Both sides have ended it, though it may have to wait for what is still on its way. */
    private boolean isOver() {
        return connection.isGone() || connection.state() == TcpState.TIME_WAIT;
    }

    private void noticeConnection() {
        if (connecting && connection.state() != TcpState.SYN_SENT && connection.state() != TcpState.SYN_RECEIVED
                && !connection.isGone()) {
            connecting = false;
            connected = true;
        }
    }

    @Override
    public boolean peer(SocketAddress out) {
        noticeConnection();
        if (!connected || isOver()) {
            return false;
        }
        out.set(connection.remoteHigh(), connection.remoteLow(), connection.remotePort());
        return true;
    }

    @Override
    public void setError(int error) {
        connection.setError(error);
    }

    @Override
    public int takeError() {
        return connection.takeError();
    }

    @Override
    public int shutdown(int how) {
        if (how < 0 || how > 2) {
            return -EINVAL;
        }
        noticeConnection();
        if (listener != null) {
            if (how != 1) {
                stopListening();
            }
            return 0;
        }
        if (connecting && connection.state() == TcpState.SYN_SENT) {
            disconnect();
            changed(Events.IN | Events.OUT | Events.ERR | Events.HUP);
            return 0;
        }
        if (!connected || isOver()) {
            return -ENOTCONN;
        }
        if (how != 1) {
            readShut = true;
            connection.shutdownRead();
        }
        if (how != 0) {
            writeShut = true;
            connection.shutdownWrite();
            deliver();
        }
        changed(Events.IN | Events.OUT | Events.RDHUP | Events.HUP);
        return 0;
    }

    /** Whether close(2) of its last descriptor waits: it has a time to, and a peer. Unread data would reset at once. */
    public boolean lingersAtClose() {
        noticeConnection();
        return lingers && lingerS > 0 && references() == 1 && connected && connection.readable() == 0;
    }

    /** Ends both directions; true while the peer has not acknowledged it, and a waiter is to hear when it has. */
    public boolean closeSlowly() {
        readShut = true;
        writeShut = true;
        connection.shutdownRead();
        connection.shutdownWrite();
        deliver();
        wantsRoom = true;
        return connection.state() == TcpState.FIN_WAIT_1 || connection.state() == TcpState.CLOSING
                || connection.state() == TcpState.LAST_ACK;
    }

    private void stopListening() {
        TcpListener old = listener;
        listener = null;
        net.tcp.close(old);
        deliver();
        changed(Events.IN | Events.OUT | Events.HUP);
    }

    @Override
    @HotPath("per write")
    public long send(Transfer source, SocketAddress target, int flags) {
        noticeConnection();
        if (connection.hasError()) {
            return -connection.takeError();
        }
        if (connecting) {
            return -EAGAIN;
        }
        if (writeShut || !connected || connection.sendError() != 0) {
            return -EPIPE;
        }
        long moved = 0;
        while (source.remaining() > 0 && connection.writable() > 0) {
            Loan loan = source.lend(connection.writable());
            if (loan != null && connection.lend(loan.address, (int) loan.lengthBytes, loan.isHeld)) {
                source.lent(loan.lengthBytes);
                moved += loan.lengthBytes;
                continue;
            }
            // Before a page is taken for it, which may be the one that makes memory short.
            int span = connection.writeSpan();
            long address = connection.writeAddress();
            if (address == 0) {
                break;
            }
            long n = source.take(address, Math.min(span, source.remaining()));
            if (n <= 0) {
                if (moved == 0) {
                    return n;
                }
                break;
            }
            connection.append((int) n);
            moved += n;
        }
        if ((flags & OUT_OF_BAND) != 0 && moved > 0 && source.remaining() == 0) {
            connection.urgent.mark();
        }
        if (moved == 0 && source.remaining() > 0) {
            wantsRoom = true;
            return connection.queuedBytes() == 0 ? -ENOBUFS : -EAGAIN;
        }
        boolean corked = connection.corked;
        connection.corked |= (flags & MORE) != 0;
        connection.push();
        connection.corked = corked;
        deliver();
        return moved;
    }

    @Override
    @HotPath("per read")
    public long receive(Transfer target, int flags, Arrival arrival) {
        if ((flags & ERROR_QUEUE) != 0) {
            return receiveError(target, arrival);
        }
        noticeConnection();
        if ((flags & OUT_OF_BAND) != 0) {
            return receiveUrgent(target, (flags & PEEK) != 0, arrival);
        }
        boolean peeks = (flags & PEEK) != 0;
        int hole = peeks && peekOffset > 0 ? Math.min(peekOffset, connection.readable()) : 0;
        int available = connection.readable() - hole;
        if (available > 0 && connection.urgent.isMarked()) {
            hole += connection.urgent.hole();
            available = connection.urgent.limit(available);
            if (available == 0 && !peeks) {
                connection.consume(hole);
            }
        }
        if (available == 0) {
            return nothingToReceive();
        }
        long wanted = Math.min(available, (flags & TRUNCATE) != 0 ? Integer.MAX_VALUE : target.remaining());
        int moved = 0;
        if ((flags & TRUNCATE) != 0) {
            moved = (int) Math.min(wanted, target.remaining());
        } else {
            while (moved < wanted) {
                long n = target.put(connection.readAddress(hole + moved), Math.min(connection.readSpan(hole + moved),
                        wanted - moved));
                if (n <= 0) {
                    if (moved == 0) {
                        return n;
                    }
                    break;
                }
                moved += (int) n;
            }
        }
        movePeekOffset(peeks, moved);
        if (!peeks) {
            connection.consume(hole + moved);
            deliver();
        }
        return moved;
    }

    /** Whether there is, or was, or may be a connection to receive from. */
    public boolean mayReceive() {
        return listener == null && (connected || connecting);
    }

    /** Whether fewer bytes are there than asked for, and more may follow: an end, an error or urgent data stops it. */
    public boolean mayGetMore(long wantedBytes) {
        noticeConnection();
        return connected && connection.readable() < Math.min(wantedBytes, connection.receiveLimitBytes() / 2)
                && !connection.isEndOfInput() && !connection.hasError() && !connection.urgent.isMarked();
    }

    /** MSG_OOB, recv(2), which never waits. */
    private long receiveUrgent(Transfer target, boolean keeps, Arrival arrival) {
        int value = listener != null || !connected && !connecting ? -2 : connection.urgent.take(keeps);
        if (value == -2) {
            return -EINVAL;
        }
        if (value < 0) {
            return connection.isEndOfInput() ? 0 : -EAGAIN;
        }
        Buffer word = files.word();
        if (word == null) {
            return -ENOMEM;
        }
        word.putInt(0, value);
        if (arrival != null) {
            arrival.outOfBand = true;
            arrival.truncated = target.remaining() == 0;
        }
        return target.remaining() == 0 ? 0 : target.put(word.address(), 1);
    }

    private long nothingToReceive() {
        if (connection.hasError()) {
            return -connection.takeError();
        }
        if (!mayReceive()) {
            return -ENOTCONN;
        }
        // A connection that was not made, and has said why, is at its end too.
        return connection.isEndOfInput() && (connected || connection.isGone()) ? 0 : -EAGAIN;
    }

    /** As Linux's tcp_poll(). */
    @Override
    public int readiness() {
        if (listener != null) {
            return listener.pending() > 0 ? Events.IN : 0;
        }
        noticeConnection();
        int events = connection.hasError() || owesNotice() ? Events.ERR : 0;
        if (connecting && !connection.isGone()) {
            return events;
        }
        boolean gone = connection.isGone();
        boolean ended = readShut || connected && connection.isEndOfInput();
        boolean writesEnded = writeShut || gone && (connected || connecting);
        events |= gone && connection.readable() == 0 || ended && writesEnded ? Events.HUP : 0;
        events |= ended || gone && connecting ? Events.IN | Events.RDHUP : 0;
        events |= connection.isReadable() ? Events.IN : 0;
        events |= connection.urgent.isThere() ? Events.PRI : 0;
        boolean room = writesEnded || gone || connection.isRoomy();
        if (!room) {
            wantsRoom = true;
        }
        return room ? events | Events.OUT : events;
    }

    @Override
    public void urgent() {
        FileOwner owner = FileOwner.of(this);
        if (owner != null) {
            owner.urgent();
        }
    }

    /** An edge for writers only if one had found no room, as SOCK_NOSPACE on Linux. */
    @Override
    public void changed(int events) {
        if (events == Events.OUT && !wantsRoom && !connecting) {
            return;
        }
        if ((events & Events.OUT) != 0) {
            wantsRoom = false;
        }
        super.changed(events);
    }

    @Override
    public long control(int request, long argument, ControlMemory user) {
        if (request == Ioctls.FIONREAD) {
            return listener != null ? -EINVAL
                    : Ioctls.answerInt(files, connection.urgent.upToMark(connection.readable()), argument, user);
        }
        if (request == Ioctls.SIOCATMARK) {
            return Ioctls.answerInt(files, connection.urgent.isAtMark() ? 1 : 0, argument, user);
        }
        if (request == Ioctls.TIOCOUTQ) {
            return listener != null ? -EINVAL : Ioctls.answerInt(files, connection.queuedBytes(), argument, user);
        }
        return super.control(request, argument, user);
    }

    @Override
    @ColdPath("once per socket")
    protected void released() {
        leave();
        if (listener != null) {
            stopListening();
        }
        connection.close(lingers && lingerS == 0);
        net.tcp.ports.release(binding);
        deliver();
    }
}

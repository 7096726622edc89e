package demitasse.posix.socket;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.ECONNREFUSED;
import static demitasse.base.error.Errno.ECONNRESET;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EISCONN;
import static demitasse.base.error.Errno.EMSGSIZE;
import static demitasse.base.error.Errno.ENOBUFS;
import static demitasse.base.error.Errno.ENOTCONN;
import static demitasse.base.error.Errno.EOPNOTSUPP;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.EPIPE;
import static demitasse.base.error.Errno.EPROTOTYPE;
import static demitasse.base.error.Errno.ESPIPE;

import demitasse.base.annotation.ColdPath;
import demitasse.net.stack.NetStack;
import demitasse.posix.file.FileOwner;
import demitasse.posix.file.Files;
import demitasse.posix.file.Ioctls;
import demitasse.posix.file.Pipe;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;
import demitasse.vfs.ControlMemory;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Path;
import demitasse.vfs.Transfer;

/** A local socket, unix(7). What it receives stands in its own ring; sending writes into the other one's. */
public final class UnixSocket extends LocalSocketFile {
    public static final int STREAM = 1;
    public static final int DATAGRAM = 2;
    public static final int SEQUENCED = 5;
    /** What a socket receives before others wait; more where a sender's SO_SNDBUF lets a message be longer. */
    static final int CAPACITY_BYTES = 256 << 10;
    /** What Linux takes of SO_SNDBUF for a message beside its bytes. */
    private static final int MESSAGE_OVERHEAD_BYTES = 32;
    /** Messages that wait at one socket; bounds the heap. */
    private static final int PACKETS_MAX = 512;
    private static final int PEEK = 2;

    UnixSocket nextBound;
    UnixSocket nextOfAll;
    UnixSocket previousOfAll;
    /** How many messages hold it, and what {@link UnixSockets#collect} finds. */
    int inFlight;
    boolean reached;
    UnixSocket nextReached;
    /** It waits to be accepted: only its listener holds it. */
    boolean isPending;
    /** Where abstract names are looked up, network_namespaces(7): that of the maker, or of who connects. */
    public NetStack network;
    private final UnixSockets registry;
    private final int type;
    /** Who waits for room at this socket without being its peer. */
    private final WaitQueue room = new WaitQueue();
    private final Pipe incoming;
    private final PacketList packets = new PacketList();
    private final LocalUrgent urgent;
    private long sentHere;
    private long taken;
    private UnixSocket peer;
    private boolean connected;
    private boolean gone;
    private boolean listening;
    private final Backlog backlog = new Backlog();
    UnixSocket nextPending;

    public UnixSocket(Files files, UnixSockets registry, int type, int flags, int uid, int gid) {
        super(files, flags, uid, gid);
        this.registry = registry;
        network = files.net();
        this.type = type;
        incoming = new Pipe(files.pages(), CAPACITY_BYTES, waiters(), room);
        incoming.opened(true, true);
        urgent = new LocalUrgent(packets, incoming);
        registry.made(this);
    }

    /** As procfs and unix_diag.h tell it, with the numbers of TCP. */
    public int state() {
        return listening ? 10 : connected && type != DATAGRAM ? 1 : 7;
    }

    public int backlog() {
        return backlog.limit();
    }

    /** Connections that wait, or bytes that the next read finds. */
    public int queued() {
        return listening ? backlog.count()
                : type == DATAGRAM && packets.first() != null ? packets.first().lengthBytes
                : incoming.usedBytes() - urgent.marks();
    }

    /** It is alive: so are the sockets in its messages, and those that wait to be accepted. Answers the new list. */
    UnixSocket reach(UnixSocket list) {
        return backlog.reach(packets.reach(list));
    }

    UnixSocket reachedFrom(UnixSocket list) {
        if (reached) {
            return list;
        }
        reached = true;
        nextReached = list;
        return this;
    }

    /** Takes all files out of its messages and those of connections that wait, behind the ones that are given. */
    FileHandle[] takeFiles(FileHandle[] before) {
        return backlog.takeFiles(packets.takeFiles(before));
    }

    public int type() {
        return type;
    }

    public UnixSocket peer() {
        return peer;
    }

    public boolean isConnected() {
        return connected;
    }

    public boolean isListening() {
        return listening;
    }

    /** Woken with OUT when this socket takes more from others. */
    public WaitQueue room() {
        return room;
    }

    /** bind(2); see {@link #name}. */
    public int bind(byte[] newAddress, Path newPlace) {
        int result = name(newAddress, newPlace);
        if (result == 0) {
            registry.add(this);
        }
        return result;
    }

    /** socketpair(2). */
    public void pairWith(UnixSocket other) {
        peer = other;
        connected = true;
        other.peer = this;
        other.connected = true;
    }

    public int listen(int newBacklog) {
        if (type == DATAGRAM) {
            return -EOPNOTSUPP;
        }
        if (address == null || connected) {
            return -EINVAL;
        }
        listening = true;
        backlog.setLimit(Math.max(0, newBacklog));
        room.wakeAll(Events.OUT);
        return 0;
    }

    /** connect(2) to a socket found by its address; -EAGAIN while its queue is full: wait for its {@link #room}. */
    public int connect(UnixSocket other) {
        if (other == null || other.gone || other.type != type) {
            return other == null || other.gone ? -ECONNREFUSED : -EPROTOTYPE;
        }
        if (type == DATAGRAM) {
            if (!other.admits(this)) {
                return -EPERM;
            }
            peer = other;
            connected = true;
            return 0;
        }
        if (!other.listening || other.readEnded) {
            return -ECONNREFUSED;
        }
        if (other.backlog.isFull()) {
            return -EAGAIN;
        }
        if (connected || listening) {
            return connected ? -EISCONN : -EINVAL;
        }
        UnixSocket server = new UnixSocket(files, registry, type, 0, other.maker.uid(), other.maker.gid());
        server.setMaker(other.maker);
        server.network = network;
        server.address = other.address;
        pairWith(server);
        other.backlog.add(server);
        other.waiters().wakeAll(Events.IN);
        return 0;
    }

    /** A datagram socket that is connected hears its peer only. */
    private boolean admits(UnixSocket sender) {
        return peer == null || peer == sender;
    }

    /** connect(2) with AF_UNSPEC. */
    public void disconnect() {
        peer = null;
        connected = false;
    }

    /** Whether waiting for a datagram is over without one: -EAGAIN is told only to who would not wait. */
    public boolean endsWaiting() {
        return type == DATAGRAM && readEnded && !nonBlocking();
    }

    /** The next connection, owned by the caller; null when none waits. */
    public UnixSocket accept() {
        UnixSocket server = backlog.take();
        if (server != null) {
            room.wakeAll(Events.OUT);
        }
        return server;
    }

    /** shutdown(2): 0 reading, 1 writing, 2 both. Local sockets need not be connected; one that listens is closed. */
    public int shutdown(int how) {
        if (how < 0 || how > 2) {
            return -EINVAL;
        }
        boolean reading = how != 1;
        boolean writing = how != 0;
        readEnded |= reading;
        writeEnded |= writing;
        if (type != DATAGRAM && peer != null) {
            peer.readEnded |= writing;
            peer.writeEnded |= reading;
            peer.changed();
        }
        changed();
        return 0;
    }

    private void changed() {
        waiters().wakeAll(Events.IN | Events.OUT | Events.HUP | Events.RDHUP | Events.ERR);
    }

    @Override
    public long read(Transfer target, long offset) {
        if (offset != CURRENT) {
            return -ESPIPE;
        }
        // Nothing asked is nothing read, as SVR4 had it, sock_read_iter() of Linux; recv(2) would wait for a packet.
        long n = target.remaining() == 0 ? 0 : receive(target, 0, null);
        return n == -EAGAIN && endsWaiting() ? 0 : n;
    }

    @Override
    public long write(Transfer source, long offset) {
        return offset == CURRENT ? send(source, peer, null) : -ESPIPE;
    }

    /**
     * Sends to another socket.
     *
     * @param other where to; null for a socket that is not connected
     * @param ancillary what goes with it; null for nothing
     */
    public long send(Transfer source, UnixSocket other, Ancillary ancillary) {
        if (error != 0) {
            return -takeError();
        }
        if (other == null) {
            return connected && type != DATAGRAM ? -EPIPE : -ENOTCONN;
        }
        if (writeEnded) {
            return -EPIPE;
        }
        if (type == STREAM && source.remaining() == 0) {
            // Nothing is sent, and what would go with it neither.
            return 0;
        }
        if (type == DATAGRAM && (other.gone || !other.admits(this))) {
            return refused(other);
        }
        if (other.gone || other.readEnded) {
            return -EPIPE;
        }
        boolean bare = type == STREAM && !asksWho() && !other.asksWho()
                && (ancillary == null || ancillary.files.length == 0 && !ancillary.tellsSender);
        if (!bare) {
            return sendPacket(source, other, ancillary == null ? ownIdentity() : ancillary);
        }
        long n = other.incoming.write(source);
        other.sentHere += Math.max(0, n);
        return n;
    }

    /** A peer that is gone is forgotten by the first who notices. */
    private int refused(UnixSocket other) {
        if (other.gone && other == peer) {
            disconnect();
        }
        return other.gone ? -ECONNREFUSED : -EPERM;
    }

    @ColdPath("messages with limits are objects")
    private long sendPacket(Transfer source, UnixSocket other, Ancillary ancillary) {
        long length = source.remaining();
        if (type != STREAM && length > sendLimitBytes - MESSAGE_OVERHEAD_BYTES) {
            return -EMSGSIZE;
        }
        if (type != STREAM && length > other.incoming.capacityBytes()
                && other.incoming.resize(Integer.highestOneBit((int) length) << 1) < 0) {
            return -ENOBUFS;
        }
        if (ancillary.files.length > 0) {
            registry.collectIfMany();
        }
        boolean fits = type == STREAM ? other.incoming.freeBytes() > 0 : other.incoming.freeBytes() >= length;
        if (!fits || other.packets.count() == PACKETS_MAX) {
            return -EAGAIN;
        }
        if (!PacketList.hasHeap()) {
            return -ENOBUFS;
        }
        if (!asksWho() && !other.asksWho() && !ancillary.tellsSender) {
            ancillary.setSender(SocketMaker.SILENT);
        }
        // On the queue before the bytes: writing wakes the receiver.
        Packet packet = new Packet(other.sentHere, (int) Math.min(length, other.incoming.freeBytes()), ancillary.files,
                this, ancillary);
        long n = length == 0 ? 0 : other.incoming.write(source);
        if (n < 0) {
            return n;
        }
        registry.sent(packet.files);
        packet.lengthBytes = (int) n;
        packet.sentNs = other.tellsTimeUs || other.tellsTimeNs ? files.clock().realtimeNs() : 0;
        other.packets.add(packet);
        other.sentHere += n;
        other.waiters().wakeAll(Events.IN);
        return n;
    }

    @ColdPath("messages with limits are objects")
    private Ancillary ownIdentity() {
        Ancillary ancillary = new Ancillary();
        SocketMaker writer = registry.writers() == null ? null : registry.writers().writer();
        ancillary.setSender(writer == null ? maker : writer);
        return ancillary;
    }

    /**
     * Receives.
     *
     * @param flags MSG_PEEK or 0
     * @param ancillary where to leave what came with it; null to drop it
     * @return the bytes; 0 at the end; -EAGAIN; -EINVAL for a stream that is not connected; a pending error
     */
    public long receive(Transfer target, int flags, Ancillary ancillary) {
        if (error != 0 && incoming.usedBytes() == 0) {
            return -takeError();
        }
        boolean peeks = (flags & PEEK) != 0;
        boolean isPlain = type == STREAM && (packets.first() == null || packets.first().position > taken);
        long n = type == STREAM ? receiveStream(target, peeks, ancillary) : receivePacket(target, peeks, ancillary);
        while (n > 0 && !peeks && target.remaining() > 0 && urgent.isPassable(taken)) {
            long more = receiveStream(target, false, ancillary);
            if (more <= 0) {
                break;
            }
            n += more;
        }
        if (isPlain && n > 0 && mayJoin(target, peeks)) {
            n += Math.max(0, receiveStream(target, false, ancillary));
        }
        // A message without bytes took room as well.
        if (n >= 0 && !peeks && peer != null && !peer.waiters().isEmpty()
                && incoming.freeBytes() >= Pipe.PIPE_BUF) {
            peer.waiters().wakeAll(Events.OUT);
        }
        return moved(peeks, n);
    }

    /** Bytes that came alone are read together with those behind them that files came with, but not the other way. */
    private boolean mayJoin(Transfer target, boolean peeks) {
        return !peeks && target.remaining() > 0 && packets.first() != null && packets.first().position == taken
                && !asksWho() && !urgent.isUsed();
    }

    private long receiveStream(Transfer target, boolean peeks, Ancillary ancillary) {
        if (!connected) {
            return -EINVAL;
        }
        int hole = peeks ? Math.max(0, peekOffset) : 0;
        if (incoming.usedBytes() <= hole) {
            return endOrWait();
        }
        if (target.remaining() == 0) {
            return 0;
        }
        Packet packet = packets.at(taken + hole);
        if (urgent.isUsed()) {
            hole += urgent.hole(taken + hole, peeks, registry);
            if (!peeks) {
                incoming.skip(hole);
                taken += hole;
                hole = 0;
            }
            packet = urgent.boundary(taken + hole);
        }
        long limit = incoming.usedBytes() - hole;
        if (limit == 0) {
            return endOrWait();
        }
        boolean delivers = packet != null && packet.position <= taken + hole;
        if (packet != null) {
            limit = packet.position - taken - hole + (delivers ? packet.lengthBytes : 0);
        }
        long n = incoming.peek(hole, target, limit);
        if (n <= 0 || peeks) {
            if (n > 0 && delivers && ancillary != null) {
                ancillary.files = PacketList.shared(packet);
                ancillary.identify(packet);
            } else if (n > 0) {
                identifyPeer(ancillary);
            }
            return n;
        }
        incoming.skip((int) n);
        taken += n;
        if (delivers) {
            packets.remove();
            hand(packet, ancillary);
        } else {
            identifyPeer(ancillary);
        }
        return n;
    }

    /** Of bytes that came when nobody asked, only the peer is known. */
    private void identifyPeer(Ancillary ancillary) {
        if (ancillary != null && peer != null) {
            ancillary.setSender(SocketMaker.SILENT);
            ancillary.address = peer.address;
        }
    }

    private long endOrWait() {
        return readEnded || peer == null || peer.gone ? 0 : -EAGAIN;
    }

    /** MSG_OOB, recv(2), which never waits. */
    public long receiveUrgent(Transfer target, boolean peeks, Ancillary ancillary) {
        if (type != STREAM) {
            return -EOPNOTSUPP;
        }
        int n = connected ? urgent.take(target, taken, peeks) : -EINVAL;
        ancillary.outOfBand = n == 1;
        return n;
    }

    /** What it has sent last to another is urgent, and whoever owns that one hears so. {@link #mayMark} was asked. */
    public void markUrgent(UnixSocket other, Ancillary ancillary) {
        other.urgent.mark(other.sentHere - 1, this, ancillary);
        other.waiters().wakeAll(Events.IN | Events.PRI);
        FileOwner owner = FileOwner.of(other);
        if (owner != null) {
            owner.urgent();
        }
    }

    public boolean mayMark() {
        return packets.count() < PACKETS_MAX && PacketList.hasHeap();
    }

    public boolean isAtMark() {
        return urgent.isUsed() && urgent.isAtMark(taken);
    }

    /** SO_OOBINLINE. */
    public boolean hasUrgentInline() {
        return urgent.inline;
    }

    public void setUrgentInline(boolean on) {
        urgent.inline = on;
    }

    private long receivePacket(Transfer target, boolean peeks, Ancillary ancillary) {
        Packet packet = packets.first();
        int skipped = peeks ? Math.max(0, peekOffset) : 0;
        while (packet != null && skipped > 0 && skipped >= packet.lengthBytes) {
            skipped -= packet.lengthBytes;
            packet = packet.next;
        }
        if (packet == null) {
            if (type != DATAGRAM && !connected) {
                return -ENOTCONN;
            }
            return type != DATAGRAM && (readEnded || peer == null || peer.gone) ? 0 : -EAGAIN;
        }
        long wanted = Math.min(packet.lengthBytes - skipped, target.remaining());
        long n = wanted == 0 ? 0 : incoming.peek((int) (packet.position - taken) + skipped, target, wanted);
        if (n < 0) {
            return n;
        }
        if (ancillary != null) {
            ancillary.truncated = n < packet.lengthBytes - skipped;
            ancillary.fullBytes = packet.lengthBytes;
            ancillary.identify(packet);
        }
        if (peeks && ancillary != null) {
            ancillary.files = PacketList.shared(packet);
        }
        if (!peeks) {
            packets.remove();
            incoming.skip(packet.lengthBytes);
            taken += packet.lengthBytes;
            hand(packet, ancillary);
            room.wakeAll(Events.OUT);
            // A datagram's sender may be connected to us without our being connected to it.
            if (packet.sender != peer && !packet.sender.gone) {
                packet.sender.waiters().wakeAll(Events.OUT);
            }
        }
        return n;
    }

    @ColdPath("messages with limits are objects")
    private void hand(Packet packet, Ancillary ancillary) {
        if (ancillary == null) {
            packet.drop(registry);
        } else {
            registry.landed(packet.files);
            ancillary.takeFrom(packet);
        }
    }

    @Override
    public long control(int request, long argument, ControlMemory user) {
        if (request == Ioctls.FIONREAD) {
            return listening ? -EINVAL : Ioctls.answerInt(files, queued(), argument, user);
        }
        if (request == Ioctls.SIOCATMARK && type == STREAM) {
            return Ioctls.answerInt(files, isAtMark() ? 1 : 0, argument, user);
        }
        if (request == Ioctls.TIOCOUTQ) {
            return Ioctls.answerInt(files, peer == null ? 0 : peer.incoming.usedBytes(), argument, user);
        }
        return InterfaceRequests.answer(files, request, argument, user, administrates);
    }

    @Override
    public int readiness() {
        if (listening) {
            return (backlog.count() > 0 || readEnded ? Events.IN : 0) | (readEnded ? Events.RDHUP : 0)
                    | (readEnded && writeEnded ? Events.HUP : 0);
        }
        boolean packetBased = type != STREAM;
        boolean ended = type != DATAGRAM && connected && (peer == null || peer.gone);
        int events = error != 0 ? Events.ERR : 0;
        boolean data = packetBased ? packets.first() != null : incoming.usedBytes() > urgent.marks();
        events |= urgent.isThere() ? Events.PRI : 0;
        events |= data || readEnded || ended ? Events.IN : 0;
        events |= readEnded || ended ? Events.RDHUP : 0;
        events |= ended || readEnded && writeEnded ? Events.HUP : 0;
        if (type != DATAGRAM && !connected) {
            return events | Events.OUT | Events.HUP;
        }
        boolean room = peer == null || peer.gone
                || peer.incoming.freeBytes() >= Pipe.PIPE_BUF && peer.packets.count() < PACKETS_MAX;
        return room ? events | Events.OUT : events;
    }

    @Override
    protected void released() {
        gone = true;
        if (address != null) {
            registry.remove(this);
        }
        leavePlace();
        for (UnixSocket server = accept(); server != null; server = accept()) {
            server.release();
        }
        boolean unread = incoming.usedBytes() > urgent.marks();
        while (packets.first() != null) {
            packets.remove().drop(registry);
        }
        incoming.discard();
        registry.gone(this);
        if (peer != null && type != DATAGRAM) {
            peer.error = unread ? ECONNRESET : peer.error;
            peer.changed();
        }
        room.wakeAll(Events.OUT | Events.ERR);
        registry.collect();
    }
}

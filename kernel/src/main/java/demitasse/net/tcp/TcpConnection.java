package demitasse.net.tcp;

import static demitasse.base.error.Errno.ECONNREFUSED;
import static demitasse.base.error.Errno.ECONNRESET;
import static demitasse.base.error.Errno.EPIPE;
import static demitasse.base.error.Errno.ETIMEDOUT;

import demitasse.base.annotation.ColdPath;
import demitasse.device.net.NetDevice;
import demitasse.net.ip.Hop;
import demitasse.net.ip.Notified;
import demitasse.net.wire.Ip;
import demitasse.net.wire.Ipv4Header;
import demitasse.net.wire.Ipv6Header;
import demitasse.net.wire.TcpSegment;
import demitasse.sched.wait.Events;

/**
 * One connection, RFC 9293: who talks to whom, the state, and what a program may do with it. The two directions are
 * {@link Sender} and {@link Receiver}; segments arrive through {@link Input}.
 */
public final class TcpConnection {
    private static final long NS_PER_MS = 1_000_000;
    /** TCP_TIMEWAIT_LEN and the default of tcp_fin_timeout, tcp(7). */
    private static final long TIME_WAIT_NS = 60_000_000_000L;
    /** tcp_syn_retries, tcp_synack_retries, tcp_retries2, tcp_orphan_retries, tcp(7). */
    private static final int SYN_RETRIES = 6;
    private static final int SYN_ACK_RETRIES = 5;
    private static final int RETRIES = 15;
    private static final int ORPHAN_RETRIES = 8;

    final Tcp tcp;
    final Hop hop = new Hop();
    final ConnectionTimers timers = new ConnectionTimers(this);
    final HeldOutput room = new HeldOutput(this);
    final Sender sender;
    final Receiver receiver;
    public final Urgent urgent = new Urgent(this);
    long localHigh;
    long localLow;
    int localPort;
    long remoteHigh;
    long remoteLow;
    int remotePort;
    int interfaceIndex;
    int state = TcpState.CLOSED;
    int error;
    boolean hasScale;
    boolean hasSack;
    boolean hasTimestamps;
    /** RFC 3168 §6.1.1. */
    boolean hasEcn;
    /** When a segment outside of the window was last answered. */
    long answeredNs;
    boolean isCountedOrphan;
    private int timestampOffset;
    private int synTries;
    private long synSentNs;
    private Notified user;
    /** Where it waits to be accepted; null otherwise. */
    TcpListener listener;
    TcpConnection nextPending;
    TcpConnection nextInBucket;
    int hash;
    TcpConnection nextTimeWait;
    long heardNs;
    private int keepAliveSent;

    /** TCP_NODELAY, TCP_CORK, IP_TOS, IP_TTL. */
    public boolean noDelay;
    public boolean corked;
    public int service;
    public int timeToLive = 64;
    public int synRetries = SYN_RETRIES;
    /** SO_KEEPALIVE, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_USER_TIMEOUT. */
    public boolean keepAlive;
    public int keepIdleS = 7200;
    public int keepIntervalS = 75;
    public int keepCount = 9;
    public int userTimeoutMs;
    /** IP_MTU_DISCOVER and IP_RECVERR: kept; segments are never cut, and errors are told by SO_ERROR. */
    public int pathMtu = 1;
    public boolean wantsErrors;
    /** Which segments are as good as lost, and of what was accepted the headers of its SYN; null for none. */
    public Admission admission;
    public byte[] savedSyn;
    /** TCP_MAXSEG; 0 for what the way allows. */
    public int maximumSegment;
    /** SO_BINDTODEVICE; 0 for any. */
    public int boundInterface;
    public int finTimeoutS = 60;
    /** TCP_DEFER_ACCEPT: how long a listener keeps a connection back that has no data; 0 for not at all. */
    public int deferAcceptS;
    /** TCP_NOTSENT_LOWAT: poll(2) tells of room only while less than this waits to be sent; 0 for no such limit. */
    public int unsentLowBytes;
    /** TCP_WINDOW_CLAMP: the largest window to offer; 0 for what the buffer allows. */
    public int windowClampBytes;
    /** TCP_FASTOPEN and TCP_FASTOPEN_CONNECT: kept, not used. */
    public int fastOpenQueue;
    public boolean fastOpens;
    /** SO_RCVLOWAT. */
    public int receiveLowBytes = 1;
    /** Established, but kept back until data comes. */
    boolean deferred;
    public final TcpStatistics statistics = new TcpStatistics();

    TcpConnection(Tcp tcp) {
        this.tcp = tcp;
        sender = new Sender(this);
        receiver = new Receiver(this);
    }

    /** Who is told of changes; null for nobody. */
    public void setUser(Notified newUser) {
        user = newUser;
    }

    /** Null for nobody. */
    public Notified user() {
        return user;
    }

    public int state() {
        return state;
    }

    public boolean isGone() {
        return state == TcpState.CLOSED;
    }

    public long localHigh() {
        return localHigh;
    }

    public long localLow() {
        return localLow;
    }

    public int localPort() {
        return localPort;
    }

    public long remoteHigh() {
        return remoteHigh;
    }

    public long remoteLow() {
        return remoteLow;
    }

    public int remotePort() {
        return remotePort;
    }

    /** Tells the pending error once, as a positive number; 0 for none. */
    public int takeError() {
        int taken = error;
        error = 0;
        return taken;
    }

    public boolean hasError() {
        return error != 0;
    }

    /** What the program is to hear next; 0 for nothing. */
    public void setError(int newError) {
        error = newError;
    }

    // ---- data, as the program sees it ----

    /** Bytes that can be read. */
    public int readable() {
        return receiver.available();
    }

    /** Enough of them to tell poll(2), or nothing more will come. */
    public boolean isReadable() {
        int bytes = receiver.available() - urgent.hole();
        return bytes > 0 && (bytes >= Math.min(receiveLowBytes, receiver.limitBytes() / 2) || isEndOfInput());
    }

    /** TCP_INQ: the bytes that can be read, and one more for the peer's FIN, which is to be read as well. */
    public int unread() {
        return readable() + (receiver.isFinished() ? 1 : 0);
    }

    /** Nothing more will come: the peer's FIN, or the end of the connection. */
    public boolean isEndOfInput() {
        return receiver.isFinished() || isGone() || receiver.isShut();
    }

    public long readAddress(int skipBytes) {
        return receiver.address(skipBytes);
    }

    public int readSpan(int skipBytes) {
        return receiver.span(skipBytes);
    }

    /** The program has taken bytes. */
    public void consume(int bytes) {
        if (receiver.consume(bytes) && isSynchronized()) {
            room.acknowledge();
        }
    }

    /** 0 when data may be sent, -EPIPE when not any more; {@link #takeError} goes before. */
    public int sendError() {
        boolean open = state == TcpState.ESTABLISHED || state == TcpState.CLOSE_WAIT;
        return open && !sender.isFinQueued() ? 0 : -EPIPE;
    }

    public int writable() {
        return sender.room();
    }

    /** Room enough that a waiting program should try. */
    public boolean isRoomy() {
        return sender.isRoomy() && (unsentLowBytes == 0 || sender.unsentBytes() < unsentLowBytes);
    }

    /** Where to put bytes to send; 0 without memory. */
    public long writeAddress() {
        return sender.address();
    }

    public int writeSpan() {
        return sender.span();
    }

    public void append(int bytes) {
        sender.append(bytes);
    }

    /** As {@link #append}, bytes that stay where they are; false when they are to be copied: StreamBuffer.lend. */
    public boolean lend(long address, int lengthBytes, boolean isHeld) {
        return sender.lend(address, lengthBytes, isHeld);
    }

    /** Sends what was appended, as far as the rules allow, by the end of the program's turn. */
    public void push() {
        room.push();
    }

    public int unsentBytes() {
        return sender.unsentBytes();
    }

    public int queuedBytes() {
        return sender.queuedBytes();
    }

    public int sendLimitBytes() {
        return sender.limitBytes();
    }

    public int receiveLimitBytes() {
        return receiver.limitBytes();
    }

    public void setSendLimit(int bytes) {
        sender.setLimit(bytes);
    }

    public void setReceiveLimit(int bytes) {
        receiver.setLimit(bytes);
    }

    public int segmentBytes() {
        return sender.segmentBytes();
    }

    /** TCP_CONGESTION. */
    public boolean isReno() {
        return sender.congestion.isReno();
    }

    public void setReno(boolean on) {
        sender.congestion.setReno(on);
    }

    /** TCP_QUICKACK. */
    public void setQuickAck(boolean on) {
        receiver.setQuick(on);
        if (on && isSynchronized() && receiver.owesAck()) {
            tcp.tick();
            tcp.output.acknowledge(this);
        }
    }

    public boolean isQuickAck() {
        return receiver.isQuick();
    }

    /** For TCP_INFO. */
    public TcpReport report() {
        tcp.tick();
        return new TcpReport(this);
    }

    /** A listener's options pass to what it accepts. */
    public void inherit(TcpConnection from) {
        noDelay = from.noDelay;
        keepAlive = from.keepAlive;
        keepIdleS = from.keepIdleS;
        keepIntervalS = from.keepIntervalS;
        keepCount = from.keepCount;
        synRetries = from.synRetries;
        pathMtu = from.pathMtu;
        wantsErrors = from.wantsErrors;
        boundInterface = from.boundInterface;
        fastOpens = from.fastOpens;
        admission = Admission.copyOf(from.admission);
        userTimeoutMs = from.userTimeoutMs;
        maximumSegment = from.maximumSegment;
        finTimeoutS = from.finTimeoutS;
        windowClampBytes = from.windowClampBytes;
        unsentLowBytes = from.unsentLowBytes;
        receiveLowBytes = from.receiveLowBytes;
        corked = from.corked;
        urgent.inline = from.urgent.inline;
        service = from.service;
        timeToLive = from.timeToLive;
        sender.inherit(from.sender);
        receiver.inherit(from.receiver);
    }

    // ---- opening and closing ----

    void begin() {
        timestampOffset = tcp.timestampOffset(localHigh, localLow, remoteHigh, remoteLow);
        sender.begin(tcp.initialSequence(this));
    }

    /** Active open; the addresses are set and the way is found. */
    void open() {
        begin();
        state = TcpState.SYN_SENT;
        sender.synSent();
        receiver.begin(0, false);
        tcp.counters.activeOpens++;
        sendSyn();
    }

    void sendSyn() {
        tcp.output.syn(this, state == TcpState.SYN_RECEIVED);
        timers.stateNs = tcp.nowNs() + (RoundTrip.RTO_INITIAL_NS << Math.min(synTries, 6));
        synSentNs = tcp.nowNs();
        synTries++;
        timers.update();
    }

    /**
     * The handshake is over: how long it took is what the round trip is thought to be, which the first data's timers
     * and a mere receiver's buffer need. Of several SYNs the time stamp tells which was answered (RFC 6298 §3).
     */
    void sampleHandshake(TcpSegment segment) {
        if (synTries == 1) {
            sender.roundTrip.sample(tcp.nowNs() - synSentNs, tcp.nowNs());
        } else if (segment.hasTimestamps && hasTimestamps) {
            sampleTimestamp(segment);
        }
    }

    /** RFC 7323 §4.1. */
    void sampleTimestamp(TcpSegment segment) {
        long ms = timestamp() - segment.timestampEcho;
        if (ms >= 0) {
            sender.roundTrip.smooth(Math.max(1, ms) * NS_PER_MS);
        }
    }

    /** shutdown(2) for writing. */
    public void shutdownWrite() {
        tcp.tick();
        switch (state) {
            case TcpState.ESTABLISHED, TcpState.SYN_RECEIVED -> state = TcpState.FIN_WAIT_1;
            case TcpState.CLOSE_WAIT -> state = TcpState.LAST_ACK;
            default -> {
                return;
            }
        }
        sender.queueFin();
        corked = false;
        sender.transmit();
    }

    /** shutdown(2) for reading. */
    public void shutdownRead() {
        receiver.shut();
    }

    /** The program gives it up: with a reset, or it lives on without a user until the peer knows, SO_LINGER. */
    public void close(boolean abort) {
        tcp.tick();
        user = null;
        boolean unread = receiver.available() > 0;
        receiver.shut();
        if (isGone()) {
            // It has ended with data that nobody has read.
            receiver.clear();
            return;
        }
        if (state == TcpState.SYN_SENT) {
            gone();
        } else if (abort || unread) {
            // RFC 2525 §2.17: data that nobody has read ends in a reset.
            tcp.output.reset(this);
            tcp.counters.establishedResets++;
            gone();
        } else {
            receiver.clear();
            shutdownWrite();
            tcp.orphaned(this);
            if (state == TcpState.FIN_WAIT_2) {
                timers.stateNs = tcp.nowNs() + Math.max(0, finTimeoutS) * 1_000_000_000L;
                timers.update();
            }
        }
    }

    boolean isOrphan() {
        return user == null && listener == null;
    }

    boolean isSynchronized() {
        return state != TcpState.CLOSED && state != TcpState.SYN_SENT && state != TcpState.SYN_RECEIVED;
    }

    boolean maySend() {
        return state == TcpState.ESTABLISHED || state == TcpState.CLOSE_WAIT || state == TcpState.FIN_WAIT_1
                || state == TcpState.LAST_ACK || state == TcpState.CLOSING;
    }

    void notify(int events) {
        if (user != null) {
            user.changed(events);
        }
    }

    /** It ends with an error, which the program hears once. */
    void fail(int newError) {
        error = newError;
        gone();
        notify(Events.IN | Events.OUT | Events.ERR | Events.HUP | Events.RDHUP);
    }

    /** A reset came. */
    void resetByPeer() {
        tcp.counters.establishedResets++;
        boolean refused = state == TcpState.SYN_SENT;
        fail(refused ? ECONNREFUSED : state == TcpState.CLOSE_WAIT ? EPIPE : ECONNRESET);
    }

    /** Nothing is left of it but what a program may still ask. */
    void gone() {
        if (state == TcpState.CLOSED) {
            return;
        }
        timers.cancelAll();
        tcp.forget(this);
        state = TcpState.CLOSED;
        sender.clear();
        if (isOrphan()) {
            receiver.clear();
        }
    }

    void enterTimeWait() {
        state = TcpState.TIME_WAIT;
        sender.clear();
        timers.acknowledgeNs = 0;
        timers.keepAliveNs = 0;
        waitAgain();
        timers.update();
        tcp.timeWaitBegins(this);
    }

    /** The peer lacked our last acknowledgement, RFC 9293 §3.10.7.4: its minute begins again. */
    void waitAgain() {
        timers.stateNs = tcp.nowNs() + TIME_WAIT_NS;
    }

    // ---- time ----

    /** When {@link Recovery} wants to be called; 0 for never. */
    long retransmitNs() {
        return state == TcpState.TIME_WAIT || state == TcpState.FIN_WAIT_2 ? 0 : sender.recovery.deadlineNs();
    }

    /** Something came from the peer. */
    void heard() {
        heardNs = tcp.nowNs();
        keepAliveSent = 0;
    }

    /** SO_KEEPALIVE was set, or the connection has begun. */
    public void armKeepAlive() {
        if (keepAlive && isSynchronized() && state != TcpState.TIME_WAIT) {
            timers.keepAliveNs = Math.max(heardNs, tcp.nowNs()) + keepIdleS * 1_000_000_000L;
            timers.update();
        } else {
            timers.keepAliveNs = 0;
        }
    }

    @ColdPath("hours apart")
    void keepAliveDue(long nowNs) {
        if (!keepAlive || !isSynchronized() || state == TcpState.TIME_WAIT) {
            return;
        }
        long silentNs = nowNs - heardNs;
        if (silentNs < keepIdleS * 1_000_000_000L || sender.scoreboard.count() > 0) {
            timers.keepAliveNs = Math.max(nowNs + 1_000_000_000L, heardNs + keepIdleS * 1_000_000_000L);
            return;
        }
        boolean tooLong = userTimeoutMs > 0 && silentNs > userTimeoutMs * NS_PER_MS;
        if (userTimeoutMs == 0 && keepAliveSent >= keepCount || tooLong && keepAliveSent > 0) {
            tcp.output.reset(this);
            fail(ETIMEDOUT);
            return;
        }
        keepAliveSent++;
        tcp.counters.keepAliveProbes++;
        tcp.output.probe(this);
        timers.keepAliveNs = nowNs + keepIntervalS * 1_000_000_000L;
    }

    @ColdPath("handshakes without an answer, and ends")
    void stateDue(long nowNs) {
        if (state == TcpState.SYN_SENT || state == TcpState.SYN_RECEIVED) {
            int tries = state == TcpState.SYN_SENT ? synRetries : SYN_ACK_RETRIES;
            if (synTries > tries) {
                tcp.counters.attemptFails++;
                fail(ETIMEDOUT);
            } else {
                sendSyn();
            }
        } else if (deferred) {
            listener.handshakeEnds();
            listener.offer(this);
        } else {
            gone();
        }
    }

    /** After so many tries in vain: true when the connection has ended over it, tcp(7). */
    boolean hasGivenUp(int tries) {
        long silentNs = tcp.nowNs() - Math.max(heardNs, timers.askedNs);
        boolean tooLong = userTimeoutMs > 0 && silentNs > userTimeoutMs * NS_PER_MS;
        if (tries > (isOrphan() ? ORPHAN_RETRIES : RETRIES) || tooLong) {
            fail(ETIMEDOUT);
            return true;
        }
        return false;
    }

    /** The first SYN asks for ECN, the next do not, in case that is what loses them: RFC 3168 §6.1.1.1. */
    boolean asksForEcn() {
        return tcp.requestsEcn && synTries == 0;
    }

    /** The time-stamp clock of RFC 7323 §5.4, a millisecond a tick, from an offset that tells nothing. */
    int timestamp() {
        return tcp.milliseconds() + timestampOffset;
    }

    // ---- the way ----

    boolean isIpv4() {
        return Ip.isMapped(remoteHigh, remoteLow);
    }

    int headerBytes() {
        return TcpSegment.BYTES + (isIpv4() ? Ipv4Header.BYTES : Ipv6Header.BYTES);
    }

    /** The MSS option of our SYN: what fits through our end, and into a 16-bit length. */
    int offeredSegmentBytes() {
        int bytes = Math.min(hop.mtuBytes, 65_535) - headerBytes();
        return maximumSegment > 0 ? Math.min(maximumSegment, bytes) : bytes;
    }

    boolean canSegment() {
        int bit = isIpv4() ? NetDevice.SEGMENT_IPV4 : NetDevice.SEGMENT_IPV6;
        return (hop.offloads & bit) != 0;
    }

    /** Routes have changed since the way was found; without a way the old one is kept, and time decides. */
    @ColdPath("a change of addresses or routes")
    void reroute() {
        if (tcp.ip.find(hop, remoteHigh, remoteLow, interfaceIndex) == 0) {
            sender.updateSegment();
        } else {
            hop.generation = tcp.ip.generation();
        }
    }
}

package demitasse.net.tcp;

import static demitasse.base.error.Errno.ECONNRESET;

import demitasse.base.annotation.ColdPath;
import demitasse.base.annotation.HotPath;
import demitasse.device.net.Packet;
import demitasse.net.ip.PacketInfo;
import demitasse.net.wire.Bytes;
import demitasse.net.wire.Checksum;
import demitasse.net.wire.Ip;
import demitasse.net.wire.TcpSegment;
import demitasse.sched.wait.Events;

/** A segment arrives: RFC 9293 §3.10.7, with RFC 5961 against blind attacks and RFC 7323 §5.3 against old segments. */
final class Input {
    /** tcp_challenge_ack_limit: for all connections together, in a second. */
    private static final int CHALLENGES_MAX = 1000;
    /** tcp_invalid_ratelimit. */
    private static final long ANSWER_NS = 500_000_000;
    private static final long NS_PER_S = 1_000_000_000L;
    /** RFC 7323 §5.5: a time stamp this old says nothing. */
    private static final long PAWS_NS = 24L * 24 * 3600 * NS_PER_S;

    private final Tcp tcp;
    private final TcpSegment segment = new TcpSegment();
    private long challengeSecond;
    private int challenges;

    Input(Tcp tcp) {
        this.tcp = tcp;
    }

    /** The packet begins with the TCP header; it is gone then. */
    @HotPath("per packet")
    void segment(Packet packet, PacketInfo info) {
        segment.packet = packet;
        take(packet, info);
        if (segment.packet != null) {
            packet.release();
        }
    }

    private void take(Packet packet, PacketInfo info) {
        tcp.counters.inSegments++;
        long header = packet.address();
        int length = packet.length();
        if (!packet.checksumGood && !Checksum.isRight(Checksum.add(Checksum.pseudo(info.sourceHigh, info.sourceLow,
                info.targetHigh, info.targetLow, Ip.TCP, length), header, length))) {
            tcp.counters.badChecksums++;
            tcp.counters.inErrors++;
            return;
        }
        if (info.isToMany || !segment.parse(header, length)) {
            tcp.counters.inErrors++;
            return;
        }
        int hash = tcp.table.hash(info.targetHigh, info.targetLow, segment.targetPort, info.sourceHigh,
                info.sourceLow, segment.sourcePort);
        TcpConnection c = tcp.table.find(hash, info.targetHigh, info.targetLow, segment.targetPort, info.sourceHigh,
                info.sourceLow, segment.sourcePort);
        if (c != null && c.state == TcpState.TIME_WAIT && mayReuse(c)
                && tcp.listenerFor(info, segment.targetPort, hash, segment) != null) {
            tcp.counters.timeWaitReused++;
            c.gone();
            c = null;
        }
        if (c != null && c.admission != null && !c.admission.passes(packet, info)) {
            return;
        }
        if (c == null) {
            stranger(packet, info, hash);
        } else if (c.state == TcpState.SYN_SENT) {
            synSent(c, info);
        } else {
            process(c, info);
        }
    }

    /** RFC 6191: a SYN that can only be of a new connection ends the old one's wait. */
    private boolean mayReuse(TcpConnection c) {
        if (!segment.has(TcpSegment.SYN) || segment.has(TcpSegment.RST | TcpSegment.ACK)) {
            return false;
        }
        if (c.hasTimestamps && segment.hasTimestamps && segment.timestamp != c.receiver.timestampRecent) {
            return segment.timestamp - c.receiver.timestampRecent > 0;
        }
        return c.receiver.position(segment.sequence) > c.receiver.next();
    }

    /** A segment for no connection: a new one begins, or it is refused. */
    @ColdPath("once per connection")
    private void stranger(Packet packet, PacketInfo info, int hash) {
        TcpListener listener = tcp.listenerFor(info, segment.targetPort, hash, segment);
        Admission admission = listener == null ? null : listener.template.admission;
        if (admission != null && !admission.passes(packet, info)) {
            return;
        }
        if (listener != null && listener.cookieNs != 0 && !segment.has(TcpSegment.SYN | TcpSegment.RST)
                && segment.has(TcpSegment.ACK) && tcp.nowNs() - listener.cookieNs < SynCookies.LIFETIME_NS) {
            cookie(listener, info);
            return;
        }
        if (listener == null || segment.has(TcpSegment.ACK)) {
            tcp.output.refuse(segment, info);
            return;
        }
        if (segment.has(TcpSegment.RST) || !segment.has(TcpSegment.SYN) || segment.has(TcpSegment.FIN)) {
            return;
        }
        if (!listener.hasRoom()) {
            tcp.counters.listenOverflows++;
            tcp.counters.listenDrops++;
            return;
        }
        boolean ecn = asksForEcn(info);
        if (!listener.mayBegin()) {
            listener.cookieNs = tcp.nowNs();
            tcp.output.cookie(segment, info, listener.template, ecn);
            return;
        }
        TcpConnection c = create(listener, info);
        if (c == null) {
            return;
        }
        c.hasEcn = ecn;
        tcp.counters.ecnNegotiated += ecn ? 1 : 0;
        int headerBytes = (int) (segment.data - packet.networkHeader);
        if (admission != null && admission.savesSyn > 0 && !info.isReassembled
                && headerBytes <= Admission.SAVED_BYTES_MAX) {
            c.savedSyn = Bytes.copyOf(packet.networkHeader, headerBytes);
        }
        negotiate(c, segment.sequence);
        c.sender.synSent();
        c.heard();
        c.sendSyn();
    }

    private boolean asksForEcn(PacketInfo info) {
        return segment.has(TcpSegment.ECE) && segment.has(TcpSegment.CWR) && (info.service & 3) == 0;
    }

    /** An acknowledgement of what {@link SynCookies} remember: a connection, as if it had been there all the time. */
    private void cookie(TcpListener listener, PacketInfo info) {
        int segmentBytes = tcp.cookies.segmentBytes(segment, info, tcp.nowNs());
        if (segmentBytes == 0) {
            tcp.counters.cookiesFailed++;
            tcp.output.refuse(segment, info);
            return;
        }
        TcpConnection c = listener.hasRoom() ? create(listener, info) : null;
        if (c == null) {
            tcp.counters.listenOverflows++;
            return;
        }
        tcp.counters.cookiesReceived++;
        c.hasEcn = SynCookies.restore(segment, segmentBytes);
        c.sender.begin(segment.acknowledgement - 1);
        negotiate(c, segment.sequence - 1);
        c.sender.synSent();
        c.receiver.windowToOffer(true);
        process(c, info);
    }

    /** A connection in the making; null without a way to the peer. */
    private TcpConnection create(TcpListener listener, PacketInfo info) {
        TcpConnection c = new TcpConnection(tcp);
        c.inherit(listener.template);
        c.localHigh = info.targetHigh;
        c.localLow = info.targetLow;
        c.localPort = segment.targetPort;
        c.remoteHigh = info.sourceHigh;
        c.remoteLow = info.sourceLow;
        c.remotePort = segment.sourcePort;
        c.interfaceIndex = Ip.isLinkLocal(c.remoteHigh, c.remoteLow) ? info.interfaceIndex : c.boundInterface;
        if (tcp.ip.find(c.hop, c.remoteHigh, c.remoteLow, c.interfaceIndex) < 0) {
            return null;
        }
        c.listener = listener;
        c.state = TcpState.SYN_RECEIVED;
        c.begin();
        listener.handshakeBegins();
        tcp.table.add(c);
        tcp.counters.passiveOpens++;
        return c;
    }

    /** The peer's SYN: what both can do from now on. */
    private void negotiate(TcpConnection c, int sequence) {
        c.hasScale = segment.scale >= 0;
        c.hasSack = segment.sackPermitted;
        c.hasTimestamps = segment.hasTimestamps;
        if (c.hasTimestamps) {
            noteTimestamp(c);
        }
        c.receiver.begin(sequence, c.hasScale);
        c.sender.negotiate(segment.maximumSegment, segment.scale);
    }

    private void noteTimestamp(TcpConnection c) {
        c.receiver.timestampRecent = segment.timestamp;
        c.receiver.timestampRecentNs = tcp.nowNs();
    }

    /** RFC 9293 §3.10.7.3. */
    @ColdPath("once per connection")
    private void synSent(TcpConnection c, PacketInfo info) {
        boolean acked = segment.has(TcpSegment.ACK);
        if (acked && segment.acknowledgement != c.sender.wire(1)) {
            tcp.output.refuse(segment, info);
            return;
        }
        if (segment.has(TcpSegment.RST)) {
            if (acked) {
                tcp.counters.attemptFails++;
                c.resetByPeer();
            }
            return;
        }
        if (!segment.has(TcpSegment.SYN)) {
            return;
        }
        c.heard();
        // The answer to an offer of ours: RFC 3168 §6.1.1.
        c.hasEcn = acked ? segment.has(TcpSegment.ECE) && !segment.has(TcpSegment.CWR) && tcp.requestsEcn
                : asksForEcn(info);
        negotiate(c, segment.sequence);
        if (!acked) {
            // Both began at once.
            c.state = TcpState.SYN_RECEIVED;
            c.sendSyn();
            return;
        }
        c.sender.established(segment);
        c.sampleHandshake(segment);
        established(c);
        c.receiver.acknowledged();
        tcp.output.acknowledge(c);
        c.notify(Events.OUT);
    }

    private void established(TcpConnection c) {
        c.timers.stateNs = 0;
        if (c.state != TcpState.FIN_WAIT_1) {
            c.state = TcpState.ESTABLISHED;
        }
        c.armKeepAlive();
    }

    @HotPath("per packet")
    private void process(TcpConnection c, PacketInfo info) {
        c.statistics.segmentsIn++;
        if (segment.dataBytes > 0) {
            c.statistics.dataSegmentsIn++;
            c.statistics.dataReceivedNs = tcp.nowNs();
        }
        Receiver receiver = c.receiver;
        long position = receiver.position(segment.sequence);
        if (isOld(c)) {
            tcp.counters.pawsDrops++;
            answerRepeated(c, position);
            return;
        }
        if (!receiver.isAcceptable(position, segment.sequenceLength())) {
            if (mayHearAck(c, position) && !acknowledgedThoughShut(c)) {
                return;
            }
            notAcceptable(c, position, info);
            return;
        }
        if (segment.has(TcpSegment.RST)) {
            reset(c, position);
            return;
        }
        if (segment.has(TcpSegment.SYN)) {
            // RFC 5961 §4.
            challenge(c);
            return;
        }
        if (!segment.has(TcpSegment.ACK)) {
            return;
        }
        c.heard();
        if (c.hasTimestamps && segment.hasTimestamps && position <= receiver.acked()
                && segment.timestamp - receiver.timestampRecent >= 0) {
            noteTimestamp(c);
        }
        if (c.state == TcpState.SYN_RECEIVED && !endHandshake(c, info)) {
            return;
        }
        if (!acknowledged(c, position)) {
            return;
        }
        if (!c.isGone()) {
            noteMark(c, info);
            receive(c, position);
        }
    }

    /** RFC 3168 §6.1.3. */
    private void noteMark(TcpConnection c, PacketInfo info) {
        if (c.hasEcn) {
            c.receiver.echoesCongestion &= !segment.has(TcpSegment.CWR);
            if ((info.service & 3) == 3 && segment.dataBytes > 0) {
                c.receiver.echoesCongestion = true;
                c.receiver.ackNow = true;
            }
        }
    }

    /** PAWS, RFC 7323 §5.3. */
    private boolean isOld(TcpConnection c) {
        return c.hasTimestamps && segment.hasTimestamps && !segment.has(TcpSegment.RST)
                && segment.timestamp - c.receiver.timestampRecent < 0
                && tcp.nowNs() - c.receiver.timestampRecentNs < PAWS_NS;
    }

    /**
     * RFC 9293 §3.10.7.4: a shut window takes no segments, but valid acknowledgements. A peer that has sent beyond the
     * window, or probes it, would otherwise never be heard, and the program that should open it may be waiting until
     * what it has sent is acknowledged. Blind attackers gain nothing: the numbers are those of an open window.
     */
    private boolean mayHearAck(TcpConnection c, long position) {
        return c.receiver.offeredBytes() == 0 && position >= c.receiver.next()
                && position <= c.receiver.next() + c.receiver.limitBytes() && c.state != TcpState.SYN_RECEIVED
                && segment.has(TcpSegment.ACK) && !segment.has(TcpSegment.SYN | TcpSegment.RST);
    }

    /** False when the segment goes no further. What it says of the window may be of less than has come already. */
    private boolean acknowledgedThoughShut(TcpConnection c) {
        c.heard();
        if (!acknowledged(c, c.receiver.next())) {
            return false;
        }
        c.sender.transmit();
        return true;
    }

    private void notAcceptable(TcpConnection c, long position, PacketInfo info) {
        if (segment.has(TcpSegment.RST)) {
            return;
        }
        if (c.state == TcpState.SYN_RECEIVED && segment.has(TcpSegment.SYN)) {
            if (!segment.has(TcpSegment.ACK)) {
                tcp.output.syn(c, true);
            } else if (endHandshake(c, info)) {
                // Both had begun at once, RFC 9293 figure 8.
                tcp.output.acknowledge(c);
            }
            return;
        }
        if (c.state == TcpState.TIME_WAIT && segment.has(TcpSegment.FIN)) {
            c.waitAgain();
            tcp.output.acknowledge(c);
            return;
        }
        answerRepeated(c, position);
    }

    /**
     * An old duplicate, a keep-alive or a window probe: the peer learns where we are, as by Linux's tcp_send_dupack().
     * That counts for no other connection: a peer that sends old segments could keep us from answering the others.
     */
    private void answerRepeated(TcpConnection c, long position) {
        c.receiver.noteRepeated(position, segment.dataBytes);
        if (segment.dataBytes == 0 && tcp.nowNs() - c.answeredNs < ANSWER_NS) {
            // Two that disagree would answer each other for ever.
            tcp.counters.rateLimited++;
            return;
        }
        c.answeredNs = tcp.nowNs();
        tcp.output.acknowledge(c);
    }

    /** RFC 5961 §3: only the very next number resets. */
    private void reset(TcpConnection c, long position) {
        if (position != c.receiver.next()) {
            challenge(c);
        } else if (c.state == TcpState.SYN_RECEIVED && c.listener != null || c.state == TcpState.TIME_WAIT) {
            tcp.counters.attemptFails += c.state == TcpState.SYN_RECEIVED ? 1 : 0;
            c.gone();
        } else {
            c.resetByPeer();
        }
    }

    /** Tells the peer where we are, RFC 5961 §7: not too often. */
    private void challenge(TcpConnection c) {
        long second = tcp.nowNs() / NS_PER_S;
        if (second != challengeSecond) {
            challengeSecond = second;
            // How many are left tells nobody what others do: CVE-2016-5696.
            challenges = CHALLENGES_MAX / 2 + (int) Long.remainderUnsigned(tcp.random(), CHALLENGES_MAX);
        }
        if (challenges > 0) {
            challenges--;
            tcp.counters.challenges++;
            tcp.output.acknowledge(c);
        }
    }

    /** The third segment of a handshake; false when that is the end of it. */
    @ColdPath("once per connection")
    private boolean endHandshake(TcpConnection c, PacketInfo info) {
        if (segment.acknowledgement != c.sender.wire(1)) {
            tcp.output.refuse(segment, info);
            return false;
        }
        TcpListener listener = c.listener;
        if (listener != null && !listener.hasRoom()) {
            // As Linux: the peer believes it is connected and will try again.
            tcp.counters.listenOverflows++;
            return false;
        }
        c.sender.established(segment);
        c.sampleHandshake(segment);
        established(c);
        if (listener != null && listener.template.deferAcceptS > 0 && segment.dataBytes == 0
                && listener.mayDefer()) {
            c.deferred = true;
            c.timers.stateNs = tcp.nowNs() + listener.template.deferAcceptS * NS_PER_S;
            c.timers.update();
        } else if (listener != null) {
            listener.handshakeEnds();
            listener.offer(c);
        } else {
            c.notify(Events.OUT);
        }
        return true;
    }

    /** The ACK field, RFC 9293 §3.10.7.4 and RFC 5961 §5; false when the segment goes no further. */
    private boolean acknowledged(TcpConnection c, long position) {
        Sender sender = c.sender;
        long ack = sender.position(segment.acknowledgement);
        if (ack > sender.next() || ack < sender.unacknowledged() - sender.windowMax()) {
            challenge(c);
            return false;
        }
        if (ack < sender.unacknowledged()) {
            return true;
        }
        boolean opened = sender.updateWindow(segment, position, ack);
        sender.recovery.acknowledged(segment, ack, opened);
        if (c.hasEcn && segment.has(TcpSegment.ECE)) {
            sender.recovery.congestionEchoed(ack);
        }
        if (ack > sender.unacknowledged()) {
            sender.acknowledged(ack);
            if (sender.isRoomy()) {
                c.notify(Events.OUT);
            }
        }
        if (sender.isFinAcknowledged()) {
            finAcknowledged(c);
        }
        return !c.isGone();
    }

    @ColdPath("once per connection")
    private void finAcknowledged(TcpConnection c) {
        switch (c.state) {
            case TcpState.FIN_WAIT_1 -> {
                c.state = TcpState.FIN_WAIT_2;
                if (c.isOrphan()) {
                    c.timers.stateNs = tcp.nowNs() + Math.max(0, c.finTimeoutS) * NS_PER_S;
                    c.timers.update();
                }
                c.notify(Events.OUT);
            }
            case TcpState.CLOSING -> {
                c.enterTimeWait();
                c.notify(Events.IN | Events.OUT | Events.HUP | Events.RDHUP);
            }
            case TcpState.LAST_ACK -> {
                c.gone();
                c.notify(Events.IN | Events.OUT | Events.HUP | Events.RDHUP);
            }
            default -> { }
        }
    }

    /** Data and FIN, then whatever is to be said. */
    private void receive(TcpConnection c, long position) {
        Receiver receiver = c.receiver;
        long before = receiver.next();
        boolean open = c.state == TcpState.ESTABLISHED || c.state == TcpState.FIN_WAIT_1
                || c.state == TcpState.FIN_WAIT_2;
        if (open && segment.sequenceLength() > 0) {
            boolean finishedBefore = receiver.isFinished();
            boolean awaited = c.room.isAwaited();
            boolean endedBoth = receiver.isShut() && c.state != TcpState.ESTABLISHED;
            if (endedBoth && position + segment.dataBytes > before && segment.dataBytes > 0) {
                // Nobody will ever read it, RFC 9293 §3.6.1. What came before can still be read, as on Linux.
                tcp.output.reset(c);
                c.fail(ECONNRESET);
                return;
            }
            if (segment.has(TcpSegment.URG) || c.urgent.isAwaited()) {
                c.urgent.arrived(segment, position);
            }
            receiver.accept(segment, position);
            if (receiver.isFinished() && !finishedBefore) {
                finReceived(c);
            }
            if (receiver.next() > before) {
                if (c.deferred) {
                    c.timers.stateNs = 0;
                    c.listener.handshakeEnds();
                    c.listener.offer(c);
                }
                if (awaited && receiver.outOfOrder.isEmpty()) {
                    c.room.noteWoken();
                }
                c.notify(receiver.isFinished() ? Events.IN | Events.RDHUP : Events.IN);
            }
        }
        c.sender.transmit();
        answer(c);
    }

    /** Acknowledges at once, or later if there may be company. */
    private void answer(TcpConnection c) {
        Receiver receiver = c.receiver;
        if (c.isGone()) {
            return;
        }
        if (c.room.keepsAck()) {
            return;
        }
        if (receiver.ackNow) {
            tcp.output.acknowledge(c);
        } else if (receiver.owesAck() && c.timers.acknowledgeNs == 0) {
            c.timers.acknowledgeNs = tcp.nowNs() + Receiver.DELAY_NS;
            c.timers.update();
        }
    }

    @ColdPath("once per connection")
    private void finReceived(TcpConnection c) {
        switch (c.state) {
            case TcpState.ESTABLISHED -> c.state = TcpState.CLOSE_WAIT;
            case TcpState.FIN_WAIT_1 -> c.state = TcpState.CLOSING;
            case TcpState.FIN_WAIT_2 -> c.enterTimeWait();
            default -> { }
        }
        c.notify(Events.IN | Events.RDHUP | (c.state == TcpState.CLOSE_WAIT ? 0 : Events.HUP));
    }
}

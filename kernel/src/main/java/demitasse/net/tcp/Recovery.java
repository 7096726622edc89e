package demitasse.net.tcp;

import demitasse.base.annotation.HotPath;
import demitasse.net.wire.TcpSegment;

/**
 * Finding and repairing losses: RACK-TLP, RFC 8985, for peers that send SACKs, duplicate acknowledgements for the
 * others (RFC 6582); proportional rate reduction, RFC 6937; time-outs, RFC 6298; window probes, RFC 9293 §3.8.6.1.
 */
final class Recovery {
    private static final int OPEN = 0;
    private static final int RECOVERY = 1;
    private static final int LOSS = 2;

    private static final int TIMER_NONE = 0;
    private static final int TIMER_RTO = 1;
    private static final int TIMER_PROBE = 2;
    private static final int TIMER_REORDER = 3;
    private static final int TIMER_WINDOW = 4;

    /** DupThresh, RFC 8985 §5. */
    private static final int DUPLICATES = 3;
    /** WCDelAckT, RFC 8985 §7.2. */
    private static final long DELAYED_ACK_NS = 200_000_000;
    private static final int REORDER_QUARTERS_MAX = 16;
    private static final int REORDER_PERSISTS = 16;
    private static final long PROBE_MIN_NS = 2_000_000;
    private static final long REORDER_MIN_NS = 1_000_000;

    private final TcpConnection connection;
    private final Sender sender;
    private final Scoreboard board;
    private int state;
    /** Recovery ends when this is acknowledged. */
    private long recoveryEnd;
    /** No mark counts again until this is acknowledged. */
    private long reducedEnd;
    private int duplicates;
    /** RACK.xmit_ts, RACK.end_seq, RACK.rtt: the newest transmission that is known to have arrived. */
    private long rackSentNs;
    private long rackEnd;
    private long rackRttNs;
    private boolean reorderingSeen;
    /** RACK.reo_wnd_mult and RACK.reo_wnd_persist, RFC 8985 §6.2 step 4; the round that a D-SACK was counted in. */
    private int reorderQuarters = 1;
    private int reorderPersists;
    private long repeatRound;
    /** Whether this acknowledgement tells of bytes that came twice. */
    private boolean repeatTold;
    /** What was sent again since the last reduction of the window, but what came twice; and when first, for Eifel. */
    private int unproved;
    private boolean undoable;
    private int resentStamp;
    /** RACK.fack: how far anything has arrived. */
    private long farthest;
    /** TLP.end_seq, 0 when no probe is out, and TLP.is_retrans. */
    private long probeEnd;
    private boolean probeResends;
    /** RFC 6937. */
    private long prrDelivered;
    private long prrOut;
    private long prrFlight;
    /** What of prrOut left since the last acknowledgement. */
    private long answerOut;
    private int timer;
    private long deadlineNs;
    private int windowProbes;
    private long delivered;

    Recovery(TcpConnection connection, Sender sender) {
        this.connection = connection;
        this.sender = sender;
        board = sender.scoreboard;
    }

    /** When {@link #expired} is due; 0 for never. */
    long deadlineNs() {
        return timer == TIMER_NONE ? 0 : deadlineNs;
    }

    /** For TCP_INFO: 0 open, 3 recovery, 4 loss. */
    int congestionState() {
        return state == OPEN ? 0 : state == RECOVERY ? 3 : 4;
    }

    int windowProbes() {
        return windowProbes;
    }

    /** How much may leave now. */
    long allowedBytes() {
        long inFlight = board.inFlightBytes();
        if (state != RECOVERY) {
            return sender.congestion.window() - inFlight;
        }
        long threshold = sender.congestion.threshold();
        if (inFlight > threshold) {
            return prrDelivered * threshold / Math.max(1, prrFlight) - prrOut;
        }
        long limit = Math.max(prrDelivered - prrOut + answerOut, delivered) + sender.segmentBytes() - answerOut;
        return Math.min(threshold - inFlight, limit);
    }

    /** New or repeated bytes left. */
    void sent(long bytes) {
        prrOut += bytes;
        answerOut += bytes;
        // The probe is put off by what is sent, RFC 8985 §7.2, and not by a program that writes what has to wait.
        timer = timer == TIMER_PROBE ? TIMER_NONE : timer;
    }

    /**
     * An acknowledgement came.
     *
     * @param ack the position it acknowledges, between the old one and what was sent
     * @param opened whether it opened the window
     */
    @HotPath("per packet")
    void acknowledged(TcpSegment segment, long ack, boolean opened) {
        long before = sender.unacknowledged();
        long nowNs = connection.tcp.nowNs();
        long outstanding = board.count() == 0 ? 0 : board.end(board.count() - 1) - before;
        long sackedBefore = board.sackedBytes();
        boolean advanced = ack > before;
        if (opened && board.count() == 0) {
            // The silence of a closed window was none of the network's.
            sender.roundTrip.answered();
        }
        // Who answers may keep its window closed for ever, RFC 9293 §3.8.6.1; but not to nobody.
        windowProbes = connection.isOrphan() ? windowProbes : 0;
        boolean limited = board.count() > 0 && board.has(0, Scoreboard.LIMITED);
        if (advanced) {
            dropTo(segment, ack, nowNs);
        }
        repeatTold = false;
        boolean news = connection.hasSack && segment.sackBlocks > 0 && sack(segment, ack, nowNs);
        delivered = Math.max(0, ack - before - (advanced ? sackedBefore - board.sackedBytes() : 0));
        delivered = advanced ? delivered : Math.max(0, board.sackedBytes() - sackedBefore);
        prrDelivered += delivered;
        answerOut = 0;
        if (advanced) {
            sender.roundTrip.answered();
            windowProbes = 0;
            duplicates = 0;
        } else if (!connection.hasSack && segment.dataBytes == 0 && !opened && board.count() > 0) {
            duplicate();
        }
        widenReordering(ack);
        if (probeEnd != 0 && ack >= probeEnd) {
            judgeProbe(ack, !advanced && !opened && segment.dataBytes == 0 && segment.sackBlocks == 0);
        }
        if (undoable && isForNothing(segment, advanced)) {
            undo();
        }
        if (connection.hasSack && (news || state != OPEN)) {
            detect(nowNs);
        }
        settle(ack, advanced, limited, outstanding, nowNs);
    }

    /**
     * Drops what was acknowledged, and measures the round trip. What was sent once may have waited for what was sent
     * again before it, so then only the time stamp tells (RFC 6298 §3, RFC 7323 §4.1).
     */
    private void dropTo(TcpSegment segment, long ack, long nowNs) {
        long newestNs = 0;
        boolean resent = false;
        while (board.count() > 0 && board.end(0) <= ack) {
            resent |= board.has(0, Scoreboard.RESENT_EVER);
            if (!board.has(0, Scoreboard.SACKED)) {
                newestNs = arrived(0, newestNs, nowNs);
            }
            board.dropTo(board.end(0));
        }
        board.dropTo(ack);
        if (!resent && newestNs != 0) {
            sample(nowNs - newestNs, nowNs);
        } else if (resent && connection.hasTimestamps && segment.hasTimestamps) {
            connection.sampleTimestamp(segment);
        }
        farthest = Math.max(farthest, ack);
    }

    /** A record has arrived, RFC 8985 §6.2 steps 1 and 2; returns the newest time at which one of those was sent. */
    private long arrived(int index, long newestNs, long nowNs) {
        long sentNs = board.sentNs(index);
        long end = board.end(index);
        if (board.has(index, Scoreboard.RESENT_EVER)) {
            // It may be the first copy that arrived: too soon to be the second.
            if (nowNs - sentNs < sender.roundTrip.minimumNs()) {
                reorderingSeen = true;
                return newestNs;
            }
        } else if (end < farthest) {
            reorderingSeen = true;
        }
        if (sentNs > rackSentNs || sentNs == rackSentNs && end > rackEnd) {
            rackSentNs = sentNs;
            rackEnd = end;
            rackRttNs = nowNs - sentNs;
        }
        return board.has(index, Scoreboard.RESENT_EVER) ? newestNs : Math.max(newestNs, sentNs);
    }

    /** Notes what the blocks of a SACK say, RFC 2018; true when it was news. */
    private boolean sack(TcpSegment segment, long ack, long nowNs) {
        boolean news = false;
        for (int i = 0; i < segment.sackBlocks; i++) {
            long from = sender.position(segment.sackStart[i]);
            long to = sender.position(segment.sackEnd[i]);
            // A D-SACK, RFC 2883 §4, lies below the acknowledgement or within the next block.
            repeatTold |= i == 0 && from < to && (to <= ack || segment.sackBlocks > 1 && isWithinNext(segment));
            if (from >= ack && from < to && to <= sender.next()) {
                news |= sackRange(from, to, nowNs);
            }
        }
        return news;
    }

    private static boolean isWithinNext(TcpSegment segment) {
        return segment.sackStart[0] - segment.sackStart[1] >= 0 && segment.sackEnd[1] - segment.sackEnd[0] >= 0;
    }

    /** Where bytes come twice more patience would have done, RFC 8985 §6.2 step 4. */
    private void widenReordering(long ack) {
        if (repeatRound != 0 && ack >= repeatRound) {
            repeatRound = 0;
        }
        if (repeatTold) {
            reorderingSeen = true;
            unproved--;
            if (repeatRound == 0) {
                repeatRound = sender.next();
                reorderQuarters = Math.min(reorderQuarters + 1, REORDER_QUARTERS_MAX);
                reorderPersists = REORDER_PERSISTS;
            }
        }
    }

    /**
     * Whether all that was sent again had arrived before: each of it came twice (RFC 3708), or an acknowledgement
     * answers what was sent first (Eifel, RFC 3522 §3.2).
     */
    private boolean isForNothing(TcpSegment segment, boolean advanced) {
        boolean answersFirst = state != OPEN && advanced && unproved > 0 && connection.hasTimestamps
                && segment.hasTimestamps && segment.timestampEcho - resentStamp < 0;
        return answersFirst || repeatTold && unproved == 0;
    }

    private void undo() {
        undoable = false;
        reorderingSeen = true;
        board.findAll();
        sender.congestion.undo();
        state = OPEN;
    }

    private boolean sackRange(long from, long to, long nowNs) {
        boolean news = false;
        int index = board.find(from);
        if (index < board.count() && board.start(index) < from && !board.has(index, Scoreboard.SACKED)
                && board.end(index) > from) {
            if (!board.split(index, from)) {
                return false;
            }
            index++;
        }
        long newestNs = 0;
        while (index < board.count() && board.start(index) < to) {
            if (!board.has(index, Scoreboard.SACKED)) {
                if (board.end(index) > to && !board.split(index, to)) {
                    break;
                }
                newestNs = arrived(index, newestNs, nowNs);
                farthest = Math.max(farthest, board.end(index));
                board.sack(index);
                news = true;
            }
            index++;
        }
        if (newestNs != 0) {
            sample(nowNs - newestNs, nowNs);
        }
        return news;
    }

    private void sample(long rttNs, long nowNs) {
        sender.roundTrip.sample(rttNs, nowNs);
        sender.congestion.sampled(rttNs);
    }

    /** RFC 8985 §6.2 steps 3 to 5: what was sent well before something that arrived is lost. */
    private void detect(long nowNs) {
        long waitNs = 0;
        if (board.sackedCount() > 0 || state != OPEN) {
            long reorderNs = reorderWindowNs();
            for (int i = 0; i < board.count(); i++) {
                boolean waiting = !board.has(i, Scoreboard.SACKED)
                        && (!board.has(i, Scoreboard.LOST) || board.has(i, Scoreboard.RESENT));
                long sentNs = board.sentNs(i);
                if (waiting && (sentNs < rackSentNs || sentNs == rackSentNs && board.end(i) < rackEnd)) {
                    long remainingNs = sentNs + rackRttNs + reorderNs - nowNs;
                    if (remainingNs <= 0) {
                        board.lose(i);
                    } else {
                        waitNs = Math.max(waitNs, remainingNs);
                    }
                }
            }
        }
        if (waitNs > 0) {
            timer = TIMER_REORDER;
            deadlineNs = nowNs + Math.max(REORDER_MIN_NS, waitNs);
        } else if (timer == TIMER_REORDER) {
            timer = TIMER_NONE;
        }
        if (board.lostBytes() > 0 && state == OPEN) {
            enterRecovery();
        }
    }

    private long reorderWindowNs() {
        if (!reorderingSeen && (state != OPEN || board.sackedCount() >= DUPLICATES)) {
            return 0;
        }
        return Math.min(reorderQuarters * sender.roundTrip.minimumNs() / 4, sender.roundTrip.smoothedNs());
    }

    /** Without SACKs three duplicates tell of a loss, RFC 5681 §3.2. */
    private void duplicate() {
        duplicates++;
        if (duplicates == DUPLICATES && state == OPEN) {
            board.lose(0);
            enterRecovery();
        } else if (state == RECOVERY) {
            delivered = Math.max(delivered, sender.segmentBytes());
            prrDelivered += sender.segmentBytes();
        }
    }

    private void enterRecovery() {
        state = RECOVERY;
        recoveryEnd = sender.next();
        prrFlight = sender.next() - sender.unacknowledged();
        prrDelivered = delivered;
        prrOut = 0;
        sender.congestion.lost(prrFlight);
        sender.tellsReduced = connection.hasEcn;
        beginEpisode();
        connection.tcp.counters.fastRecoveries++;
        probeEnd = 0;
    }

    private void beginEpisode() {
        undoable = true;
        unproved = 0;
    }

    /** After each acknowledgement: the window grows, or recovery ends. */
    private void settle(long ack, boolean advanced, boolean limited, long outstanding, long nowNs) {
        if (state != OPEN && ack >= recoveryEnd) {
            if (state == RECOVERY) {
                sender.congestion.setWindow(Math.max(sender.congestion.threshold(), sender.segmentBytes()));
            }
            state = OPEN;
            reorderQuarters = --reorderPersists <= 0 ? 1 : reorderQuarters;
        } else if (state == RECOVERY && advanced && !connection.hasSack && board.count() > 0) {
            // A partial acknowledgement, RFC 6582 §3.2: the next segment was lost too.
            board.lose(0);
        }
        if (advanced) {
            sender.congestion.advanced(ack, sender.next());
        }
        if (delivered > 0 && state != RECOVERY) {
            boolean full = limited || sender.isWindowLimited()
                    || sender.congestion.isSlowStart() && outstanding * 2 > sender.congestion.window();
            sender.congestion.acknowledged(delivered, full, nowNs, sender.roundTrip.smoothedNs());
        }
        if (advanced) {
            // Whatever was waited for before, it starts again, RFC 6298 §5.3.
            timer = timer == TIMER_REORDER ? timer : TIMER_NONE;
        }
    }

    /** Sends again what is lost, as the windows allow; true when anything left. */
    boolean resendLost() {
        boolean sent = false;
        int index = 0;
        while (board.lostBytes() > 0 && index < board.count()) {
            if (!board.has(index, Scoreboard.LOST) || board.has(index, Scoreboard.RESENT)) {
                index++;
                continue;
            }
            // The first loss always goes, RFC 6937 §3: something must.
            if (allowedBytes() < sender.segmentBytes() && (sent || prrOut > 0 && state == RECOVERY)) {
                break;
            }
            if (!resend(index)) {
                break;
            }
            sent = true;
        }
        return sent;
    }

    /** Sends a record again, at most one segment of it. */
    private boolean resend(int index) {
        long start = board.start(index);
        if (board.end(index) - start > sender.segmentBytes()) {
            board.split(index, start + sender.segmentBytes());
        }
        long length = Math.min(board.end(index) - start, sender.segmentBytes());
        boolean fin = start + length > sender.end();
        int data = (int) (length - (fin ? 1 : 0));
        if (!connection.tcp.output.data(connection, start, data, fin, true)) {
            return false;
        }
        connection.tcp.counters.retransmitted++;
        connection.statistics.segmentsResent++;
        connection.statistics.bytesResent += data;
        board.resent(index, connection.tcp.nowNs());
        if (unproved++ == 0) {
            resentStamp = connection.timestamp();
        }
        prrOut += length;
        answerOut += length;
        return true;
    }

    /** Everything has arrived, and nothing is to be sent. */
    void rest() {
        timer = TIMER_NONE;
    }

    /** After sending, or when nothing could be sent: what happens if no answer comes. */
    void armTimer() {
        long nowNs = connection.tcp.nowNs();
        if (board.count() == 0) {
            if (sender.mustProbe()) {
                if (timer != TIMER_WINDOW) {
                    timer = TIMER_WINDOW;
                    deadlineNs = nowNs + sender.roundTrip.rtoNs();
                    connection.timers.askedNs = nowNs;
                }
            } else {
                timer = TIMER_NONE;
            }
        } else if (timer == TIMER_NONE || timer == TIMER_WINDOW || timer == TIMER_PROBE && !mayProbe()) {
            if (mayProbe()) {
                timer = TIMER_PROBE;
                deadlineNs = nowNs + Math.min(probeNs(), sender.roundTrip.rtoNs());
            } else {
                timer = TIMER_RTO;
                deadlineNs = nowNs + sender.roundTrip.rtoNs();
            }
        }
        connection.timers.update();
    }

    /** RFC 8985 §7.2. */
    private boolean mayProbe() {
        return state == OPEN && connection.hasSack && probeEnd == 0 && board.sackedBytes() == 0
                && sender.roundTrip.smoothedNs() > 0 && sender.roundTrip.backoff() == 0;
    }

    private long probeNs() {
        long ns = 2 * sender.roundTrip.smoothedNs();
        ns += board.count() == 1 ? DELAYED_ACK_NS : 0;
        return Math.max(PROBE_MIN_NS, ns);
    }

    /** The timer of {@link #deadlineNs} has run out. */
    void expired(long nowNs) {
        int kind = timer;
        timer = TIMER_NONE;
        switch (kind) {
            case TIMER_REORDER:
                detect(nowNs);
                break;
            case TIMER_PROBE:
                probe();
                break;
            case TIMER_WINDOW:
                probeWindow();
                return;
            default:
                timeOut();
                break;
        }
        if (!connection.isGone()) {
            sender.transmit();
        }
    }

    /** RFC 8985 §7.3: new data if there is any, else the last segment again. */
    private void probe() {
        connection.tcp.counters.lossProbes++;
        probeEnd = sender.next();
        probeResends = !sender.sendOne(true);
        if (!probeResends) {
            probeEnd = sender.next();
        } else if (board.count() > 0) {
            int last = board.count() - 1;
            board.lose(last);
            resend(last);
        }
        timer = TIMER_RTO;
        deadlineNs = connection.tcp.nowNs() + sender.roundTrip.rtoNs();
    }

    /**
     * Everything up to the probe has arrived. If it was the last segment again, either both copies have, and the peer
     * says so, or the probe has repaired a loss, which counts as one: RFC 8985 §7.4.2.
     */
    private void judgeProbe(long ack, boolean again) {
        boolean repaired = probeResends && !repeatTold && ack > probeEnd;
        if (repaired && state == OPEN) {
            connection.tcp.counters.lossProbeRepairs++;
            reduce();
        }
        probeEnd = repaired || !probeResends || repeatTold || again ? 0 : probeEnd;
    }

    /** RFC 6298 §5.4 to §5.6, RFC 8985 §6.3. */
    private void timeOut() {
        connection.tcp.counters.timeouts++;
        boolean isFirst = sender.roundTrip.backoff() == 0 && state != LOSS;
        sender.congestion.timedOut(board.inFlightBytes(), isFirst);
        if (isFirst) {
            beginEpisode();
        }
        sender.roundTrip.timedOut();
        if (connection.hasGivenUp(sender.roundTrip.backoff())) {
            return;
        }
        long nowNs = connection.tcp.nowNs();
        for (int i = 0; i < board.count(); i++) {
            // What was sent lately may still arrive.
            boolean late = board.sentNs(i) + rackRttNs + reorderWindowNs() <= nowNs;
            if (!board.has(i, Scoreboard.SACKED) && (late || i == 0)) {
                board.lose(i);
            }
        }
        state = LOSS;
        recoveryEnd = sender.next();
        probeEnd = 0;
        duplicates = 0;
    }

    /** The peer says that a packet of ours was marked: as good as a loss, once in a round trip, RFC 3168 §6.1.2. */
    void congestionEchoed(long ack) {
        if (state != OPEN || ack < reducedEnd) {
            return;
        }
        connection.tcp.counters.ecnReductions++;
        reduce();
    }

    private void reduce() {
        reducedEnd = sender.next();
        sender.congestion.lost(board.inFlightBytes());
        sender.congestion.setWindow(sender.congestion.threshold());
        sender.tellsReduced = connection.hasEcn;
        undoable = false;
    }

    /** What is longer than a segment now has not arrived, and that says nothing about congestion. */
    void tooBig() {
        for (int i = 0; i < board.count(); i++) {
            if (board.end(i) - board.start(i) > sender.segmentBytes() && !board.has(i, Scoreboard.SACKED)) {
                board.lose(i);
            }
        }
    }

    private void probeWindow() {
        connection.tcp.counters.zeroWindowProbes++;
        windowProbes++;
        sender.roundTrip.timedOut();
        if (connection.hasGivenUp(windowProbes)) {
            return;
        }
        // A peer that offers no window answers all the same, RFC 9293 §3.8.6.1.
        if (!sender.sendOne(true)) {
            connection.tcp.output.probe(connection);
        }
        timer = board.count() > 0 ? TIMER_RTO : TIMER_WINDOW;
        deadlineNs = connection.tcp.nowNs() + sender.roundTrip.rtoNs();
        connection.timers.update();
    }
}

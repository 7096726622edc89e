package demitasse.net.tcp;

import demitasse.base.annotation.HotPath;
import demitasse.device.net.NetDevice;
import demitasse.device.net.Packet;
import demitasse.device.net.Pieces;
import demitasse.net.ip.Hop;
import demitasse.net.ip.PacketInfo;
import demitasse.net.wire.Checksum;
import demitasse.net.wire.Ip;
import demitasse.net.wire.TcpSegment;

/** Builds segments and hands them to IP. */
final class Output {
    private static final int TIME_TO_LIVE = 64;
    /** What the options of an ordinary segment may take. */
    private static final int OPTIONS_MAX = 40;
    /** ECT(0), RFC 3168 §5. */
    private static final int ECT = 2;

    /** Less is copied as fast as it is told where it stands. */
    private static final int GATHER_BYTES_MIN = 4096;

    private final Tcp tcp;
    private final Hop replyHop = new Hop();
    /** Of the packet that is on its way. */
    private final Pieces pieces = new Pieces();

    Output(Tcp tcp) {
        this.tcp = tcp;
    }

    /**
     * Sends data from the send buffer; false when there is no packet or no room in the device for it now. In the
     * second case the connection is told when there is.
     */
    @HotPath("per packet")
    boolean data(TcpConnection c, long position, int lengthBytes, boolean fin, boolean push) {
        if (!tcp.ip.hasRoom(c.hop, c.room)) {
            return false;
        }
        boolean gathers = lengthBytes >= GATHER_BYTES_MIN && tcp.ip.gathers(c.hop)
                && c.sender.locate(position, lengthBytes, pieces);
        Packet packet = tcp.ip.take(gathers ? 0 : lengthBytes);
        if (packet == null) {
            return false;
        }
        if (gathers) {
            packet.tail = pieces;
        } else {
            c.sender.load(position, packet.append(lengthBytes), lengthBytes);
        }
        int segments = lengthBytes <= c.sender.segmentBytes() ? 1
                : (lengthBytes + c.sender.segmentBytes() - 1) / c.sender.segmentBytes();
        c.statistics.segmentsOut += segments - 1;
        c.statistics.dataSegmentsOut += segments;
        c.statistics.bytesSent += lengthBytes;
        c.statistics.dataSentNs = tcp.nowNs();
        int flags = TcpSegment.ACK | (fin ? TcpSegment.FIN : 0) | (push ? TcpSegment.PSH : 0);
        // RFC 3168 §6.1.4, §6.1.5: new data alone may be marked.
        boolean marked = c.hasEcn && lengthBytes > 0 && position == c.sender.next();
        if (marked && c.sender.tellsReduced) {
            c.sender.tellsReduced = false;
            flags |= TcpSegment.CWR;
        }
        if (lengthBytes > c.sender.segmentBytes()) {
            packet.segmentBytes = c.sender.segmentBytes();
        }
        boolean room = lengthBytes + OPTIONS_MAX <= c.sender.segmentBytes();
        segment(c, packet, position, flags, room, marked ? ECT : 0);
        return true;
    }

    /** A segment without data that acknowledges. */
    @HotPath("per packet")
    void acknowledge(TcpConnection c) {
        Packet packet = tcp.ip.take(0);
        if (packet != null) {
            segment(c, packet, c.sender.next(), TcpSegment.ACK, true, 0);
        }
    }

    /** A segment that is too old to be accepted, so that it is answered: window probe, keep-alive. */
    void probe(TcpConnection c) {
        Packet packet = tcp.ip.take(0);
        if (packet != null) {
            segment(c, packet, c.sender.unacknowledged() - 1, TcpSegment.ACK, true, 0);
        }
    }

    /** The SYN of a connection, or its SYN and ACK. */
    void syn(TcpConnection c, boolean acknowledges) {
        Packet packet = tcp.ip.take(0);
        if (packet == null) {
            return;
        }
        boolean wantsScale = !acknowledges || c.hasScale;
        boolean wantsSack = !acknowledges || c.hasSack;
        boolean wantsStamps = !acknowledges || c.hasTimestamps;
        int bytes = TcpSegment.BYTES + TcpSegment.MSS_OPTION_BYTES + (wantsScale ? TcpSegment.SCALE_OPTION_BYTES : 0)
                + (wantsSack ? TcpSegment.SACK_PERMITTED_BYTES : 0) + (wantsStamps ? TcpSegment.TIMESTAMPS_BYTES : 0);
        long header = packet.push(bytes);
        long at = TcpSegment.putMaximumSegment(header + TcpSegment.BYTES, c.offeredSegmentBytes());
        at = wantsSack ? TcpSegment.putSackPermitted(at) : at;
        at = wantsStamps ? TcpSegment.putTimestamps(at, c.timestamp(), c.receiver.timestampRecent) : at;
        if (wantsScale) {
            TcpSegment.putScale(at, Receiver.SCALE);
        }
        int flags = TcpSegment.SYN | (acknowledges ? TcpSegment.ACK | (c.hasEcn ? TcpSegment.ECE : 0)
                : c.asksForEcn() ? TcpSegment.ECE | TcpSegment.CWR : 0);
        int window = c.receiver.windowToOffer(true);
        TcpSegment.write(header, c.localPort, c.remotePort, c.sender.wire(0),
                acknowledges ? c.receiver.wire(c.receiver.next()) : 0, flags, window, bytes);
        c.receiver.acknowledged();
        send(c, packet, header, 0);
    }

    void reset(TcpConnection c) {
        Packet packet = tcp.ip.take(0);
        if (packet != null) {
            tcp.counters.outResets++;
            segment(c, packet, c.sender.next(), TcpSegment.RST | TcpSegment.ACK, false, 0);
        }
    }

    @HotPath("per packet")
    private void segment(TcpConnection c, Packet packet, long position, int flags, boolean roomForSack, int mark) {
        Receiver receiver = c.receiver;
        int echo = receiver.echoesCongestion ? TcpSegment.ECE : 0;
        boolean repeated = receiver.repeatedEnd != receiver.repeatedStart;
        int blocks = roomForSack && c.hasSack ? Math.min(3, receiver.outOfOrder.count() + (repeated ? 1 : 0)) : 0;
        int bytes = TcpSegment.BYTES + (c.hasTimestamps ? TcpSegment.TIMESTAMPS_BYTES : 0)
                + (blocks > 0 ? TcpSegment.SACK_HEADER_BYTES + blocks * TcpSegment.SACK_BLOCK_BYTES : 0);
        long header = packet.push(bytes);
        packet.headerBytes = bytes;
        long at = header + TcpSegment.BYTES;
        if (c.hasTimestamps) {
            at = TcpSegment.putTimestamps(at, c.timestamp(), receiver.timestampRecent);
        }
        if (blocks > 0) {
            putBlocks(receiver, at, blocks);
        }
        int window = receiver.windowToOffer(false);
        TcpSegment.write(header, c.localPort, c.remotePort, c.sender.wire(position), receiver.wire(receiver.next()),
                flags | echo, window, bytes);
        int pointer = c.urgent.pointer(position);
        if (pointer != 0) {
            TcpSegment.putUrgent(header, pointer);
        }
        receiver.acknowledged();
        send(c, packet, header, mark);
    }

    /** What came twice goes first, RFC 2883 §4, then the block that changed last, RFC 2018 §4. */
    private static void putBlocks(Receiver receiver, long place, int blocks) {
        long at = TcpSegment.putSackHeader(place, blocks);
        int left = blocks;
        if (receiver.repeatedEnd != receiver.repeatedStart) {
            at = TcpSegment.putSackBlock(at, receiver.wire(receiver.repeatedStart),
                    receiver.wire(receiver.repeatedEnd));
            receiver.repeatedStart = receiver.repeatedEnd;
            left--;
        }
        int index = receiver.outOfOrder.latest();
        for (int i = 0; i < left; i++) {
            at = TcpSegment.putSackBlock(at, receiver.wire(receiver.outOfOrder.start(index)),
                    receiver.wire(receiver.outOfOrder.end(index)));
            index = index + 1 == receiver.outOfOrder.count() ? 0 : index + 1;
        }
    }

    private void send(TcpConnection c, Packet packet, long header, int mark) {
        seal(packet, header, c.hop.offloads, c.localHigh, c.localLow, c.remoteHigh, c.remoteLow);
        tcp.counters.outSegments++;
        c.statistics.segmentsOut++;
        tcp.ip.send(packet, c.hop, c.localHigh, c.localLow, c.remoteHigh, c.remoteLow, Ip.TCP, c.timeToLive,
                c.service & ~3 | mark, false);
    }

    /** Leaves the sum to the device where it takes that. */
    private static void seal(Packet packet, long header, int offloads, long sourceHigh, long sourceLow,
            long targetHigh, long targetLow) {
        int length = packet.length();
        long pseudo = Checksum.pseudo(sourceHigh, sourceLow, targetHigh, targetLow, Ip.TCP, length);
        if ((offloads & NetDevice.CHECKSUM) != 0) {
            packet.checksumStart = 0;
            packet.checksumOffset = TcpSegment.CHECKSUM;
            TcpSegment.putChecksum(header, Checksum.fold(pseudo));
        } else {
            TcpSegment.putChecksum(header, Checksum.finish(Checksum.add(pseudo, header, length)));
        }
    }

    /** Answers a SYN, of which nothing is kept. */
    void cookie(TcpSegment syn, PacketInfo info, TcpConnection template, boolean ecn) {
        boolean v4 = Ip.isMapped(info.sourceHigh, info.sourceLow);
        Packet packet = tcp.ip.find(replyHop, info.sourceHigh, info.sourceLow, info.interfaceIndex) < 0 ? null
                : tcp.ip.take(0);
        if (packet == null) {
            return;
        }
        boolean stamps = syn.hasTimestamps;
        boolean scale = stamps && syn.scale >= 0;
        boolean sack = stamps && syn.sackPermitted;
        int bytes = TcpSegment.BYTES + TcpSegment.MSS_OPTION_BYTES + (scale ? TcpSegment.SCALE_OPTION_BYTES : 0)
                + (sack ? TcpSegment.SACK_PERMITTED_BYTES : 0) + (stamps ? TcpSegment.TIMESTAMPS_BYTES : 0);
        long header = packet.push(bytes);
        int room = Math.min(replyHop.mtuBytes, 65_535) - TcpSegment.BYTES - (v4 ? 20 : 40);
        long at = TcpSegment.putMaximumSegment(header + TcpSegment.BYTES,
                template.maximumSegment > 0 ? Math.min(template.maximumSegment, room) : room);
        at = sack ? TcpSegment.putSackPermitted(at) : at;
        int now = tcp.milliseconds()
                + tcp.timestampOffset(info.targetHigh, info.targetLow, info.sourceHigh, info.sourceLow);
        at = stamps ? TcpSegment.putTimestamps(at, SynCookies.timestamp(now, syn, ecn), syn.timestamp) : at;
        if (scale) {
            TcpSegment.putScale(at, Receiver.SCALE);
        }
        tcp.counters.cookiesSent++;
        reply(packet, header, bytes, syn, info, tcp.cookies.sequence(syn, info, tcp.nowNs()), syn.sequence + 1,
                TcpSegment.SYN | TcpSegment.ACK | (ecn ? TcpSegment.ECE : 0), 65_535);
    }

    /** Answers a segment that belongs to no connection, RFC 9293 §3.10.7.1. */
    void refuse(TcpSegment segment, PacketInfo info) {
        if (segment.has(TcpSegment.RST) || info.isToMany) {
            return;
        }
        boolean acked = segment.has(TcpSegment.ACK);
        tcp.counters.outResets++;
        bare(segment, info, acked ? segment.acknowledgement : 0, acked ? 0 : segment.sequence
                + segment.sequenceLength(), acked ? TcpSegment.RST : TcpSegment.RST | TcpSegment.ACK);
    }

    private void bare(TcpSegment segment, PacketInfo info, int sequence, int acknowledgement, int flags) {
        if (tcp.ip.find(replyHop, info.sourceHigh, info.sourceLow, info.interfaceIndex) < 0) {
            return;
        }
        Packet packet = tcp.ip.take(0);
        if (packet == null) {
            return;
        }
        reply(packet, packet.push(TcpSegment.BYTES), TcpSegment.BYTES, segment, info, sequence, acknowledgement, flags,
                0);
    }

    private void reply(Packet packet, long header, int bytes, TcpSegment segment, PacketInfo info, int sequence,
            int acknowledgement, int flags, int window) {
        TcpSegment.write(header, segment.targetPort, segment.sourcePort, sequence, acknowledgement, flags, window,
                bytes);
        seal(packet, header, replyHop.offloads, info.targetHigh, info.targetLow, info.sourceHigh, info.sourceLow);
        tcp.counters.outSegments++;
        tcp.ip.send(packet, replyHop, info.targetHigh, info.targetLow, info.sourceHigh, info.sourceLow, Ip.TCP,
                TIME_TO_LIVE, 0, false);
    }
}

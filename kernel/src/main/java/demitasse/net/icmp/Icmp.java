package demitasse.net.icmp;

import static demitasse.base.error.Errno.ECONNREFUSED;
import static demitasse.base.error.Errno.EHOSTUNREACH;
import static demitasse.base.error.Errno.ENETUNREACH;
import static demitasse.base.error.Errno.ENOPROTOOPT;

import demitasse.device.net.Packet;
import demitasse.net.ip.Hop;
import demitasse.net.ip.IpLayer;
import demitasse.net.ip.PacketInfo;
import demitasse.net.wire.Bytes;
import demitasse.net.wire.Checksum;
import demitasse.net.wire.IcmpHeader;
import demitasse.net.wire.Ip;
import demitasse.net.wire.Ipv4Header;
import demitasse.net.wire.Ipv6Header;

/** Both ICMPs: they differ in numbers and in the pseudo header. */
public final class Icmp {
    /** RFC 1812 §4.3.2.8: errors are sent sparingly. */
    private static final int ERRORS_PER_S_MAX = 1000;
    private static final long NS_PER_S = 1_000_000_000L;
    private static final int QUOTE_MAX_BYTES = 548;
    private static final int QUOTED_TRANSPORT_BYTES = 8;
    private static final int TIME_TO_LIVE = 64;
    private static final int PORTS_BYTES = 4;

    private final IpLayer ip;
    private final ErrorSink sink;
    private final Hop hop = new Hop();
    private long second;
    private int errorsSent;
    private long echoes;
    private long bad;

    public Icmp(IpLayer ip, ErrorSink sink) {
        this.ip = ip;
        this.sink = sink;
    }

    /** A message; the caller keeps the packet. */
    public void input(Packet packet, PacketInfo info) {
        long header = packet.address();
        int length = packet.length();
        boolean v4 = info.protocol == Ip.ICMP;
        long pseudo = v4 ? 0 : Checksum.pseudo(info.sourceHigh, info.sourceLow, info.targetHigh, info.targetLow,
                Ip.ICMPV6, length);
        if (length < IcmpHeader.BYTES || !packet.checksumGood && !Checksum.isRight(Checksum.add(pseudo, header,
                length))) {
            bad++;
            return;
        }
        int type = IcmpHeader.type(header);
        if (type == (v4 ? IcmpHeader.ECHO : IcmpHeader.V6_ECHO)) {
            if (!info.isToMany) {
                reply(header, length, info, v4);
            }
        } else if (type == (v4 ? IcmpHeader.ECHO_REPLY : IcmpHeader.V6_ECHO_REPLY)) {
            sink.echoReply(header, length);
        } else if (v4) {
            error4(header, length, type);
        } else {
            error6(header, length, type);
        }
    }

    private void reply(long header, int length, PacketInfo info, boolean v4) {
        if (ip.find(hop, info.sourceHigh, info.sourceLow, info.interfaceIndex) < 0) {
            return;
        }
        Packet answer = ip.take(length);
        if (answer == null) {
            return;
        }
        echoes++;
        long copy = answer.append(length);
        Bytes.copy(header, copy, length);
        IcmpHeader.write(copy, v4 ? IcmpHeader.ECHO_REPLY : IcmpHeader.V6_ECHO_REPLY, 0, IcmpHeader.word(header));
        seal(copy, length, info.targetHigh, info.targetLow, info.sourceHigh, info.sourceLow, v4);
        ip.send(answer, hop, info.targetHigh, info.targetLow, info.sourceHigh, info.sourceLow, info.protocol,
                TIME_TO_LIVE, 0, true);
    }

    private static void seal(long message, int length, long fromHigh, long fromLow, long toHigh, long toLow,
            boolean v4) {
        IcmpHeader.seal(message, length,
                v4 ? 0 : Checksum.pseudo(fromHigh, fromLow, toHigh, toLow, Ip.ICMPV6, length));
    }

    /** The quoted packet of ours stands behind the header: RFC 792, RFC 1191. */
    private void error4(long header, int length, int type) {
        long quoted = header + IcmpHeader.BYTES;
        int bytes = length - IcmpHeader.BYTES;
        if (type != IcmpHeader.UNREACHABLE && type != IcmpHeader.TIME_EXCEEDED || bytes < Ipv4Header.BYTES
                || Ipv4Header.version(quoted) != 4) {
            return;
        }
        int headerBytes = Ipv4Header.headerBytes(quoted);
        if (headerBytes < Ipv4Header.BYTES || bytes < headerBytes + PORTS_BYTES) {
            return;
        }
        int code = IcmpHeader.code(header);
        if (type == IcmpHeader.UNREACHABLE && code == IcmpHeader.FRAGMENTATION_NEEDED) {
            sink.tooBig(0, Ipv4Header.target(quoted), IcmpHeader.word(header) & 0xffff);
            return;
        }
        int errno = type == IcmpHeader.TIME_EXCEEDED ? EHOSTUNREACH : errno4(code);
        sink.unreachable(Ipv4Header.protocol(quoted), 0, Ipv4Header.source(quoted), 0, Ipv4Header.target(quoted),
                Bytes.portsAt(quoted + headerBytes), errno);
    }

    private static int errno4(int code) {
        return switch (code) {
            case IcmpHeader.UNREACHABLE_NET -> ENETUNREACH;
            case IcmpHeader.UNREACHABLE_PROTOCOL -> ENOPROTOOPT;
            case IcmpHeader.UNREACHABLE_PORT -> ECONNREFUSED;
            default -> EHOSTUNREACH;
        };
    }

    private void error6(long header, int length, int type) {
        long quoted = header + IcmpHeader.BYTES;
        int bytes = length - IcmpHeader.BYTES;
        if (type > IcmpHeader.V6_TIME_EXCEEDED || bytes < Ipv6Header.BYTES + PORTS_BYTES
                || Ipv6Header.version(quoted) != 6) {
            return;
        }
        long source = Ipv6Header.sourceAddress(quoted);
        long target = Ipv6Header.targetAddress(quoted);
        if (type == IcmpHeader.V6_TOO_BIG) {
            sink.tooBig(Ip.high(target), Ip.low(target), IcmpHeader.word(header));
            return;
        }
        boolean port = type == IcmpHeader.V6_UNREACHABLE && IcmpHeader.code(header) == IcmpHeader.V6_UNREACHABLE_PORT;
        sink.unreachable(Ipv6Header.nextHeader(quoted), Ip.high(source), Ip.low(source), Ip.high(target),
                Ip.low(target), Bytes.portsAt(quoted + Ipv6Header.BYTES), port ? ECONNREFUSED : EHOSTUNREACH);
    }

    /** Tells the sender of a datagram that nobody listens at its port. The caller keeps the packet. */
    public void portUnreachable(Packet packet, PacketInfo info, long nowNs) {
        long nowSecond = nowNs / NS_PER_S;
        if (nowSecond != second) {
            second = nowSecond;
            errorsSent = 0;
        }
        if (info.isToMany || Ip.isAny(info.sourceHigh, info.sourceLow) || errorsSent >= ERRORS_PER_S_MAX
                || ip.find(hop, info.sourceHigh, info.sourceLow, info.interfaceIndex) < 0) {
            return;
        }
        boolean v4 = Ip.isMapped(info.sourceHigh, info.sourceLow);
        int headerBytes = (int) (packet.address() - packet.networkHeader);
        int quote = Math.min(headerBytes + Math.min(packet.length(), v4 ? QUOTED_TRANSPORT_BYTES : QUOTE_MAX_BYTES),
                QUOTE_MAX_BYTES);
        Packet answer = ip.take(IcmpHeader.BYTES + quote);
        if (answer == null) {
            return;
        }
        errorsSent++;
        long message = answer.append(IcmpHeader.BYTES + quote);
        IcmpHeader.write(message, v4 ? IcmpHeader.UNREACHABLE : IcmpHeader.V6_UNREACHABLE,
                v4 ? IcmpHeader.UNREACHABLE_PORT : IcmpHeader.V6_UNREACHABLE_PORT, 0);
        Bytes.copy(packet.networkHeader, message + IcmpHeader.BYTES, quote);
        seal(message, IcmpHeader.BYTES + quote, info.targetHigh, info.targetLow, info.sourceHigh, info.sourceLow, v4);
        ip.send(answer, hop, info.targetHigh, info.targetLow, info.sourceHigh, info.sourceLow,
                v4 ? Ip.ICMP : Ip.ICMPV6, TIME_TO_LIVE, 0, true);
    }

    public long echoes() {
        return echoes;
    }

    public long bad() {
        return bad;
    }
}

package demitasse.net.icmp;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.ECONNREFUSED;
import static demitasse.base.error.Errno.EHOSTUNREACH;
import static demitasse.base.error.Errno.EMSGSIZE;
import static demitasse.base.error.Errno.ENETUNREACH;
import static demitasse.base.error.Errno.ENOPROTOOPT;

import demitasse.base.annotation.ColdPath;
import demitasse.device.net.Packet;
import demitasse.net.ip.ErrorReport;
import demitasse.net.ip.Hop;
import demitasse.net.ip.IpLayer;
import demitasse.net.ip.PacketInfo;
import demitasse.net.wire.Bytes;
import demitasse.net.wire.Checksum;
import demitasse.net.wire.GroupMessage;
import demitasse.net.wire.IcmpHeader;
import demitasse.net.wire.Ip;
import demitasse.net.wire.Ipv4Header;
import demitasse.net.wire.Ipv6Header;
import demitasse.net.wire.NdpMessage;

/** Both ICMPs: they differ in numbers and in the pseudo header. */
public final class Icmp {
    /** RFC 1812 §4.3.2.8: errors are sent sparingly. */
    private static final int ERRORS_PER_S_MAX = 1000;
    private static final long NS_PER_S = 1_000_000_000L;
    private static final int QUOTE_MAX_BYTES = 548;
    private static final int V6_QUOTE_MAX_BYTES = 1232;
    private static final int TIME_TO_LIVE = 64;
    /** RFC 792 quotes at least so much of what is behind the header. */
    private static final int QUOTED_BYTES = 8;

    private final IpLayer ip;
    private final ErrorSink sink;
    private final Hop hop = new Hop();
    private final ErrorReport report = new ErrorReport();
    private long second;
    private int errorsSent;
    private long echoes;
    private long sent;
    private long bad;

    public Icmp(IpLayer ip, ErrorSink sink) {
        this.ip = ip;
        this.sink = sink;
    }

    /** A message; the caller keeps the packet. */
    @ColdPath("what is told about other packets, and pings")
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
            // RFC 1122 §3.2.2.6 lets us keep silent, RFC 4443 §4.2 does not.
            if (!info.isToMany || !v4 && Ip.isMulticast(info.targetHigh, info.targetLow)) {
                reply(header, length, info, v4);
            }
        } else if (type == (v4 ? IcmpHeader.ECHO_REPLY : IcmpHeader.V6_ECHO_REPLY)) {
            sink.echoReply(packet, info);
        } else if (v4 || type <= IcmpHeader.V6_PARAMETER) {
            report.offenderHigh = info.sourceHigh;
            report.offenderLow = info.sourceLow;
            report.type = type;
            report.code = IcmpHeader.code(header);
            if (v4) {
                error4(header, length, type);
            } else {
                error6(header, length, type);
            }
        } else if (type >= NdpMessage.ROUTER_SOLICITATION && type <= NdpMessage.REDIRECT) {
            sink.discovery(packet, info);
        } else if (type == GroupMessage.MLD_QUERY) {
            sink.membership(packet, info);
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
        long fromHigh = info.isToMany ? hop.sourceHigh : info.targetHigh;
        long fromLow = info.isToMany ? hop.sourceLow : info.targetLow;
        seal(copy, length, fromHigh, fromLow, info.sourceHigh, info.sourceLow, v4);
        ip.send(answer, hop, fromHigh, fromLow, info.sourceHigh, info.sourceLow, info.protocol, TIME_TO_LIVE, 0, true);
    }

    private static void seal(long message, int length, long fromHigh, long fromLow, long toHigh, long toLow,
            boolean v4) {
        IcmpHeader.seal(message, length,
                v4 ? 0 : Checksum.pseudo(fromHigh, fromLow, toHigh, toLow, Ip.ICMPV6, length));
    }

    /** The quoted packet of ours stands behind the header: RFC 792, RFC 1191. */
    private void error4(long header, int length, int type) {
        if (type != IcmpHeader.UNREACHABLE && type != IcmpHeader.TIME_EXCEEDED) {
            return;
        }
        int code = IcmpHeader.code(header);
        int mtuBytes = 0;
        if (type == IcmpHeader.UNREACHABLE && code == IcmpHeader.FRAGMENTATION_NEEDED) {
            mtuBytes = Math.max(1, IcmpHeader.word(header) & 0xffff);
        }
        quoted(header + IcmpHeader.BYTES, length - IcmpHeader.BYTES, 4,
                type == IcmpHeader.TIME_EXCEEDED ? EHOSTUNREACH : errno4(code), mtuBytes);
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
        int code = type == IcmpHeader.V6_UNREACHABLE ? IcmpHeader.code(header) : IcmpHeader.V6_UNREACHABLE_ADDRESS;
        int mtuBytes = type != IcmpHeader.V6_TOO_BIG ? 0 : Math.max(1, IcmpHeader.word(header) & 0xff_ffff);
        quoted(header + IcmpHeader.BYTES, length - IcmpHeader.BYTES, 6, errno6(code), mtuBytes);
    }

    /** As Linux's tab_unreach[]. */
    private static int errno6(int code) {
        return switch (code) {
            case IcmpHeader.V6_UNREACHABLE_ROUTE -> ENETUNREACH;
            case IcmpHeader.V6_UNREACHABLE_PORT -> ECONNREFUSED;
            case IcmpHeader.V6_UNREACHABLE_PROHIBITED, IcmpHeader.V6_UNREACHABLE_POLICY,
                    IcmpHeader.V6_UNREACHABLE_REJECT -> EACCES;
            default -> EHOSTUNREACH;
        };
    }

    /** A packet of ours found no neighbour who would take it. */
    @ColdPath("seldom")
    public void undeliverable(long address, int length) {
        int version = length == 0 ? 0 : Ipv4Header.version(address);
        report.offenderHigh = 0;
        report.offenderLow = 0;
        report.type = version == 4 ? IcmpHeader.UNREACHABLE : IcmpHeader.V6_UNREACHABLE;
        report.code = version == 4 ? IcmpHeader.UNREACHABLE_HOST : IcmpHeader.V6_UNREACHABLE_ADDRESS;
        quoted(address, length, version, EHOSTUNREACH, 0);
    }

    /** Tells whoever sent a packet what became of it, if enough of it is there. */
    private void quoted(long packet, int length, int version, int errno, int mtuBytes) {
        if (length < Ipv4Header.BYTES || Ipv4Header.version(packet) != version) {
            return;
        }
        if (version == 4) {
            int headerBytes = Ipv4Header.headerBytes(packet);
            if (headerBytes >= Ipv4Header.BYTES && length >= headerBytes + QUOTED_BYTES
                    && Ipv4Header.fragmentOffsetBytes(packet) == 0) {
                int mtu = mtuBytes == 1 ? plateau(Ipv4Header.totalBytes(packet)) : mtuBytes;
                long transport = packet + headerBytes;
                report.localHigh = 0;
                report.localLow = Ipv4Header.source(packet);
                report.remoteHigh = 0;
                report.remoteLow = Ipv4Header.target(packet);
                tell(Ipv4Header.protocol(packet), transport, length - headerBytes, errno, mtu);
            }
            return;
        }
        if (length < Ipv6Header.BYTES + QUOTED_BYTES) {
            return;
        }
        long source = Ipv6Header.sourceAddress(packet);
        long target = Ipv6Header.targetAddress(packet);
        long transport = packet + Ipv6Header.BYTES;
        int protocol = Ipv6Header.nextHeader(packet);
        if (protocol == Ipv6Header.FRAGMENT && length >= Ipv6Header.BYTES + Ipv6Header.EXTENSION_BYTES + QUOTED_BYTES
                && Ipv6Header.fragmentOffsetBytes(transport) == 0) {
            protocol = Bytes.byteAt(transport);
            transport += Ipv6Header.EXTENSION_BYTES;
        }
        report.localHigh = Ip.high(source);
        report.localLow = Ip.low(source);
        report.remoteHigh = Ip.high(target);
        report.remoteLow = Ip.low(target);
        tell(protocol, transport, length - (int) (transport - packet), errno, mtuBytes);
    }

    private void tell(int protocol, long transport, int transportBytes, int errno, int mtuBytes) {
        report.protocol = protocol;
        report.transport = transport;
        report.transportBytes = transportBytes;
        report.errno = mtuBytes != 0 ? EMSGSIZE : errno;
        report.mtuBytes = mtuBytes;
        sink.unreachable(report);
    }

    /** A router of before RFC 1191 does not say what fits: the next lower of its §7.1. */
    private static int plateau(int totalBytes) {
        return totalBytes > 8166 ? 8166 : totalBytes > 4352 ? 4352 : totalBytes > 2002 ? 2002
                : totalBytes > 1492 ? 1492 : totalBytes > 1006 ? 1006 : 1;
    }

    /** Tells the sender of a datagram that nobody listens at its port. The caller keeps the packet. */
    public void portUnreachable(Packet packet, PacketInfo info, long nowNs) {
        boolean v4 = Ip.isMapped(info.sourceHigh, info.sourceLow);
        complain(packet, info, v4 ? IcmpHeader.UNREACHABLE : IcmpHeader.V6_UNREACHABLE,
                v4 ? IcmpHeader.UNREACHABLE_PORT : IcmpHeader.V6_UNREACHABLE_PORT, 0, nowNs);
    }

    /**
     * Tells the sender of a packet what was wrong with it, RFC 1122 §3.2.2 and RFC 4443 §2.4. The caller keeps the
     * packet, which is quoted from its network header on.
     */
    @ColdPath("errors are sent sparingly")
    public void complain(Packet packet, PacketInfo info, int type, int code, int word, long nowNs) {
        boolean v4 = Ip.isMapped(info.sourceHigh, info.sourceLow);
        boolean evenToMany = !v4 && type == IcmpHeader.V6_PARAMETER && code == IcmpHeader.V6_PARAMETER_OPTION;
        if (info.isToMany && !evenToMany || Ip.isAny(info.sourceHigh, info.sourceLow) || !maySend(nowNs)
                || ip.find(hop, info.sourceHigh, info.sourceLow, info.interfaceIndex) < 0) {
            return;
        }
        int quote = Math.min((int) (packet.address() - packet.networkHeader) + packet.length(),
                v4 ? QUOTE_MAX_BYTES : V6_QUOTE_MAX_BYTES);
        Packet answer = ip.take(IcmpHeader.BYTES + quote);
        if (answer == null) {
            return;
        }
        long message = answer.append(IcmpHeader.BYTES + quote);
        IcmpHeader.write(message, type, code, word);
        Bytes.copy(packet.networkHeader, message + IcmpHeader.BYTES, quote);
        long fromHigh = info.isToMany ? hop.sourceHigh : info.targetHigh;
        long fromLow = info.isToMany ? hop.sourceLow : info.targetLow;
        seal(message, IcmpHeader.BYTES + quote, fromHigh, fromLow, info.sourceHigh, info.sourceLow, v4);
        sent++;
        ip.send(answer, hop, fromHigh, fromLow, info.sourceHigh, info.sourceLow, v4 ? Ip.ICMP : Ip.ICMPV6,
                TIME_TO_LIVE, v4 ? Ipv4Header.CONTROL : 0, true);
    }

    private boolean maySend(long nowNs) {
        long nowSecond = nowNs / NS_PER_S;
        if (nowSecond != second) {
            second = nowSecond;
            errorsSent = 0;
        }
        return errorsSent++ < ERRORS_PER_S_MAX;
    }

    public long echoes() {
        return echoes;
    }

    public long bad() {
        return bad;
    }

    /** Errors that were sent. */
    public long sent() {
        return sent;
    }
}

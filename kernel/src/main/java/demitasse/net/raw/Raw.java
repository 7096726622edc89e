package demitasse.net.raw;

import static demitasse.base.error.Errno.EADDRINUSE;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EMSGSIZE;
import static demitasse.base.error.Errno.ENOBUFS;

import demitasse.device.net.Packet;
import demitasse.net.ip.ErrorReport;
import demitasse.net.ip.Hop;
import demitasse.net.ip.IpLayer;
import demitasse.net.ip.PacketInfo;
import demitasse.net.wire.Bytes;
import demitasse.net.wire.Checksum;
import demitasse.net.wire.IcmpHeader;
import demitasse.net.wire.Ip;
import demitasse.net.wire.Ipv4Header;
import demitasse.net.wire.Ipv6Header;

/** The raw endpoints and how they send. */
public final class Raw {
    /** IPPROTO_RAW: sends with a header of its own, receives nothing. */
    public static final int SENDS_ONLY = 255;

    private final IpLayer ip;
    private final Hop hop = new Hop();
    private RawEndpoint first;
    private int identifier;

    public Raw(IpLayer ip) {
        this.ip = ip;
    }

    public boolean isEmpty() {
        return first == null;
    }

    /** All endpoints, for procfs; {@code next} of null is the first. */
    public RawEndpoint after(RawEndpoint one) {
        return one == null ? first : one.next;
    }

    public void add(RawEndpoint endpoint) {
        endpoint.next = first;
        first = endpoint;
    }

    public void close(RawEndpoint endpoint) {
        if (first == endpoint) {
            first = endpoint.next;
        } else {
            RawEndpoint before = first;
            while (before.next != endpoint) {
                before = before.next;
            }
            before.next = endpoint.next;
        }
        endpoint.leaveAll(ip);
        endpoint.clear();
    }

    /** Gives an endpoint for echoes its identifier, 0 for any: 0 or -EADDRINUSE. */
    public int identify(RawEndpoint endpoint, int wanted) {
        for (int i = 0; i < 0x1_0000; i++) {
            int candidate = wanted != 0 ? wanted : ++identifier & 0xffff;
            if (candidate != 0 && (endpoint.binding.reuseAddress || echoes(candidate, endpoint.ipv6) == null)) {
                endpoint.binding.port = candidate;
                return 0;
            }
            if (wanted != 0) {
                break;
            }
        }
        return -EADDRINUSE;
    }

    private RawEndpoint echoes(int wanted, boolean ipv6) {
        RawEndpoint one = first;
        while (one != null && !(one.isPing && one.ipv6 == ipv6 && one.binding.port == wanted)) {
            one = one.next;
        }
        return one;
    }

    /** Copies a packet, which begins with its transport header, to whom it concerns; false when it is nobody. */
    public boolean deliver(Packet packet, PacketInfo info) {
        boolean taken = false;
        boolean icmp = info.protocol == Ip.ICMP || info.protocol == Ip.ICMPV6;
        for (RawEndpoint one = first; one != null; one = one.next) {
            if (!one.isPing && one.protocol == info.protocol && one.matches(info)) {
                taken = true;
                boolean kept = icmp && packet.length() > 0 && one.filters(IcmpHeader.type(packet.address()));
                if (!kept && (!one.ipv6 || isWhole(one, packet, info))) {
                    // IPv4 shows its header, raw(7); IPv6 does not.
                    copy(one, packet, info, one.ipv6 ? packet.address() : packet.networkHeader);
                }
            }
        }
        return taken;
    }

    private static boolean isWhole(RawEndpoint one, Packet packet, PacketInfo info) {
        boolean checks = one.checksumOffset >= 0 || info.protocol == Ip.ICMPV6;
        return !checks || packet.checksumGood || Checksum.isRight(Checksum.add(Checksum.pseudo(info.sourceHigh,
                info.sourceLow, info.targetHigh, info.targetLow, info.protocol, packet.length()), packet.address(),
                packet.length()));
    }

    /** An answer to an echo that one of ours has asked for, icmp(7). */
    public void echoReply(Packet packet, PacketInfo info) {
        int wanted = IcmpHeader.identifier(packet.address());
        for (RawEndpoint one = first; one != null; one = one.next) {
            if (one.isPing && one.binding.port == wanted && one.matches(info)) {
                copy(one, packet, info, packet.address());
            }
        }
    }

    private void copy(RawEndpoint to, Packet packet, PacketInfo info, long from) {
        int bytes = packet.length() + (int) (packet.address() - from);
        Packet copy = ip.take(bytes);
        if (copy == null) {
            return;
        }
        Bytes.copy(from, copy.append(bytes), bytes);
        info.noteOn(copy);
        copy.sourcePort = 0;
        copy.arrivedNs = packet.arrivedNs;
        if (!to.offer(copy)) {
            copy.release();
        }
    }

    /** A packet of ours did not arrive: echoes by their identifier, others by their protocol. */
    public void unreachable(ErrorReport report) {
        boolean icmp = report.protocol == Ip.ICMP || report.protocol == Ip.ICMPV6;
        for (RawEndpoint one = first; one != null; one = one.next) {
            boolean family = one.ipv6 != Ip.isMapped(report.remoteHigh, report.remoteLow);
            boolean meant = one.isPing ? icmp && report.transportBytes >= IcmpHeader.BYTES
                    && IcmpHeader.identifier(report.transport) == one.binding.port
                    : one.protocol == report.protocol && (!one.connected || one.remote.low == report.remoteLow
                            && one.remote.high == report.remoteHigh);
            if (family && meant && one.wantsErrors) {
                report.tell(one, ip, 0, 0);
            } else if (family && meant && one.connected && report.mtuBytes == 0) {
                one.fail(report.errno);
            }
        }
    }

    /** Room for a message; null when there are too many packets. */
    public Packet prepare(int bytes) {
        return ip.take(bytes);
    }

    /** Finds the way of a message: 0 or -errno; then {@link #send} sends it. */
    public int route(long targetHigh, long targetLow, int interfaceIndex) {
        return ip.find(hop, targetHigh, targetLow, interfaceIndex);
    }

    public Hop hop() {
        return hop;
    }

    /** Sends a message along the way that {@link #route} has found. The packet is gone, whatever the result. */
    public int send(RawEndpoint from, Packet packet, long targetHigh, long targetLow) {
        boolean bound = from.sourceHigh != 0 || from.sourceLow != 0;
        boolean any = from.binding.isAny();
        long sourceHigh = bound ? from.sourceHigh : any ? hop.sourceHigh : from.binding.high;
        long sourceLow = bound ? from.sourceLow : any ? hop.sourceLow : from.binding.low;
        if (from.hasHeader) {
            return from.ipv6 ? sendWhole6(packet) : sendWhole(packet, sourceLow);
        }
        int length = packet.length();
        long message = packet.address();
        boolean icmp = from.protocol == Ip.ICMPV6 || from.isPing;
        if (icmp && length < IcmpHeader.BYTES) {
            packet.release();
            return -EINVAL;
        }
        if (from.isPing) {
            IcmpHeader.putIdentifier(message, from.binding.port);
        }
        if (icmp) {
            IcmpHeader.seal(message, length, from.ipv6 ? Checksum.pseudo(sourceHigh, sourceLow, targetHigh,
                    targetLow, Ip.ICMPV6, length) : 0);
        } else if (from.ipv6 && from.checksumOffset >= 0 && from.checksumOffset + 2 <= length) {
            Checksum.store(message, length, from.checksumOffset, Checksum.pseudo(sourceHigh, sourceLow, targetHigh,
                    targetLow, from.protocol, length));
        }
        int error = ip.send(packet, hop, sourceHigh, sourceLow, targetHigh, targetLow, from.protocol,
                Ip.isMulticast(targetHigh, targetLow) ? from.multicastTimeToLive : from.timeToLive, from.service,
                from.mayFragment(targetHigh, targetLow));
        return error == -ENOBUFS ? 0 : error;
    }

    /** The header is the program's, but for what the kernel knows better, raw(7): length, checksum, source if 0. */
    private int sendWhole(Packet packet, long sourceLow) {
        int length = packet.length();
        if (length < Ipv4Header.BYTES || Ipv4Header.headerBytes(packet.address()) > length
                || Ipv4Header.headerBytes(packet.address()) < Ipv4Header.BYTES || length > hop.mtuBytes) {
            packet.release();
            return length > hop.mtuBytes ? -EMSGSIZE : -EINVAL;
        }
        Ipv4Header.complete(packet.address(), length, sourceLow, ++identifier);
        return transmit(packet);
    }

    /** A header of IPv6 leaves as it is, raw(7). */
    private int sendWhole6(Packet packet) {
        int length = packet.length();
        if (length < Ipv6Header.BYTES || length > hop.mtuBytes) {
            packet.release();
            return length > hop.mtuBytes ? -EMSGSIZE : -EINVAL;
        }
        return transmit(packet);
    }

    private int transmit(Packet packet) {
        int error = ip.transmit(packet, hop);
        return error == -ENOBUFS ? 0 : error;
    }
}

package demitasse.net.stack;

import static demitasse.base.error.Errno.EMSGSIZE;
import static demitasse.base.error.Errno.ENETDOWN;
import static demitasse.base.error.Errno.ENOBUFS;

import demitasse.base.annotation.ColdPath;
import demitasse.base.annotation.HotPath;
import demitasse.device.net.Packet;
import demitasse.device.net.PacketPool;
import demitasse.net.ip.Hop;
import demitasse.net.ip.KeyedHash;
import demitasse.net.ip.RandomBits;
import demitasse.net.wire.Bytes;
import demitasse.net.wire.Ip;
import demitasse.net.wire.Ipv4Header;
import demitasse.net.wire.Ipv6Header;

/** The way of an IP packet downwards: its header, fragments where it is too long, a copy for ourselves, the device. */
final class IpOutput {
    private static final int HOP_LIMIT = 64;
    private static final int COUNTERS = 64;

    private final Routes routes;
    private final NetCounters counters;
    private final PacketPool packets;
    private final KeyedHash hash;
    /** Numbers of datagrams that are cut; each target sees a few of the counters only, RFC 7739 §5.3. */
    private final int[] identifications = new int[COUNTERS];
    private long nowNs;

    IpOutput(Routes routes, NetCounters counters, PacketPool packets, RandomBits random) {
        this.routes = routes;
        this.counters = counters;
        this.packets = packets;
        hash = new KeyedHash(random.bits(), random.bits());
    }

    /** Says what time it is, as neighbours count it. */
    void tick(long newNowNs) {
        nowNs = newNowNs;
    }

    /** See {@link demitasse.net.ip.IpLayer#send}. */
    @HotPath("per packet")
    int send(Packet packet, Hop hop, long sourceHigh, long sourceLow, long targetHigh, long targetLow, int protocol,
            int timeToLive, int service, boolean fragments) {
        int length = packet.length();
        boolean v4 = Ip.isMapped(targetHigh, targetLow);
        int headerBytes = v4 ? Ipv4Header.BYTES : Ipv6Header.BYTES;
        IpCounters count = counters.of(v4);
        count.outRequests++;
        boolean tooLong = length + headerBytes > hop.mtuBytes && packet.segmentBytes == 0;
        if (tooLong && !fragments || length + (v4 ? headerBytes : 0) > Ipv6Header.PAYLOAD_MAX_BYTES) {
            count.fragmentFails++;
            packet.release();
            return -EMSGSIZE;
        }
        long header = packet.push(headerBytes);
        packet.headerBytes += headerBytes;
        if (v4) {
            // What is not cut here is not to be cut on the way, so that we hear of its links; RFC 6864 §4.1.
            Ipv4Header.write(header, service, length + headerBytes, 0, Ipv4Header.DO_NOT_FRAGMENT, timeToLive,
                    protocol, sourceLow, targetLow);
        } else {
            Ipv6Header.write(header, service, length, protocol, timeToLive == 0 ? HOP_LIMIT : timeToLive);
            Ipv6Header.putAddresses(header, sourceHigh, sourceLow, targetHigh, targetLow);
        }
        NetInterface through = routes.byIndex(hop.interfaceIndex);
        if (hop.loops && !through.isLoopback) {
            loop(packet, through, targetHigh, targetLow);
        }
        return tooLong ? cut(packet, through, hop, headerBytes) : transmit(packet, through, hop);
    }

    /** Sends a packet that begins with its IP header. It is gone, whatever the result. */
    @HotPath("per packet")
    int transmit(Packet packet, NetInterface through, Hop hop) {
        if (!through.isUp() || !through.device.isUp()) {
            packet.release();
            return -ENETDOWN;
        }
        int bytes = packet.length();
        boolean sent = through.link == null ? through.device.transmit(packet)
                : through.link.send(packet, hop.nextHigh, hop.nextLow, nowNs);
        if (!sent) {
            through.sentDrops++;
            counters.of(Ip.isMapped(hop.nextHigh, hop.nextLow)).outDiscards++;
            packet.release();
            return -ENOBUFS;
        }
        through.sentPackets++;
        through.sentBytes += bytes;
        return 0;
    }

    /** What is sent to a group that we are in, or to all, comes back by lo as if it had arrived. */
    @ColdPath("multicast and broadcast")
    private void loop(Packet packet, NetInterface through, long targetHigh, long targetLow) {
        if (!routes.isBroadcast(targetHigh, targetLow, through) && !routes.isMember(through, targetHigh, targetLow)) {
            return;
        }
        Packet copy = packets.take(packet.length());
        if (copy == null) {
            return;
        }
        Bytes.copy(packet.address(), copy.append(packet.length()), packet.length());
        copy.interfaceIndex = through.index;
        copy.segmentBytes = packet.segmentBytes;
        if (!routes.at(0).device.transmit(copy)) {
            copy.release();
        }
    }

    /** Cuts a packet that begins with its header into fragments: RFC 791 §3.2, RFC 8200 §4.5. */
    @ColdPath("seldom")
    private int cut(Packet packet, NetInterface through, Hop hop, int headerBytes) {
        assert packet.checksumStart == Packet.NO_CHECKSUM : "what is cut has its sums in place";
        boolean v4 = headerBytes == Ipv4Header.BYTES;
        IpCounters count = counters.of(v4);
        long header = packet.address();
        int identification = identification(header, v4);
        int each = hop.mtuBytes - headerBytes - (v4 ? 0 : Ipv6Header.EXTENSION_BYTES) & ~7;
        int length = packet.length() - headerBytes;
        int error = 0;
        for (int offset = 0; offset < length && error == 0; offset += each) {
            int bytes = Math.min(each, length - offset);
            Packet piece = packets.take(headerBytes + bytes);
            if (piece == null) {
                error = -ENOBUFS;
                break;
            }
            Bytes.copy(header + headerBytes + offset, piece.append(bytes), bytes);
            boolean more = offset + bytes < length;
            if (!v4) {
                Ipv6Header.writeFragment(piece.push(Ipv6Header.EXTENSION_BYTES), Ipv6Header.nextHeader(header), offset,
                        more, identification);
            }
            int payloadBytes = piece.length();
            Bytes.copy(header, piece.push(headerBytes), headerBytes);
            if (v4) {
                Ipv4Header.cut(piece.address(), piece.length(), identification, offset, more);
            } else {
                Ipv6Header.joined(piece.address(), payloadBytes, Ipv6Header.FRAGMENT);
            }
            count.fragmentsMade++;
            error = transmit(piece, through, hop);
        }
        count.fragmentFails += error < 0 ? 1 : 0;
        count.fragmented += error < 0 ? 0 : 1;
        packet.release();
        return error;
    }

    private int identification(long header, boolean v4) {
        long source = v4 ? 0 : Ipv6Header.sourceAddress(header);
        long target = v4 ? 0 : Ipv6Header.targetAddress(header);
        long hashed = v4 ? hash.of(0, Ipv4Header.source(header), 0, Ipv4Header.target(header), 0)
                : hash.of(Ip.high(source), Ip.low(source), Ip.high(target), Ip.low(target), 0);
        return (int) hashed + identifications[(int) (hashed >>> 32) & COUNTERS - 1]++;
    }
}

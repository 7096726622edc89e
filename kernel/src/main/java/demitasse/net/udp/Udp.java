package demitasse.net.udp;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EMSGSIZE;
import static demitasse.base.error.Errno.ENOBUFS;

import demitasse.base.annotation.ColdPath;
import demitasse.base.annotation.HotPath;
import demitasse.device.net.NetDevice;
import demitasse.device.net.Packet;
import demitasse.net.ip.Binding;
import demitasse.net.ip.ErrorReport;
import demitasse.net.ip.Hop;
import demitasse.net.ip.IpLayer;
import demitasse.net.ip.PacketInfo;
import demitasse.net.ip.Ports;
import demitasse.net.wire.Bytes;
import demitasse.net.wire.Checksum;
import demitasse.net.wire.Ip;
import demitasse.net.wire.PacketFilter;
import demitasse.net.wire.UdpHeader;

/** The protocol: finds the endpoint of a datagram, and sends those of endpoints. */
public final class Udp {
    /** The largest payload over IPv4. */
    public static final int PAYLOAD_MAX_BYTES = 65_507;

    public final Ports ports = new Ports(false);
    private final IpLayer ip;
    private final Hop hop = new Hop();
    private long received;
    private long sent;
    private long unknownPorts;
    private long errors;

    public Udp(IpLayer ip) {
        this.ip = ip;
    }

    /** The longest payload that goes to a target in one piece; -errno without a way there. */
    public int wholeBytes(UdpEndpoint from, long targetHigh, long targetLow, int scope) {
        int through = scope != 0 ? scope : from.wayOut(Ip.isMulticast(targetHigh, targetLow));
        int error = ip.find(hop, targetHigh, targetLow, through);
        return error < 0 ? error : hop.mtuBytes - UdpHeader.BYTES - Ip.headerBytes(targetHigh, targetLow);
    }

    /** Whether the device of the way that was found last takes a packet with {@link Packet#segmentBytes}. */
    public boolean deviceCuts() {
        return (hop.offloads & NetDevice.SEGMENT_DATAGRAMS) != 0;
    }

    /** Room for a payload; null when there are too many packets. */
    public Packet prepare(int payloadBytes) {
        return ip.take(payloadBytes);
    }

    /**
     * Sends a payload from a bound endpoint; several, if {@link Packet#segmentBytes} says so and {@link #deviceCuts}.
     * The packet is gone, whatever the result.
     *
     * @return 0, -ENETUNREACH, -EMSGSIZE, -ENOBUFS, -EHOSTUNREACH; -EAGAIN while the device is full, where the endpoint
     *         has somebody who is told when it is not any more
     */
    @HotPath("per packet")
    public int send(UdpEndpoint from, Packet packet, long targetHigh, long targetLow, int targetPort, int scope) {
        boolean group = Ip.isMulticast(targetHigh, targetLow);
        int through = scope != 0 ? scope : from.wayOut(group);
        int error = ip.find(hop, targetHigh, targetLow, through);
        hop.loops = !group || from.multicastLoops;
        if (packet.length() > PAYLOAD_MAX_BYTES) {
            error = -EMSGSIZE;
        }
        // What goes through lo has arrived before the sender goes on.
        if (error >= 0 && from.room != null && hop.interfaceIndex != 1 && !ip.hasRoom(hop, from.room)) {
            error = -EAGAIN;
        }
        if (error < 0) {
            packet.release();
            return error;
        }
        boolean told = from.sourceLow != 0 || from.sourceHigh != 0;
        boolean any = from.binding.isAny();
        long sourceHigh = told ? from.sourceHigh : any ? hop.sourceHigh : from.binding.high;
        long sourceLow = told ? from.sourceLow : any ? hop.sourceLow : from.binding.low;
        int length = packet.length() + UdpHeader.BYTES;
        long header = packet.push(UdpHeader.BYTES);
        UdpHeader.write(header, from.binding.port, targetPort, length);
        long pseudo = Checksum.pseudo(sourceHigh, sourceLow, targetHigh, targetLow, Ip.UDP, length);
        packet.headerBytes = UdpHeader.BYTES;
        boolean fits = length + 40 <= hop.mtuBytes || packet.segmentBytes != 0;
        if (fits && (hop.offloads & NetDevice.CHECKSUM) != 0) {
            packet.checksumStart = 0;
            packet.checksumOffset = UdpHeader.CHECKSUM;
            UdpHeader.putChecksum(header, Checksum.fold(pseudo));
        } else {
            int sum = Checksum.finish(Checksum.add(pseudo, header, length));
            UdpHeader.putChecksum(header, sum == 0 ? 0xffff : sum);
        }
        sent++;
        error = ip.send(packet, hop, sourceHigh, sourceLow, targetHigh, targetLow, Ip.UDP,
                group ? from.multicastTimeToLive : from.timeToLive, from.service,
                from.mayFragment(targetHigh, targetLow));
        // A full queue of the device loses the datagram, as the wire might: udp(7) knows no error for it.
        return error == -ENOBUFS ? 0 : error;
    }

    /**
     * A datagram that begins with its header.
     *
     * @return whether it was taken: its endpoint's now; false when nobody listens at its port, which the sender may
     *         hear; a broken one was released and counts as taken
     */
    @HotPath("per packet")
    public boolean input(Packet packet, PacketInfo info) {
        long header = packet.address();
        int length = packet.length() < UdpHeader.BYTES ? 0 : UdpHeader.lengthBytes(header);
        if (length < UdpHeader.BYTES || length > packet.length() || !isWhole(packet, header, length, info)) {
            errors++;
            packet.release();
            return true;
        }
        info.noteOn(packet);
        packet.sourcePort = UdpHeader.sourcePort(header);
        UdpEndpoint endpoint = find(packet, UdpHeader.targetPort(header));
        if (endpoint == null) {
            unknownPorts++;
            return false;
        }
        packet.trim(length);
        packet.pull(UdpHeader.BYTES);
        received++;
        if (info.isToMany) {
            offerOthers(packet, endpoint);
        }
        deliver(packet, endpoint);
        return true;
    }

    /** Datagrams that the device has put together are taken apart for who has not asked to get them so. */
    private void deliver(Packet packet, UdpEndpoint endpoint) {
        if (packet.segmentBytes != 0 && !endpoint.joins) {
            offerApart(packet, endpoint);
            packet.release();
        } else if (!endpoint.offer(packet)) {
            packet.release();
        }
    }

    /** A copy of each datagram in a packet. */
    private void offerApart(Packet packet, UdpEndpoint to) {
        int each = packet.segmentBytes == 0 ? packet.length() : packet.segmentBytes;
        int at = 0;
        do {
            offerCopy(packet, at, Math.min(each, packet.length() - at), to);
            at += each;
        } while (at < packet.length());
    }

    private void offerCopy(Packet packet, int offset, int bytes, UdpEndpoint endpoint) {
        Packet copy = ip.take(bytes);
        if (copy == null) {
            return;
        }
        Bytes.copy(packet.address() + offset, copy.append(bytes), bytes);
        copy.copyOriginOf(packet);
        if (!endpoint.offer(copy)) {
            copy.release();
        }
    }

    private static boolean isWhole(Packet packet, long header, int length, PacketInfo info) {
        if (packet.checksumGood || UdpHeader.checksum(header) == 0 && Ip.isMapped(info.sourceHigh, info.sourceLow)) {
            return true;
        }
        return Checksum.isRight(Checksum.add(Checksum.pseudo(info.sourceHigh, info.sourceLow, info.targetHigh,
                info.targetLow, Ip.UDP, length), header, length));
    }

    /** What was sent to many goes to all who are bound to it, udp(7); each of the others gets a copy. */
    @ColdPath("multicast and broadcast")
    private void offerOthers(Packet packet, UdpEndpoint first) {
        for (Binding binding = ports.first(first.binding.port); binding != null; binding = ports.after(binding)) {
            UdpEndpoint one = (UdpEndpoint) binding.endpoint;
            if (one != first && one.match(packet, first.binding.port) != 0) {
                offerApart(packet, one);
            }
        }
    }

    /** Of several that fit equally well by SO_REUSEPORT the sender chooses, so that it stays with one of them. */
    private UdpEndpoint find(Packet packet, int port) {
        UdpEndpoint best = null;
        PacketFilter chooser = null;
        int bestFit = 0;
        int equal = 0;
        long sender = packet.sourceHigh ^ packet.sourceLow ^ packet.sourcePort * 0x9e37_79b9L;
        for (Binding binding = ports.first(port); binding != null; binding = ports.after(binding)) {
            UdpEndpoint one = (UdpEndpoint) binding.endpoint;
            int fit = one.match(packet, port);
            equal = fit > bestFit ? 1 : equal + (fit == bestFit && binding.reusePort ? 1 : 0);
            chooser = fit > bestFit || fit == bestFit && chooser == null ? binding.chooser : chooser;
            if (fit > bestFit || fit == bestFit && fit > 0 && binding.reusePort
                    && Long.remainderUnsigned(sender * equal * 0x9e37_79b9_7f4a_7c15L >>> 17, equal) == 0) {
                best = one;
                bestFit = fit;
            }
        }
        // Those that do not fit at all are equal too.
        return best == null || chooser == null || equal < 2 ? best
                : chosen(packet, port, bestFit, equal, chooser, best);
    }

    /** What a program of SO_ATTACH_REUSEPORT_CBPF says of the payload: the number of who came when; or as without. */
    @ColdPath("few programs attach one")
    private UdpEndpoint chosen(Packet packet, int port, int fit, int count, PacketFilter chooser, UdpEndpoint other) {
        int number = chooser.run(packet.address() + UdpHeader.BYTES, packet.length() - UdpHeader.BYTES, 0, 0, 0,
                packet.interfaceIndex);
        if (number < 0 || number >= count) {
            return other;
        }
        int left = count - number;
        for (Binding binding = ports.first(port); binding != null; binding = ports.after(binding)) {
            UdpEndpoint one = (UdpEndpoint) binding.endpoint;
            // The newest stands first.
            if (binding.reusePort && one.match(packet, port) == fit && --left == 0) {
                return one;
            }
        }
        return other;
    }

    /** A datagram of ours did not arrive; only a connected endpoint hears of it, or one that asks, udp(7). */
    public void unreachable(ErrorReport report) {
        int port = report.localPort();
        for (Binding binding = ports.first(port); binding != null; binding = ports.after(binding)) {
            UdpEndpoint one = (UdpEndpoint) binding.endpoint;
            boolean meant = one.connected ? one.remote.port == report.remotePort()
                    && one.remote.low == report.remoteLow && one.remote.high == report.remoteHigh : one.wantsErrors;
            if (binding.port == port && meant && binding.match(report.localHigh, report.localLow) > 0) {
                if (one.wantsErrors) {
                    report.tell(one, ip, UdpHeader.BYTES, report.remotePort());
                } else if (report.mtuBytes == 0) {
                    one.fail(report.errno);
                }
            }
        }
    }

    public void close(UdpEndpoint endpoint) {
        endpoint.leaveAll(ip);
        ports.release(endpoint.binding);
        endpoint.clear();
    }

    /**
     * IP_ADD_MEMBERSHIP, IPV6_JOIN_GROUP.
     *
     * @param interfaceIndex 0 for where packets to the group would go
     * @return 0, -ENODEV, -EADDRINUSE when it has joined there, -ENOBUFS
     */
    public int join(UdpEndpoint endpoint, long high, long low, int interfaceIndex) {
        return endpoint.join(ip, high, low, interfaceIndex);
    }

    /** IP_DROP_MEMBERSHIP, IPV6_LEAVE_GROUP: 0 or -EADDRNOTAVAIL. */
    public int leave(UdpEndpoint endpoint, long high, long low, int interfaceIndex) {
        return endpoint.leave(ip, high, low, interfaceIndex);
    }

    public long received() {
        return received;
    }

    public long sent() {
        return sent;
    }

    public long unknownPorts() {
        return unknownPorts;
    }

    public long errors() {
        return errors;
    }
}

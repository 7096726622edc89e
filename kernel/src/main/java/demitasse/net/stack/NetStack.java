package demitasse.net.stack;

import static demitasse.base.error.Errno.EMSGSIZE;
import static demitasse.base.error.Errno.ENETDOWN;
import static demitasse.base.error.Errno.ENOBUFS;

import demitasse.alloc.Allocator;
import demitasse.alloc.Pages;
import demitasse.base.annotation.HotPath;
import demitasse.device.net.Loopback;
import demitasse.device.net.NetDevice;
import demitasse.device.net.Packet;
import demitasse.device.net.PacketPool;
import demitasse.machine.Clock;
import demitasse.net.icmp.ErrorSink;
import demitasse.net.icmp.Icmp;
import demitasse.net.ip.Hop;
import demitasse.net.ip.IpLayer;
import demitasse.net.ip.PacketInfo;
import demitasse.net.ip.RandomBits;
import demitasse.net.ip.RoomWaiter;
import demitasse.net.tcp.Tcp;
import demitasse.net.udp.Udp;
import demitasse.net.wire.Ip;
import demitasse.net.wire.Ipv4Header;
import demitasse.net.wire.Ipv6Header;
import demitasse.net.wire.PageCache;
import demitasse.sched.timer.Timers;

/**
 * The stack of an instance: lo and what else there is, and the way of a packet from a device to TCP, UDP or ICMP and
 * back. {@link #poll} is called by the event loop, and by whoever has sent something, so that what goes through lo
 * arrives before the caller goes on.
 */
public final class NetStack implements IpLayer, ErrorSink {
    /** Of memory, for packets and for the data of connections. */
    private static final int PACKETS_SHARE = 8;
    private static final int STREAMS_SHARE = 4;
    private static final int HOP_LIMIT = 64;

    public final Routes routes = new Routes();
    public final Tcp tcp;
    public final Udp udp;
    public final Icmp icmp;
    public final NetCounters counters = new NetCounters();
    private final PacketPool packets;
    private final PacketInfo info = new PacketInfo();
    private final Clock clock;
    private int identification;
    private boolean polling;
    private long nowNs;

    public NetStack(Allocator memory, Pages pages, Timers timers, Clock clock, RandomBits random) {
        this.clock = clock;
        packets = new PacketPool(memory, pages.totalBytes() / PACKETS_SHARE);
        tcp = new Tcp(this, timers, clock, new PageCache(pages, pages.totalBytes() / STREAMS_SHARE), random);
        udp = new Udp(this);
        icmp = new Icmp(this, this);
        identification = (int) random.bits();
        NetInterface lo = addInterface("lo", new Loopback(), true);
        routes.addAddress(lo, 0, Ip.LOOPBACK_IPV4, 96 + 8);
        routes.addAddress(lo, 0, 1, 128);
    }

    /** Adds a device; it has no address yet. */
    public NetInterface addInterface(String name, NetDevice device, boolean isLoopback) {
        NetInterface added = new NetInterface(name, routes.interfaceCount() + 1, device, isLoopback, packets);
        routes.add(added);
        return added;
    }

    public PacketPool packets() {
        return packets;
    }

    /**
     * Takes packets from the devices through the layers.
     *
     * @return how many; the budget when there may be more
     */
    @HotPath("per packet")
    public int poll(int budget) {
        return poll(budget, routes.interfaceCount());
    }

    /** As {@link #poll}, of lo alone; everything that was sent leaves. */
    @HotPath("per packet")
    public int pollLoopback(int budget) {
        return poll(budget, 1);
    }

    private int poll(int budget, int interfaces) {
        if (polling) {
            return 0;
        }
        polling = true;
        int done = 0;
        boolean more = true;
        while (more && done < budget) {
            more = false;
            for (int i = 0; i < interfaces; i++) {
                NetInterface one = routes.at(i);
                Packet packet = one.device.receive();
                if (packet != null) {
                    if (done == 0) {
                        // Not earlier: most turns of the loop find no packet, and each comes through here.
                        tcp.tick();
                        nowNs = clock.monotonicNs();
                    }
                    receive(one, packet);
                    more = true;
                    done++;
                }
            }
        }
        boolean resumed = false;
        for (int i = 0; i < routes.interfaceCount(); i++) {
            resumed |= routes.at(i).flush();
        }
        polling = false;
        return resumed ? budget : done;
    }

    private void receive(NetInterface from, Packet packet) {
        from.receivedPackets++;
        from.receivedBytes += packet.length();
        packet.interfaceIndex = from.index;
        if (from.link == null || from.link.receive(packet, nowNs)) {
            receiveIp(packet);
        }
    }

    /** A packet that begins with its IP header. */
    @HotPath("per packet")
    private void receiveIp(Packet packet) {
        int version = packet.length() == 0 ? 0 : Ipv4Header.version(packet.address());
        info.interfaceIndex = packet.interfaceIndex;
        packet.networkHeader = packet.address();
        boolean valid = version == 4 ? strip4(packet) : version == 6 && strip6(packet);
        if (!valid) {
            packet.release();
            return;
        }
        deliver(packet);
    }

    private boolean strip4(Packet packet) {
        long header = packet.address();
        if (!Ipv4Header.isValid(header, packet.length())) {
            counters.badHeaders++;
            return false;
        }
        info.sourceHigh = 0;
        info.sourceLow = Ipv4Header.source(header);
        info.targetHigh = 0;
        info.targetLow = Ipv4Header.target(header);
        info.protocol = Ipv4Header.protocol(header);
        info.timeToLive = Ipv4Header.timeToLive(header);
        info.service = Ipv4Header.service(header);
        packet.trim(Ipv4Header.totalBytes(header));
        if (!isForUs()) {
            return false;
        }
        if (Ipv4Header.isFragment(header)) {
            counters.fragmentsDropped++;
            return false;
        }
        packet.pull(Ipv4Header.headerBytes(header));
        return true;
    }

    private boolean strip6(Packet packet) {
        long header = packet.address();
        if (!Ipv6Header.isValid(header, packet.length())) {
            counters.badHeaders++;
            return false;
        }
        long source = Ipv6Header.sourceAddress(header);
        long target = Ipv6Header.targetAddress(header);
        info.sourceHigh = Ip.high(source);
        info.sourceLow = Ip.low(source);
        info.targetHigh = Ip.high(target);
        info.targetLow = Ip.low(target);
        info.protocol = Ipv6Header.nextHeader(header);
        info.timeToLive = Ipv6Header.hopLimit(header);
        info.service = Ipv6Header.service(header);
        packet.trim(Ipv6Header.BYTES + Ipv6Header.payloadBytes(header));
        packet.pull(Ipv6Header.BYTES);
        return isForUs();
    }

    /** Nothing is forwarded; and what claims to come from ourselves comes by lo (RFC 1122 §3.2.1.3). */
    private boolean isForUs() {
        info.isToMany = Ip.isMulticast(info.targetHigh, info.targetLow)
                || Ip.isBroadcast(info.targetHigh, info.targetLow);
        boolean ours = info.isToMany || routes.isLocal(info.targetHigh, info.targetLow);
        boolean forged = info.interfaceIndex != 1 && (Ip.isLoopback(info.targetHigh, info.targetLow)
                || routes.isLocal(info.sourceHigh, info.sourceLow));
        if (!ours || forged || Ip.isMulticast(info.sourceHigh, info.sourceLow)) {
            counters.notForUs++;
            return false;
        }
        return true;
    }

    private void deliver(Packet packet) {
        switch (info.protocol) {
            case Ip.TCP:
                tcp.input(packet, info);
                packet.release();
                break;
            case Ip.UDP:
                if (!udp.input(packet, info)) {
                    icmp.portUnreachable(packet, info, clock.monotonicNs());
                    packet.release();
                }
                break;
            case Ip.ICMP, Ip.ICMPV6:
                icmp.input(packet, info);
                packet.release();
                break;
            default:
                counters.unknownProtocols++;
                packet.release();
                break;
        }
    }

    @Override
    public int find(Hop out, long targetHigh, long targetLow, int interfaceIndex) {
        return routes.find(out, targetHigh, targetLow, interfaceIndex);
    }

    @Override
    public int generation() {
        return routes.generation();
    }

    @Override
    public boolean isLocal(long high, long low) {
        return routes.isLocal(high, low);
    }

    @Override
    @HotPath("per packet")
    public boolean hasRoom(Hop hop, RoomWaiter waiter) {
        NetInterface through = routes.byIndex(hop.interfaceIndex);
        if (through.device.hasRoom()) {
            return true;
        }
        through.roomQueue.add(waiter);
        return false;
    }

    @Override
    public Packet take(int payloadBytes) {
        return packets.take(payloadBytes);
    }

    @Override
    @HotPath("per packet")
    public int send(Packet packet, Hop hop, long sourceHigh, long sourceLow, long targetHigh, long targetLow,
            int protocol, int timeToLive, int service, boolean fragments) {
        int length = packet.length();
        boolean ipv4 = Ip.isMapped(targetHigh, targetLow);
        int headerBytes = ipv4 ? Ipv4Header.BYTES : Ipv6Header.BYTES;
        if (length + headerBytes > hop.mtuBytes && packet.segmentBytes == 0) {
            packet.release();
            return -EMSGSIZE;
        }
        long header = packet.push(headerBytes);
        packet.headerBytes += headerBytes;
        if (ipv4) {
            Ipv4Header.write(header, service, length + headerBytes, identification++,
                    fragments ? 0 : Ipv4Header.DO_NOT_FRAGMENT, timeToLive, protocol, sourceLow, targetLow);
        } else {
            Ipv6Header.write(header, service, length, protocol, timeToLive == 0 ? HOP_LIMIT : timeToLive);
            Ipv6Header.putAddresses(header, sourceHigh, sourceLow, targetHigh, targetLow);
        }
        NetInterface through = routes.byIndex(hop.interfaceIndex);
        if (!through.device.isUp()) {
            packet.release();
            return -ENETDOWN;
        }
        int bytes = packet.length();
        boolean sent = through.link == null ? through.device.transmit(packet)
                : through.link.send(packet, hop.nextHigh, hop.nextLow, clock.monotonicNs());
        if (!sent) {
            through.sentDrops++;
            packet.release();
            return -ENOBUFS;
        }
        through.sentPackets++;
        through.sentBytes += bytes;
        return 0;
    }

    @Override
    public void unreachable(int protocol, long localHigh, long localLow, long remoteHigh, long remoteLow, int ports,
            int errno) {
        if (protocol == Ip.UDP) {
            udp.unreachable(localHigh, localLow, ports >>> 16, remoteHigh, remoteLow, ports & 0xffff, errno);
        } else if (protocol == Ip.TCP) {
            tcp.unreachable(localHigh, localLow, ports >>> 16, remoteHigh, remoteLow, ports & 0xffff, errno);
        }
    }

    @Override
    public void tooBig(long remoteHigh, long remoteLow, int mtuBytes) {
        routes.tooBig(remoteHigh, remoteLow, mtuBytes);
    }

    @Override
    public void echoReply(long address, int lengthBytes) {
        counters.echoReplies++;
    }
}

package demitasse.net.stack;

import static demitasse.base.error.Errno.ENODEV;

import demitasse.alloc.Allocator;
import demitasse.alloc.Pages;
import demitasse.base.annotation.ColdPath;
import demitasse.base.annotation.HotPath;
import demitasse.device.net.Loopback;
import demitasse.device.net.NetDevice;
import demitasse.device.net.Packet;
import demitasse.device.net.PacketPool;
import demitasse.device.net.PacketTap;
import demitasse.machine.Clock;
import demitasse.net.icmp.ErrorSink;
import demitasse.net.icmp.Icmp;
import demitasse.net.ip.ErrorReport;
import demitasse.net.ip.Hop;
import demitasse.net.ip.IpLayer;
import demitasse.net.ip.KeyedHash;
import demitasse.net.ip.PacketInfo;
import demitasse.net.ip.RandomBits;
import demitasse.net.ip.RoomQueue;
import demitasse.net.ip.RoomWaiter;
import demitasse.net.raw.Raw;
import demitasse.net.tcp.Tcp;
import demitasse.net.udp.Udp;
import demitasse.net.wire.Ip;
import demitasse.net.wire.PageCache;
import demitasse.sched.timer.Timer;
import demitasse.sched.timer.Timers;

/**
 * The stack of an instance: lo and what else there is, and the way of a packet from a device to TCP, UDP or ICMP and
 * back. {@link #poll} is called by the event loop, and {@link #pollLoopback} by whoever has sent something, so that
 * what goes through lo arrives before the caller goes on. What goes elsewhere leaves at the end of the program's turn.
 */
public final class NetStack implements IpLayer, ErrorSink {
    /** Of memory, for packets and for the data of connections. */
    private static final int PACKETS_SHARE = 8;
    private static final int STREAMS_SHARE = 4;
    private static final int FRAGMENTS_SHARE = 64;
    /** What devices give at once, so that it is in the CPU's cache still when the program reads it. */
    private static final int BYTES_PER_POLL = 64 << 10;
    /** What a program has written leaves after so long, should it compute instead of waiting for an answer. */
    private static final long HELD_NS = 1_000_000;

    /** Which one it is, SO_NETNS_COOKIE of socket(7); Linux counts from 1. */
    public final long cookie;
    private long made = 1;
    public final Routes routes;
    public final Tcp tcp;
    public final Udp udp;
    public final Icmp icmp;
    public final Raw raw;
    public final NameServers nameServers = new NameServers();
    public final NetCounters counters = new NetCounters();
    private final PacketPool packets;
    private final PageCache streams;
    private final long fragmentsBytes;
    /** Those that use it: as long as there are any, it is polled. */
    public int sockets;
    private final IpInput input;
    private final IpOutput output;
    final Timers timers;
    private final Loopback loopback = new Loopback();
    private final NetInterface lo;
    private final Clock clock;
    private final RandomBits random;
    private final KeyedHash identifiers;
    /** Ends the turn of a program; all that is held leaves with the poll of the next. */
    private final Timer held = new Timer() {
        @Override
        protected void expired(long nowNs) {
        }
    };
    private PacketTap tap;
    /** Who has something to send at the end of a program's turn. */
    private final RoomQueue later = new RoomQueue();
    private boolean polling;
    private long nowNs;

    public NetStack(Allocator memory, Pages pages, Timers timers, Clock clock, RandomBits random) {
        this(new PacketPool(memory, pages.totalBytes() / PACKETS_SHARE),
                new PageCache(pages, pages.totalBytes() / STREAMS_SHARE), pages.totalBytes() / FRAGMENTS_SHARE,
                timers, clock, random, null);
        routes.setUp(lo, true);
    }

    /** One more with lo alone, which is down and has no address yet, network_namespaces(7); memory is in common. */
    public NetStack(NetStack first) {
        this(first.packets, first.streams, first.fragmentsBytes, first.timers, first.clock, first.random,
                first);
        routes.setUp(lo, false);
    }

    private NetStack(PacketPool packets, PageCache streams, long fragmentsBytes, Timers timers, Clock clock,
            RandomBits random, NetStack first) {
        cookie = first == null ? 1 : ++first.made;
        this.clock = clock;
        this.timers = timers;
        this.random = random;
        this.packets = packets;
        this.streams = streams;
        this.fragmentsBytes = fragmentsBytes;
        identifiers = new KeyedHash(random.bits(), random.bits());
        routes = new Routes(timers);
        tcp = new Tcp(this, timers, clock, streams, random);
        udp = new Udp(this);
        icmp = new Icmp(this, this);
        raw = new Raw(this);
        output = new IpOutput(routes, counters, packets, random);
        input = new IpInput(this, new Reassembly(packets, counters, icmp, timers, fragmentsBytes));
        lo = addInterface("lo", loopback, true);
    }

    /** Adds a device; it has no address yet. */
    public NetInterface addInterface(String name, NetDevice device, boolean isLoopback) {
        NetInterface added = new NetInterface(name, routes.interfaceCount() + 1, device, isLoopback, this);
        routes.add(added);
        if (tap != null) {
            added.setTap(tap);
        }
        return added;
    }

    /** Who sees what passes through the devices; null for nobody. */
    public void setTap(PacketTap newTap) {
        tap = newTap;
        for (int i = 0; i < routes.interfaceCount(); i++) {
            routes.at(i).setTap(newTap);
        }
    }

    /**
     * Begins IPv6 on an interface: a link-local address, and whatever routers tell.
     *
     * @param probesDuplicates false where nobody else is on the link
     */
    public void startIpv6(NetInterface on, boolean probesDuplicates) {
        on.probesDuplicates = probesDuplicates;
        on.slaac.start();
        on.device.flush();
    }

    public PacketPool packets() {
        return packets;
    }

    /**
     * Takes packets from the devices through the layers, after what is held has left.
     *
     * @return how many; the budget when there may be more
     */
    @HotPath("per packet")
    public int poll(int budget) {
        return poll(budget, routes.interfaceCount(), false);
    }

    /** As {@link #poll}, while a program is only interrupted: what it holds stays, unless its time is up. */
    @HotPath("per packet")
    public int pollWithinTurn(int budget) {
        return poll(budget, routes.interfaceCount(), held.isArmed());
    }

    /** As {@link #poll}, of lo alone: what was sent there has arrived. Mostly nothing was: each read comes by. */
    @HotPath("per packet")
    public void pollLoopback(int budget) {
        if (!loopback.isEmpty() || !lo.roomQueue.isEmpty()) {
            poll(budget, 1, true);
        }
    }

    private int poll(int budget, int interfaces, boolean keepsHeld) {
        if (polling) {
            return 0;
        }
        polling = true;
        if (!keepsHeld && (held.isArmed() || !later.isEmpty())) {
            // Before anything is asked of the devices: somebody may wait for it.
            timers.cancel(held);
            tick();
            while (!later.isEmpty()) {
                later.take().roomAgain();
            }
            flush(interfaces);
        }
        int done = 0;
        int bytes = 0;
        boolean more = true;
        while (more && done < budget && bytes < BYTES_PER_POLL) {
            more = false;
            for (int i = 0; i < interfaces; i++) {
                NetInterface one = routes.at(i);
                Packet packet = one.device.receive();
                if (packet != null) {
                    if (done == 0) {
                        // Not earlier: most turns of the loop find no packet, and each comes through here.
                        tick();
                    }
                    bytes += one.isLoopback ? 0 : packet.length();
                    receive(one, packet);
                    more = true;
                    done++;
                }
            }
        }
        boolean resumed = flush(interfaces);
        polling = false;
        boolean looksAgain = wantsLook(interfaces);
        // What is held now waits for no more than the turn of a program that has just been woken.
        return resumed || looksAgain || !later.isEmpty() || bytes >= BYTES_PER_POLL ? budget : done;
    }

    /** Whether a device is to be asked again; if so it is before long, though a program may compute. */
    private boolean wantsLook(int interfaces) {
        for (int i = 0; i < interfaces; i++) {
            if (routes.at(i).device.wantsLook()) {
                endTurnSoon();
                return true;
            }
        }
        return false;
    }

    /** Reads the clock: once for a batch of packets, or for what a program sends in a turn. */
    void tick() {
        nowNs = clock.monotonicNs();
        tcp.tick(nowNs);
        output.tick(nowNs);
    }

    private boolean flush(int interfaces) {
        boolean resumed = false;
        for (int i = 0; i < interfaces; i++) {
            resumed |= routes.at(i).flush();
        }
        return resumed;
    }

    private void receive(NetInterface from, Packet packet) {
        if (!from.isUp()) {
            packet.release();
            return;
        }
        packet.arrivedNs = nowNs;
        from.receivedPackets++;
        from.receivedBytes += packet.length();
        // What comes back to us by lo of that which went to many tells through which interface it went.
        packet.interfaceIndex = from.isLoopback && packet.interfaceIndex != 0 ? packet.interfaceIndex : from.index;
        if (from.link == null || from.link.receive(packet, nowNs)) {
            input.receive(from, packet, nowNs);
        }
    }

    /** Monotonic. */
    public long nowNs() {
        return clock.monotonicNs();
    }

    /** What nobody can guess. */
    public long random() {
        return random.bits();
    }

    /** The lower half of an address, RFC 7217 §5. */
    long identifier(long prefix, int interfaceIndex, int duplicates) {
        return identifiers.of(prefix, interfaceIndex, 0, duplicates, 0);
    }

    @Override
    public int transmit(Packet packet, Hop hop) {
        hold();
        return output.transmit(packet, routes.byIndex(hop.interfaceIndex), hop);
    }

    @Override
    public int join(long groupHigh, long groupLow, int interfaceIndex) {
        NetInterface on = routes.forGroup(groupHigh, groupLow, interfaceIndex);
        int error = on == null ? -ENODEV : on.groups.join(groupHigh, groupLow);
        return error < 0 ? error : on.index;
    }

    @Override
    public void leave(long groupHigh, long groupLow, int interfaceIndex) {
        routes.byIndex(interfaceIndex).groups.leave(groupHigh, groupLow);
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
        if (through.takes()) {
            return true;
        }
        through.roomQueue.add(waiter);
        return false;
    }

    @Override
    @HotPath("per packet")
    public boolean gathers(Hop hop) {
        return (routes.byIndex(hop.interfaceIndex).device.offloads() & NetDevice.GATHER) != 0;
    }

    @Override
    @HotPath("per packet")
    public boolean later(Hop hop, RoomWaiter waiter) {
        NetInterface through = routes.byIndex(hop.interfaceIndex);
        if (through.isLoopback) {
            return false;
        }
        later.add(waiter);
        endTurnSoon();
        return true;
    }

    /** Something is to leave with the next {@link #poll}: a program may compute for so long and no longer. */
    private void endTurnSoon() {
        if (!held.isArmed()) {
            if (!polling) {
                tick();
            }
            timers.arm(held, nowNs + HELD_NS);
        }
    }

    /** What is sent now leaves with a flush, which ends each poll. */
    private void hold() {
        if (!polling) {
            endTurnSoon();
        }
    }

    @Override
    public Packet take(int payloadBytes) {
        return packets.take(payloadBytes);
    }

    @Override
    @HotPath("per packet")
    public int send(Packet packet, Hop hop, long sourceHigh, long sourceLow, long targetHigh, long targetLow,
            int protocol, int timeToLive, int service, boolean fragments) {
        if (hop.interfaceIndex != 1) {
            hold();
        }
        return output.send(packet, hop, sourceHigh, sourceLow, targetHigh, targetLow, protocol, timeToLive, service,
                fragments);
    }

    @Override
    @ColdPath("an error")
    public void unreachable(ErrorReport report) {
        boolean ofTcp = report.protocol == Ip.TCP;
        boolean known = ofTcp ? tcp.isInFlight(report.localHigh, report.localLow, report.localPort(),
                report.remoteHigh, report.remoteLow, report.remotePort(), report.sequence())
                : report.protocol != Ip.UDP || udp.ports.isUsed(report.localPort());
        if (!known || !isLocal(report.localHigh, report.localLow)) {
            counters.strangeErrors++;
            return;
        }
        if (report.mtuBytes != 0) {
            routes.tooBig(report.remoteHigh, report.remoteLow, report.mtuBytes, clock.monotonicNs());
        }
        if (report.protocol == Ip.UDP) {
            udp.unreachable(report);
        } else if (ofTcp && report.mtuBytes != 0) {
            tcp.tooBig(report.localHigh, report.localLow, report.localPort(), report.remoteHigh, report.remoteLow,
                    report.remotePort());
        } else if (ofTcp) {
            tcp.unreachable(report.localHigh, report.localLow, report.localPort(), report.remoteHigh,
                    report.remoteLow, report.remotePort(), report.errno);
        }
        if (!raw.isEmpty()) {
            raw.unreachable(report);
        }
    }

    @Override
    public void discovery(Packet packet, PacketInfo info) {
        NetInterface on = routes.byIndex(info.interfaceIndex);
        if (on.ndp != null) {
            on.ndp.input(packet, info);
        }
    }

    @Override
    public void membership(Packet packet, PacketInfo info) {
        NetInterface on = routes.byIndex(info.interfaceIndex);
        if (info.protocol == Ip.IGMP) {
            on.groups.igmp(packet, info);
        } else {
            on.groups.mld(packet, info);
        }
    }

    @Override
    public void echoReply(Packet packet, PacketInfo info) {
        counters.echoReplies++;
        raw.echoReply(packet, info);
    }
}

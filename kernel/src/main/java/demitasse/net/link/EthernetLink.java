package demitasse.net.link;

import demitasse.base.annotation.ColdPath;
import demitasse.base.annotation.HotPath;
import demitasse.device.net.NetDevice;
import demitasse.device.net.Packet;
import demitasse.device.net.PacketPool;
import demitasse.device.net.PacketQueue;
import demitasse.net.wire.ArpMessage;
import demitasse.net.wire.EthernetHeader;
import demitasse.net.wire.Ip;
import demitasse.net.wire.Ipv4Header;
import demitasse.sched.timer.Timer;
import demitasse.sched.timer.Timers;

/**
 * An Ethernet device as a carrier of IP. Packets wait for the address of their neighbour, as RFC 1122 §2.3.2.2 and RFC
 * 4861 §7.2.2 ask; a neighbour that is in use is asked now and then whether it is still there. Its timer rings while
 * something was asked.
 */
public final class EthernetLink extends Timer {
    /** RFC 4861 §10. */
    private static final int SOLICITS_MAX = 3;
    private static final long RETRANSMIT_NS = 1_000_000_000L;
    private static final long DELAY_NS = 5_000_000_000L;
    private static final long REACHABLE_NS = 30_000_000_000L;
    private static final long REACHABLE_MAX_NS = 3600 * 1_000_000_000L;
    private static final long MULTICAST = 1L << 40;

    public final Neighbours neighbours = new Neighbours();
    /** Frames that went no further, by reason. */
    public long shortFrames;
    public long otherTargets;
    public long unknownTypes;
    public long badArps;
    public long unresolved;
    public long queueDrops;
    private NetDevice device;
    private final PacketPool packets;
    private final LinkAddresses addresses;
    private final Timers timers;
    private long reachableNs = REACHABLE_NS;

    public EthernetLink(NetDevice device, PacketPool packets, LinkAddresses addresses, Timers timers) {
        this.device = device;
        this.packets = packets;
        this.addresses = addresses;
        this.timers = timers;
    }

    /** Another stands in the device's place. */
    public void setDevice(NetDevice newDevice) {
        device = newDevice;
    }

    public long drops() {
        return shortFrames + otherTargets + unknownTypes + badArps + unresolved + queueDrops;
    }

    /** How long an answer counts, as a router tells. */
    public void setReachable(long ns) {
        reachableNs = Math.min(ns, REACHABLE_MAX_NS);
    }

    /** A frame has come; true when an IP packet is left, which is still the caller's. Otherwise it is gone. */
    @HotPath("per packet")
    public boolean receive(Packet packet, long nowNs) {
        if (packet.length() < EthernetHeader.BYTES) {
            shortFrames++;
            packet.release();
            return false;
        }
        long header = packet.address();
        int type = EthernetHeader.type(header);
        long target = EthernetHeader.target(header);
        if (target != device.address() && (target & MULTICAST) == 0) {
            otherTargets++;
            packet.release();
            return false;
        }
        packet.pull(EthernetHeader.BYTES);
        if (type == EthernetHeader.IPV4 || type == EthernetHeader.IPV6) {
            return true;
        }
        if (type == EthernetHeader.ARP) {
            arp(packet, nowNs);
        } else {
            unknownTypes++;
        }
        packet.release();
        return false;
    }

    /** Sends an IP packet to a neighbour; false when the device has no room, then it is still the caller's. */
    @HotPath("per packet")
    public boolean send(Packet packet, long nextHigh, long nextLow, long nowNs) {
        if (Ip.isBroadcast(nextHigh, nextLow)) {
            return frame(packet, EthernetHeader.BROADCAST);
        }
        if (Ip.isMulticast(nextHigh, nextLow)) {
            return frame(packet, EthernetHeader.multicast(Ip.isMapped(nextHigh, nextLow), nextLow));
        }
        int entry = neighbours.find(nextHigh, nextLow);
        int state = entry < 0 ? Neighbours.FREE : neighbours.state(entry);
        if (state <= Neighbours.INCOMPLETE) {
            park(entry, packet, nextHigh, nextLow, nowNs);
            return true;
        }
        neighbours.used(entry, nowNs);
        if (state == Neighbours.STALE || state == Neighbours.REACHABLE && neighbours.dueNs(entry) <= nowNs) {
            neighbours.enter(entry, Neighbours.DELAY, nowNs + DELAY_NS);
            wakeAt(nowNs + DELAY_NS);
        }
        return frame(packet, neighbours.mac(entry));
    }

    private boolean frame(Packet packet, long target) {
        int type = Ipv4Header.version(packet.address()) == 6 ? EthernetHeader.IPV6 : EthernetHeader.IPV4;
        EthernetHeader.write(packet.push(EthernetHeader.BYTES), target, device.address(), type);
        if (device.transmit(packet)) {
            return true;
        }
        packet.pull(EthernetHeader.BYTES);
        return false;
    }

    @ColdPath("while a neighbour is not known")
    private void park(int found, Packet packet, long high, long low, long nowNs) {
        int entry = found < 0 ? create(high, low, Neighbours.INCOMPLETE, nowNs) : found;
        PacketQueue waiting = neighbours.waiting(entry);
        boolean full = neighbours.waitingCount() >= Neighbours.WAITING_MAX;
        if (waiting.count() == Neighbours.WAITING_EACH_MAX || full && !waiting.isEmpty()) {
            queueDrops++;
            waiting.take().release();
        } else if (full) {
            queueDrops++;
            packet.release();
            return;
        }
        if (packet.tail == null) {
            waiting.add(packet);
        } else {
            // What it has elsewhere does not stay there for so long. It comes again.
            queueDrops++;
            packet.release();
        }
        if (found < 0) {
            ask(entry, nowNs);
        }
    }

    private int create(long high, long low, int state, long nowNs) {
        int entry = neighbours.victim(state == Neighbours.INCOMPLETE);
        queueDrops += neighbours.state(entry) == Neighbours.INCOMPLETE ? neighbours.waiting(entry).count() : 0;
        neighbours.free(entry);
        neighbours.create(entry, high, low, state, nowNs);
        return entry;
    }

    private void ask(int entry, long nowNs) {
        wakeAt(nowNs + RETRANSMIT_NS);
        neighbours.enter(entry, neighbours.state(entry), nowNs + RETRANSMIT_NS);
        long high = neighbours.high(entry);
        long low = neighbours.low(entry);
        boolean probe = neighbours.state(entry) == Neighbours.PROBE;
        if (Ip.isMapped(high, low)) {
            say(ArpMessage.REQUEST, addresses.ipv4For((int) low), 0, (int) low,
                    probe ? neighbours.mac(entry) : EthernetHeader.BROADCAST);
        } else {
            addresses.solicit(high, low, probe);
        }
    }

    private void wakeAt(long deadlineNs) {
        if (!isArmed() || deadlineNs < deadlineNs()) {
            timers.arm(this, deadlineNs);
        }
    }

    @Override
    protected void expired(long nowNs) {
        long nextNs = Long.MAX_VALUE;
        for (int i = 0; i < Neighbours.ENTRIES; i++) {
            int state = neighbours.state(i);
            if (state != Neighbours.INCOMPLETE && state < Neighbours.DELAY || neighbours.isFixed(i)) {
                continue;
            }
            if (neighbours.dueNs(i) <= nowNs) {
                due(i, state, nowNs);
            } else {
                nextNs = Math.min(nextNs, neighbours.dueNs(i));
            }
        }
        if (nextNs != Long.MAX_VALUE) {
            wakeAt(nextNs);
        }
        device.flush();
    }

    private void due(int entry, int state, long nowNs) {
        if (state == Neighbours.DELAY) {
            neighbours.enter(entry, Neighbours.PROBE, nowNs);
            ask(entry, nowNs);
        } else if (neighbours.tries(entry) <= SOLICITS_MAX) {
            ask(entry, nowNs);
        } else {
            long high = neighbours.high(entry);
            long low = neighbours.low(entry);
            PacketQueue waiting = neighbours.waiting(entry);
            for (Packet packet = waiting.take(); packet != null; packet = waiting.take()) {
                unresolved++;
                addresses.unreachable(packet);
                packet.release();
            }
            neighbours.free(entry);
            addresses.lost(high, low);
        }
    }

    /** Someone has said in passing what its address is; an entry may be made for it. */
    @ColdPath("seldom")
    public void heard(long high, long low, long mac, boolean mayCreate, long nowNs) {
        int entry = neighbours.find(high, low);
        if (entry < 0 && mayCreate) {
            entry = create(high, low, Neighbours.STALE, nowNs);
        }
        if (entry >= 0 && !neighbours.isFixed(entry)
                && (neighbours.state(entry) == Neighbours.INCOMPLETE || neighbours.mac(entry) != mac)) {
            neighbours.enter(entry, Neighbours.STALE, nowNs);
            learn(entry, mac);
        }
    }

    /**
     * A neighbour answers, RFC 4861 §7.2.5.
     *
     * @param mac -1 when it does not say
     * @param solicited whether it answers a question of ours
     * @param overrides whether another address than the known one counts
     */
    @ColdPath("seldom")
    public void answered(long high, long low, long mac, boolean solicited, boolean overrides, long nowNs) {
        int entry = neighbours.find(high, low);
        int state = entry < 0 ? Neighbours.FREE : neighbours.state(entry);
        boolean other = mac >= 0 && state > Neighbours.INCOMPLETE && mac != neighbours.mac(entry);
        if (entry < 0 || state == Neighbours.INCOMPLETE && mac < 0 || neighbours.isFixed(entry)) {
            return;
        }
        if (other && !overrides) {
            if (state == Neighbours.REACHABLE) {
                neighbours.enter(entry, Neighbours.STALE, nowNs);
            }
            return;
        }
        if (solicited) {
            neighbours.enter(entry, Neighbours.REACHABLE, nowNs + reachableNs);
        } else if (other || state == Neighbours.INCOMPLETE) {
            neighbours.enter(entry, Neighbours.STALE, nowNs);
        }
        if (mac >= 0) {
            learn(entry, mac);
        }
    }

    /**
     * Somebody sets what a neighbour's address is, and how much that counts.
     *
     * @param mac -1 for the one that is known
     * @return false when there are too many of those that nothing changes
     */
    @ColdPath("by hand")
    public boolean set(long high, long low, long mac, int state, long nowNs) {
        if (state >= Neighbours.NO_ARP && neighbours.fixedCount() >= Neighbours.FIXED_MAX) {
            return false;
        }
        int found = neighbours.find(high, low);
        int entry = found < 0 ? create(high, low, Neighbours.STALE, nowNs) : found;
        neighbours.enter(entry, state, state == Neighbours.REACHABLE ? nowNs + reachableNs : nowNs);
        if (state == Neighbours.DELAY || state == Neighbours.PROBE) {
            wakeAt(nowNs);
        }
        learn(entry, mac < 0 ? neighbours.mac(entry) : mac);
        return true;
    }

    /** Forgets a neighbour, and what waits for it. */
    @ColdPath("by hand")
    public void forget(int entry) {
        queueDrops += neighbours.state(entry) == Neighbours.INCOMPLETE ? neighbours.waiting(entry).count() : 0;
        neighbours.free(entry);
    }

    private void learn(int entry, long mac) {
        neighbours.setMac(entry, mac);
        PacketQueue waiting = neighbours.waiting(entry);
        for (Packet packet = waiting.take(); packet != null; packet = waiting.take()) {
            if (!frame(packet, mac)) {
                queueDrops++;
                packet.release();
            }
        }
    }

    @ColdPath("seldom")
    private void say(int operation, int own, long targetMac, int target, long frameTarget) {
        Packet packet = packets.take(ArpMessage.BYTES);
        if (packet == null) {
            return;
        }
        ArpMessage.write(packet.append(ArpMessage.BYTES), operation, device.address(), own, targetMac, target);
        EthernetHeader.write(packet.push(EthernetHeader.BYTES), frameTarget, device.address(), EthernetHeader.ARP);
        if (!device.transmit(packet)) {
            packet.release();
        }
    }

    @ColdPath("seldom")
    private void arp(Packet packet, long nowNs) {
        long message = packet.address();
        if (!ArpMessage.isValid(message, packet.length())) {
            badArps++;
            return;
        }
        int sender = ArpMessage.senderAddress(message);
        int target = ArpMessage.targetAddress(message);
        long mac = ArpMessage.senderMac(message);
        int operation = ArpMessage.operation(message);
        boolean forUs = addresses.hasIpv4(target);
        if (operation != ArpMessage.REQUEST && operation != ArpMessage.REPLY || (mac & MULTICAST) != 0
                || addresses.hasIpv4(sender)) {
            badArps++;
            return;
        }
        if (sender != 0 && operation == ArpMessage.REPLY && forUs) {
            int entry = neighbours.find(0, Ip.mapped(sender));
            int state = entry < 0 ? Neighbours.FREE : neighbours.state(entry);
            boolean asked = state == Neighbours.INCOMPLETE || state == Neighbours.PROBE;
            answered(0, Ip.mapped(sender), mac, asked, true, nowNs);
        } else if (sender != 0) {
            heard(0, Ip.mapped(sender), mac, forUs && operation == ArpMessage.REQUEST, nowNs);
        }
        if (forUs && operation == ArpMessage.REQUEST) {
            say(ArpMessage.REPLY, target, mac, sender, mac);
        }
    }
}

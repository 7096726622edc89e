package demitasse.net.link;

import demitasse.base.annotation.ColdPath;
import demitasse.base.annotation.HotPath;
import demitasse.device.net.NetDevice;
import demitasse.device.net.Packet;
import demitasse.device.net.PacketPool;
import demitasse.net.wire.ArpMessage;
import demitasse.net.wire.EthernetHeader;
import demitasse.net.wire.Ip;
import demitasse.net.wire.Ipv4Header;

/**
 * An Ethernet device as a carrier of IP. Neighbours stand in a small cache; one packet may wait for an answer, as RFC
 * 1122 §2.3.2.2 asks. Only answers that were asked for, and requests to us, change the cache, so a stranger cannot
 * fill it.
 */
public final class EthernetLink {
    private static final int NEIGHBOURS = 64;
    private static final long VALID_NS = 60_000_000_000L;
    private static final long ASK_AGAIN_NS = 1_000_000_000L;

    private final NetDevice device;
    private final PacketPool packets;
    private final LinkAddresses addresses;
    private final int[] neighbours = new int[NEIGHBOURS];
    private final long[] macs = new long[NEIGHBOURS];
    /** When an entry was learned; 0 for never. */
    private final long[] learnedNs = new long[NEIGHBOURS];
    private final long[] askedNs = new long[NEIGHBOURS];
    private final Packet[] waiting = new Packet[NEIGHBOURS];
    private int nextVictim;
    private long drops;

    public EthernetLink(NetDevice device, PacketPool packets, LinkAddresses addresses) {
        this.device = device;
        this.packets = packets;
        this.addresses = addresses;
    }

    public long drops() {
        return drops;
    }

    /** A frame has come; true when an IP packet is left, which is still the caller's. Otherwise it is gone. */
    @HotPath("per packet")
    public boolean receive(Packet packet, long nowNs) {
        if (packet.length() < EthernetHeader.BYTES) {
            drops++;
            packet.release();
            return false;
        }
        long header = packet.address();
        int type = EthernetHeader.type(header);
        long target = EthernetHeader.target(header);
        boolean ours = target == device.address() || (target >>> 40 & 1) != 0;
        packet.pull(EthernetHeader.BYTES);
        if (ours && (type == EthernetHeader.IPV4 || type == EthernetHeader.IPV6)) {
            return true;
        }
        if (ours && type == EthernetHeader.ARP) {
            arp(packet, nowNs);
        } else {
            drops++;
        }
        packet.release();
        return false;
    }

    /** Sends an IP packet to a neighbour; false when the device has no room, then it is still the caller's. */
    @HotPath("per packet")
    public boolean send(Packet packet, long nextHigh, long nextLow, long nowNs) {
        if (Ip.isMulticast(nextHigh, nextLow) || Ip.isBroadcast(nextHigh, nextLow)) {
            return frame(packet, EthernetHeader.BROADCAST);
        }
        int neighbour = (int) nextLow;
        int entry = find(neighbour);
        if (entry >= 0 && learnedNs[entry] != 0) {
            if (nowNs - learnedNs[entry] > VALID_NS && nowNs - askedNs[entry] > ASK_AGAIN_NS) {
                ask(entry, nowNs);
            }
            return frame(packet, macs[entry]);
        }
        park(entry >= 0 ? entry : create(neighbour), packet, nowNs);
        return true;
    }

    private boolean frame(Packet packet, long target) {
        int type = packet.length() > 0 && isIpv6(packet) ? EthernetHeader.IPV6 : EthernetHeader.IPV4;
        EthernetHeader.write(packet.push(EthernetHeader.BYTES), target, device.address(), type);
        if (device.transmit(packet)) {
            return true;
        }
        packet.pull(EthernetHeader.BYTES);
        return false;
    }

    private static boolean isIpv6(Packet packet) {
        return Ipv4Header.version(packet.address()) == 6;
    }

    private int find(int neighbour) {
        for (int i = 0; i < NEIGHBOURS; i++) {
            if (neighbours[i] == neighbour) {
                return i;
            }
        }
        return -1;
    }

    @ColdPath("once per neighbour")
    private int create(int neighbour) {
        int entry = nextVictim;
        nextVictim = nextVictim + 1 & NEIGHBOURS - 1;
        dropWaiting(entry);
        neighbours[entry] = neighbour;
        learnedNs[entry] = 0;
        askedNs[entry] = 0;
        return entry;
    }

    @ColdPath("while a neighbour is not known")
    private void park(int entry, Packet packet, long nowNs) {
        dropWaiting(entry);
        waiting[entry] = packet;
        if (askedNs[entry] == 0 || nowNs - askedNs[entry] > ASK_AGAIN_NS) {
            ask(entry, nowNs);
        }
    }

    private void dropWaiting(int entry) {
        if (waiting[entry] != null) {
            drops++;
            waiting[entry].release();
            waiting[entry] = null;
        }
    }

    private void ask(int entry, long nowNs) {
        askedNs[entry] = nowNs;
        say(ArpMessage.REQUEST, addresses.ipv4For(neighbours[entry]), 0, neighbours[entry],
                EthernetHeader.BROADCAST);
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
            drops++;
            return;
        }
        int sender = ArpMessage.senderAddress(message);
        long mac = ArpMessage.senderMac(message);
        boolean request = ArpMessage.operation(message) == ArpMessage.REQUEST;
        boolean forUs = addresses.hasIpv4(ArpMessage.targetAddress(message));
        int entry = sender == 0 ? -1 : find(sender);
        if (entry < 0 && request && forUs && sender != 0) {
            entry = create(sender);
        }
        if (entry >= 0) {
            macs[entry] = mac;
            learnedNs[entry] = nowNs;
            Packet parked = waiting[entry];
            waiting[entry] = null;
            if (parked != null && !frame(parked, mac)) {
                parked.release();
            }
        }
        if (request && forUs) {
            say(ArpMessage.REPLY, ArpMessage.targetAddress(message), mac, sender, mac);
        }
    }
}

package demitasse.net.udp;

import static demitasse.base.error.Errno.EADDRNOTAVAIL;

import demitasse.device.net.Packet;
import demitasse.net.ip.Binding;
import demitasse.net.ip.IpLayer;
import demitasse.net.ip.Mailbox;
import demitasse.net.ip.Notified;
import demitasse.net.ip.RoomWaiter;
import demitasse.net.ip.SocketAddress;
import demitasse.net.wire.Ip;

/** A socket of datagrams without its descriptor: what it is bound and connected to, and how it sends. */
public class UdpEndpoint extends Mailbox {
    /** Values of {@link #pathMtu}, ip(7) IP_MTU_DISCOVER. */
    public static final int PMTUDISC_DONT = 0;
    public static final int PMTUDISC_WANT = 1;

    public final Binding binding = new Binding();
    public final SocketAddress remote = new SocketAddress();
    public boolean connected;
    public int interfaceIndex;
    public int timeToLive = 64;
    public int service;
    /** IP_MULTICAST_IF, IP_MULTICAST_TTL, IP_MULTICAST_LOOP and their likes of IPv6. */
    public int multicastInterface;
    /** IP_UNICAST_IF; 0 for what the routes say. */
    public int unicastInterface;
    public int multicastTimeToLive = 1;
    public boolean multicastLoops = true;
    public int pathMtu = PMTUDISC_WANT;
    /** IPV6_DONTFRAG forbids cutting what goes over IPv6, whatever {@link #pathMtu} says. */
    public boolean keepsWhole6;
    /** IP_MULTICAST_ALL, IPV6_MULTICAST_ALL: it hears groups that it has not joined, if only another has. */
    public boolean hearsAllGroups = true;
    /** Who hears when a device that was full takes datagrams again; null where such a datagram is lost. */
    public RoomWaiter room;
    /** UDP_GRO: datagrams of one sender and one length are received together. */
    public boolean joins;
    /** For one message: the address to send from, IP_PKTINFO; 0, 0 for the bound one. */
    public long sourceHigh;
    public long sourceLow;
    private Memberships memberships;

    public UdpEndpoint(Notified user) {
        super(user);
        binding.endpoint = this;
    }

    /** Whether what is too long for the way to a target may be cut. */
    public final boolean mayFragment(long high, long low) {
        return pathMtu <= PMTUDISC_WANT && !(keepsWhole6 && !Ip.isMapped(high, low));
    }

    final int join(IpLayer ip, long high, long low, int index) {
        memberships = memberships == null ? new Memberships() : memberships;
        return memberships.join(ip, high, low, index);
    }

    final int leave(IpLayer ip, long high, long low, int index) {
        return memberships == null ? -EADDRNOTAVAIL : memberships.leave(ip, high, low, index);
    }

    /** The socket goes. */
    public final void leaveAll(IpLayer ip) {
        if (memberships != null) {
            memberships.leaveAll(ip);
        }
    }

    /** The interface to send through that the options name, for a group or for one receiver; 0 for none. */
    public final int wayOut(boolean group) {
        if (group && multicastInterface != 0) {
            return multicastInterface;
        }
        return interfaceIndex != 0 || group ? interfaceIndex : unicastInterface;
    }

    private boolean hears(Packet packet) {
        return hearsAllGroups || !Ip.isMulticast(packet.targetHigh, packet.targetLow) || memberships != null
                && memberships.find(packet.targetHigh, packet.targetLow, packet.interfaceIndex) >= 0;
    }

    /** How well it fits a datagram; 0 not at all. */
    final int match(Packet packet, int targetPort) {
        if (binding.port != targetPort || interfaceIndex != 0 && interfaceIndex != packet.interfaceIndex) {
            return 0;
        }
        int fit = hears(packet) ? binding.match(packet.targetHigh, packet.targetLow) : 0;
        if (fit == 0 || !connected) {
            return fit;
        }
        boolean from = remote.port == packet.sourcePort && remote.low == packet.sourceLow
                && remote.high == packet.sourceHigh;
        return from ? fit + 4 : 0;
    }
}

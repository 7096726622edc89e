package demitasse.net.udp;

import static demitasse.base.error.Errno.EADDRNOTAVAIL;

import demitasse.device.net.Packet;
import demitasse.device.net.PacketQueue;
import demitasse.net.ip.Binding;
import demitasse.net.ip.IpLayer;
import demitasse.net.ip.Notified;
import demitasse.net.ip.SocketAddress;
import demitasse.sched.wait.Events;

/** A UDP socket without its descriptor: what it is bound and connected to, and what has come for it. */
public final class UdpEndpoint {
    /** net.core.rmem_default of Linux. */
    public static final int LIMIT_BYTES = 212_992;

    public final Binding binding = new Binding();
    public final SocketAddress remote = new SocketAddress();
    public boolean connected;
    public int interfaceIndex;
    public int timeToLive = 64;
    public int service;
    public boolean broadcast;
    /** IP_MULTICAST_IF, IP_MULTICAST_TTL, IP_MULTICAST_LOOP and their likes of IPv6. */
    public int multicastInterface;
    public int multicastTimeToLive = 1;
    public boolean multicastLoops = true;
    public int receiveLimitBytes = LIMIT_BYTES;
    public int sendLimitBytes = LIMIT_BYTES;
    private final PacketQueue queue = new PacketQueue();
    private final Notified user;
    private Memberships memberships;
    private long heldBytes;
    private int error;
    private long drops;

    public UdpEndpoint(Notified user) {
        this.user = user;
        binding.endpoint = this;
    }

    public Notified user() {
        return user;
    }

    /** The next datagram, still queued; null when there is none. */
    public Packet first() {
        return queue.first();
    }

    /** Takes the first datagram off. */
    public void drop() {
        Packet packet = queue.take();
        heldBytes -= packet.capacityBytes();
        packet.release();
    }

    public int queuedBytes() {
        return (int) queue.bytes();
    }

    public long drops() {
        return drops;
    }

    public boolean hasError() {
        return error != 0;
    }

    /** The pending error, once. */
    public int takeError() {
        int taken = error;
        error = 0;
        return taken;
    }

    /** An ICMP message about something that was sent, udp(7). */
    void fail(int errno) {
        error = errno;
        user.changed(Events.ERR | Events.IN | Events.OUT);
    }

    /** True: it is the queue's. A packet counts with its whole memory, so that many small ones are bounded too. */
    boolean offer(Packet packet) {
        if (heldBytes + packet.capacityBytes() > receiveLimitBytes) {
            drops++;
            return false;
        }
        heldBytes += packet.capacityBytes();
        queue.add(packet);
        user.changed(Events.IN);
        return true;
    }

    int join(IpLayer ip, long high, long low, int interfaceIndex) {
        memberships = memberships == null ? new Memberships() : memberships;
        return memberships.join(ip, high, low, interfaceIndex);
    }

    int leave(IpLayer ip, long high, long low, int interfaceIndex) {
        return memberships == null ? -EADDRNOTAVAIL : memberships.leave(ip, high, low, interfaceIndex);
    }

    void leaveAll(IpLayer ip) {
        if (memberships != null) {
            memberships.leaveAll(ip);
        }
    }

    void clear() {
        queue.releaseAll();
        heldBytes = 0;
    }

    /** How well it fits a datagram; 0 not at all. */
    int match(Packet packet, int targetPort) {
        if (binding.port != targetPort || interfaceIndex != 0 && interfaceIndex != packet.interfaceIndex) {
            return 0;
        }
        int fit = binding.match(packet.targetHigh, packet.targetLow);
        if (fit == 0 || !connected) {
            return fit;
        }
        boolean from = remote.port == packet.sourcePort && remote.low == packet.sourceLow
                && remote.high == packet.sourceHigh;
        return from ? fit + 4 : 0;
    }
}

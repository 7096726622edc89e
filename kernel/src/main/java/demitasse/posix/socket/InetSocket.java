package demitasse.posix.socket;

import static demitasse.base.error.Errno.EADDRNOTAVAIL;
import static demitasse.base.error.Errno.EAFNOSUPPORT;
import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENETUNREACH;

import demitasse.device.net.Packet;
import demitasse.net.ip.Binding;
import demitasse.net.ip.ErrorReport;
import demitasse.net.ip.Ports;
import demitasse.net.ip.SocketAddress;
import demitasse.net.udp.UdpEndpoint;
import demitasse.net.wire.Ip;
import demitasse.posix.file.Files;
import demitasse.sched.wait.Events;
import demitasse.vfs.Transfer;

/** An Internet socket, ip(7) and ipv6(7): what streams and datagrams have in common. */
public abstract class InetSocket extends NetSocket {
    /** Packets that one call carries through lo; the loop takes the rest. */
    private static final int PACKETS_PER_CALL = 64;

    public boolean onlyIpv6;
    /**
     * IP_FREEBIND: any address may be bound; IP_TRANSPARENT: and used as the sender's; IP_BIND_ADDRESS_NO_PORT: without
     * a port yet.
     */
    public boolean bindsFreely;
    public boolean isTransparent;
    public boolean bindsWithoutPort;
    private final boolean ipv6;
    /** SO_ZEROCOPY. */
    public boolean lends;
    /** How many messages were sent with MSG_ZEROCOPY, and of how many the program knows that their memory is free. */
    private int lent;
    private int told;
    /** Whether bind(2) has named an address other than "any", and a port. */
    private boolean choseAddress;
    private boolean chosePort;
    private int keptTimeToLive;
    private int keptService;
    private boolean keptWhole;

    protected InetSocket(Files files, boolean ipv6, int flags, int uid, int gid) {
        super(files, flags, uid, gid);
        this.ipv6 = ipv6;
    }

    /** One that comes from another. */
    protected InetSocket(InetSocket from, int flags, int uid, int gid) {
        super(from.files, from.net, flags, uid, gid);
        ipv6 = from.ipv6;
    }

    @Override
    public final int family() {
        return ipv6 ? AF_INET6 : AF_INET;
    }

    public final boolean isIpv6() {
        return ipv6;
    }

    public abstract Binding binding();

    protected abstract Ports ports();

    /** How datagrams are sent; null for a stream. */
    public UdpEndpoint endpoint() {
        return null;
    }

    @Override
    public int boundInterface() {
        return endpoint().interfaceIndex;
    }

    @Override
    public void setBoundInterface(int index) {
        endpoint().interfaceIndex = index;
    }

    @Override
    public UdpEndpoint mailbox() {
        return endpoint();
    }

    @Override
    public int bind(SocketAddress wanted) {
        Binding binding = binding();
        if (binding.isBound()) {
            return -EINVAL;
        }
        int error = checkAddress(wanted);
        if (error < 0) {
            return error;
        }
        binding.high = wanted.high;
        binding.low = wanted.low;
        binding.port = wanted.port;
        describe(binding);
        error = wanted.port != 0 ? ports().bind(binding) : bindsWithoutPort ? 0 : bindAny();
        if (error < 0) {
            clear(binding);
            return error;
        }
        choseAddress = !wanted.isAny();
        chosePort = wanted.port != 0;
        return 0;
    }

    /** Without a peer a socket keeps of its name what bind(2) has named, as Linux has it by SOCK_BINDADDR_LOCK. */
    final void unbind() {
        Binding binding = binding();
        int port = binding.port;
        if (!chosePort) {
            ports().release(binding);
        }
        if (!choseAddress) {
            clear(binding);
        }
        binding.port = chosePort ? port : 0;
        describe(binding);
    }

    /** Whether an address says too little: one of a link, of which there may be several, without its interface. */
    final boolean lacksScope(SocketAddress wanted) {
        boolean ofLink = Ip.isLinkLocal(wanted.high, wanted.low)
                || !wanted.isIpv4() && wanted.high >>> 48 == Ip.LINK_GROUPS;
        return ofLink && !wanted.isIpv4() && wanted.scope == 0 && boundInterface() == 0;
    }

    /** Whether an address may be bound to: 0, -EADDRNOTAVAIL, -EAFNOSUPPORT, -EINVAL. */
    final int checkAddress(SocketAddress wanted) {
        if (ipv6 && lacksScope(wanted)) {
            return -EINVAL;
        }
        if (!wanted.isAny() && !bindsFreely && !isTransparent && !net.isLocal(wanted.high, wanted.low)
                && !Ip.isMulticast(wanted.high, wanted.low) && !Ip.isBroadcast(wanted.high, wanted.low)) {
            return -EADDRNOTAVAIL;
        }
        if (!ipv6 != wanted.isIpv4() && !ipv6 || ipv6 && onlyIpv6 && wanted.isIpv4()) {
            return ipv6 ? -EINVAL : -EAFNOSUPPORT;
        }
        return 0;
    }

    /**
     * Whether there may be a way to a target: not to IPv4 with IPV6_V6ONLY, ipv6(7), not from an address of the other
     * version, and from an IPv4 address that is not ours only with IP_TRANSPARENT, ip(7).
     *
     * @return 0, -ENETUNREACH, -EAFNOSUPPORT
     */
    final int checkWay(SocketAddress target) {
        Binding binding = binding();
        if (onlyIpv6 && target.isIpv4()) {
            return -ENETUNREACH;
        }
        if (binding.isAny()) {
            return 0;
        }
        boolean fromIpv4 = Ip.isMapped(binding.high, binding.low);
        if (fromIpv4 != target.isIpv4()) {
            return fromIpv4 ? -EAFNOSUPPORT : -ENETUNREACH;
        }
        boolean foreign = fromIpv4 && bindsFreely && !isTransparent && !net.isLocal(binding.high, binding.low);
        return foreign ? -ENETUNREACH : 0;
    }

    /** What a listener's options are at a socket that it accepts, as by Linux's inet_csk_clone_lock(). */
    final void inherit(InetSocket from) {
        super.inherit(from);
        onlyIpv6 = from.onlyIpv6;
        bindsFreely = from.bindsFreely;
        isTransparent = from.isTransparent;
        bindsWithoutPort = from.bindsWithoutPort;
        lends = from.lends;
    }

    /** Holds a free port for the address of the binding: 0 or -EADDRINUSE. */
    int bindAny() {
        return ports().bindAny(binding(), (int) net.random());
    }

    /** Completes a binding from the options. */
    protected final void describe(Binding binding) {
        binding.takesIpv4 = !ipv6 || !onlyIpv6 && (Ip.isMapped(binding.high, binding.low)
                || Ip.isAny(binding.high, binding.low));
        binding.takesIpv6 = ipv6 && !Ip.isMapped(binding.high, binding.low);
        binding.reuseAddress = reuseAddress;
        binding.reusePort = reusePort;
        binding.owner = ownerUid();
    }

    /** Sets a binding that says nothing to "any" of this family. */
    protected final void clear(Binding binding) {
        binding.high = 0;
        binding.low = ipv6 ? 0 : Ip.MAPPED;
        binding.port = 0;
    }

    @Override
    public void name(SocketAddress out) {
        Binding binding = binding();
        out.set(binding.high, binding.low, binding.port);
    }

    /** Port 0 may be connected to, and be sent to, but is nobody. */
    @Override
    public boolean peer(SocketAddress out) {
        return target(out) && out.port != 0;
    }

    /** Where messages go that name no address. */
    public final boolean target(SocketAddress out) {
        UdpEndpoint endpoint = endpoint();
        if (endpoint == null) {
            return peer(out);
        }
        if (endpoint.connected) {
            out.set(endpoint.remote.high, endpoint.remote.low, endpoint.remote.port);
        }
        return endpoint.connected;
    }

    /** MSG_ERRQUEUE, recv(2): the next error with the message that it is about; the errors do not end on their own. */
    final long receiveError(Transfer target, Arrival arrival) {
        if (owesNotice()) {
            return receiveNotice(arrival);
        }
        UdpEndpoint box = endpoint();
        Packet packet = box == null ? null : box.firstError();
        if (packet == null) {
            return -EAGAIN;
        }
        long n = hand(packet, target);
        if (arrival != null) {
            arrival.from.set(packet.targetHigh, packet.targetLow, packet.sourcePort);
            arrival.hasSender = true;
            arrival.truncated = n < packet.length();
            arrival.errno = packet.segmentBytes;
            arrival.origin = packet.timeToLive < 0 ? -packet.timeToLive
                    : Ip.isMapped(packet.targetHigh, packet.targetLow) ? ErrorReport.ICMP : ErrorReport.ICMP6;
            arrival.service = packet.service;
            arrival.timeToLive = Math.max(0, packet.timeToLive);
            arrival.information = packet.headerBytes;
            arrival.offenderHigh = packet.sourceHigh;
            arrival.offenderLow = packet.sourceLow;
        }
        if (n >= 0) {
            box.dropError();
        }
        return n;
    }

    /**
     * MSG_ZEROCOPY: a message has been sent whose memory the program has lent. It was copied, as Linux does where it
     * must, so that the memory is free already; the program hears of that as of any other.
     */
    public final void noteLent() {
        lent++;
        changed(Events.ERR);
    }

    final boolean owesNotice() {
        return lent != told;
    }

    /** All messages that the program has not heard of, as a range. */
    private long receiveNotice(Arrival arrival) {
        if (arrival != null) {
            arrival.isNotice = true;
            arrival.origin = ErrorReport.ZERO_COPY;
            arrival.timeToLive = ErrorReport.COPIED;
            arrival.information = told;
            arrival.lastNotice = lent - 1;
        }
        told = lent;
        return 0;
    }

    /** Takes the first message out of the mailbox, or the first error; {@link #fullBytes} tells its length. */
    final long receiveMessage(Transfer target, int flags, Arrival arrival) {
        if ((flags & ERROR_QUEUE) != 0) {
            return receiveError(target, arrival);
        }
        UdpEndpoint box = endpoint();
        if (box.hasError()) {
            return -box.takeError();
        }
        Packet packet = box.first();
        boolean peeks = (flags & PEEK) != 0;
        int skipped = peeks ? Math.max(0, peekOffset) : 0;
        while (packet != null && skipped > 0 && skipped >= packet.length()) {
            skipped -= packet.length();
            packet = packet.next;
        }
        if (packet == null) {
            return -EAGAIN;
        }
        long n = hand(packet, skipped, target);
        if (n < 0) {
            return n;
        }
        movePeekOffset(peeks, peeks ? n : packet.length());
        if (arrival != null) {
            arrival.from.set(packet.sourceHigh, packet.sourceLow, packet.sourcePort);
            arrival.from.scope = Ip.isLinkLocal(packet.sourceHigh, packet.sourceLow) ? packet.interfaceIndex : 0;
            arrival.hasSender = true;
            arrival.truncated = n < packet.length() - skipped;
            arrival.describe(packet);
        }
        if (!peeks) {
            box.drop();
        }
        return n;
    }

    /** Sets what a {@link Departure} asks for this message; {@link #restore} takes it back. */
    final void apply(UdpEndpoint endpoint, SocketAddress target) {
        if (target instanceof Departure asked) {
            keptTimeToLive = endpoint.timeToLive;
            keptService = endpoint.service;
            keptWhole = endpoint.keepsWhole6;
            endpoint.keepsWhole6 |= asked.keepsWhole;
            endpoint.timeToLive = asked.timeToLive < 0 ? endpoint.timeToLive : asked.timeToLive;
            endpoint.service = asked.service < 0 ? endpoint.service : asked.service;
            endpoint.sourceHigh = asked.sourceHigh;
            endpoint.sourceLow = asked.sourceLow;
        }
    }

    final void restore(UdpEndpoint endpoint, SocketAddress target) {
        if (target instanceof Departure) {
            endpoint.timeToLive = keptTimeToLive;
            endpoint.service = keptService;
            endpoint.keepsWhole6 = keptWhole;
            endpoint.sourceHigh = 0;
            endpoint.sourceLow = 0;
        }
    }

    /** The low half of a target: "any" is ourselves. */
    static long lowOf(SocketAddress to) {
        return to.isAny() ? to.isIpv4() ? Ip.LOOPBACK_IPV4 : 1 : to.low;
    }

    static int interfaceOf(SocketAddress target) {
        return target instanceof Departure asked && asked.interfaceIndex != 0 ? asked.interfaceIndex : target.scope;
    }

    /** Brings what was sent through lo. */
    protected final void deliver() {
        net.pollLoopback(PACKETS_PER_CALL);
    }
}

package demitasse.posix.socket;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EDESTADDRREQ;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EMSGSIZE;
import static demitasse.base.error.Errno.ENOBUFS;
import static demitasse.base.error.Errno.ENOTCONN;
import static demitasse.base.error.Errno.EPIPE;

import demitasse.base.annotation.ColdPath;
import demitasse.device.net.Packet;
import demitasse.net.ip.Binding;
import demitasse.net.ip.Hop;
import demitasse.net.ip.Ports;
import demitasse.net.ip.RoomWaiter;
import demitasse.net.ip.SocketAddress;
import demitasse.net.udp.Udp;
import demitasse.net.udp.UdpEndpoint;
import demitasse.net.wire.Bytes;
import demitasse.net.wire.Ip;
import demitasse.posix.file.Files;
import demitasse.sched.wait.Events;
import demitasse.vfs.Transfer;

/** A UDP socket, udp(7). */
public final class UdpSocket extends InetSocket {
    /** UDP_MAX_SEGMENTS of Linux. */
    private static final int SEGMENTS_MAX = 128;

    private final UdpEndpoint endpoint = new UdpEndpoint(this);
    /** UDP_SEGMENT: what is longer leaves as several datagrams of this length; 0 for none of that. */
    public int segmentBytes;
    /** UDP_CORK: what is sent becomes one datagram, which leaves when this ends. */
    private boolean corks;
    /** That datagram as far as it is known, and where it goes; null for none. */
    private Packet held;
    private SocketAddress heldFor;
    private boolean readShut;
    private boolean writeShut;
    /** A sender has found the device full, as Linux's has SO_SNDBUF, and waits or is told to come again. */
    private boolean full;

    public UdpSocket(Files files, boolean ipv6, int flags, int uid, int gid) {
        super(files, ipv6, flags, uid, gid);
        endpoint.room = new RoomWaiter() {
            @Override
            public void roomAgain() {
                full = false;
                changed(Events.OUT);
            }
        };
        clear(endpoint.binding);
    }

    @Override
    public UdpEndpoint endpoint() {
        return endpoint;
    }

    @Override
    public int type() {
        return DATAGRAM;
    }

    @Override
    public int protocol() {
        return Ip.UDP;
    }

    @Override
    public Binding binding() {
        return endpoint.binding;
    }

    @Override
    protected Ports ports() {
        return net.udp.ports;
    }

    @Override
    public int connect(SocketAddress target) {
        Hop hop = new Hop();
        long low = target.isAny() ? target.isIpv4() ? Ip.LOOPBACK_IPV4 : 1 : target.low;
        // The port is taken whether there is a way or not, inet_autobind() of Linux.
        int error = bindIfNeeded();
        boolean vague = lacksScope(target) && endpoint.multicastInterface == 0;
        error = error < 0 ? error : vague ? -EINVAL : checkWay(target);
        int through = target.scope != 0 ? target.scope : endpoint.wayOut(Ip.isMulticast(target.high, low));
        error = error < 0 ? error : net.find(hop, target.high, low, through);
        if (error < 0) {
            return error;
        }
        if (endpoint.binding.isAny()) {
            endpoint.binding.high = hop.sourceHigh;
            endpoint.binding.low = hop.sourceLow;
        }
        endpoint.remote.set(target.high, low, target.port);
        endpoint.remote.scope = target.scope;
        endpoint.connected = true;
        return 0;
    }

    @Override
    public void disconnect() {
        endpoint.connected = false;
        unbind();
    }

    private int bindIfNeeded() {
        if (endpoint.binding.isBound()) {
            return 0;
        }
        describe(endpoint.binding);
        return bindAny();
    }

    @Override
    public int shutdown(int how) {
        if (how < 0 || how > 2) {
            return -EINVAL;
        }
        if (!endpoint.connected) {
            return -ENOTCONN;
        }
        readShut |= how != 1;
        writeShut |= how != 0;
        changed(Events.IN | Events.OUT | Events.RDHUP | Events.HUP);
        return 0;
    }

    @Override
    public long send(Transfer source, SocketAddress target, int flags) {
        if (endpoint.hasError()) {
            return -endpoint.takeError();
        }
        if (writeShut) {
            return -EPIPE;
        }
        SocketAddress to = target != null ? target : endpoint.connected ? endpoint.remote : null;
        // The port is taken whatever is wrong, inet_send_prepare() of Linux.
        int error = bindIfNeeded();
        if (to == null) {
            return error < 0 ? error : -EDESTADDRREQ;
        }
        long length = source.remaining();
        error = error < 0 ? error : length > Udp.PAYLOAD_MAX_BYTES ? -EMSGSIZE
                : to.port == 0 && target != null ? -EINVAL : 0;
        error = error == 0 ? checkWay(to) : error;
        if (error == 0 && Ip.isBroadcast(to.high, to.low) && !broadcasts) {
            error = -EACCES;
        }
        if (error < 0) {
            return error;
        }
        if (held != null || corks || (flags & MORE) != 0) {
            return hold(source, to, (int) length, flags);
        }
        int segment = to instanceof Departure asked && asked.segmentBytes != Departure.UNSET ? asked.segmentBytes
                : segmentBytes;
        long sent = segment == 0 || length <= segment ? sendOne(source, to, (int) length, 0)
                : sendSegments(source, to, length, segment);
        deliver();
        return sent;
    }

    public boolean corks() {
        return corks;
    }

    /** UDP_CORK, udp(7): 0, or why what was held back cannot leave. */
    public int setCork(boolean on) {
        corks = on;
        return on || held == null ? 0 : sendHeld();
    }

    /** A part of a datagram, UDP_CORK and MSG_MORE; the first says where it goes. */
    @ColdPath("few programs send in parts")
    private long hold(Transfer source, SocketAddress to, int length, int flags) {
        if (held == null) {
            held = net.udp.prepare(length);
            heldFor = to;
            if (to == endpoint.remote) {
                heldFor = new SocketAddress();
                heldFor.set(to.high, to.low, to.port);
                heldFor.scope = to.scope;
            }
        } else if (length > Udp.PAYLOAD_MAX_BYTES - held.length()) {
            dropHeld();
            return -EMSGSIZE;
        } else if (length > held.tailroom()) {
            enlargeHeld(length);
        }
        int error = fill(held, source, length);
        held = error < 0 ? null : held;
        error = error < 0 || corks || (flags & MORE) != 0 ? error : sendHeld();
        return error < 0 ? error : length;
    }

    /** A larger packet, or none: of those with room for the longest datagram there are few, and this one waits. */
    private void enlargeHeld(int moreBytes) {
        Packet larger = net.udp.prepare(held.length() + moreBytes);
        if (larger != null) {
            Bytes.copy(held.address(), larger.append(held.length()), held.length());
        }
        dropHeld();
        held = larger;
    }

    private int sendHeld() {
        Packet packet = held;
        held = null;
        apply(endpoint, heldFor);
        int error = net.udp.send(endpoint, packet, heldFor.high, lowOf(heldFor), heldFor.port, interfaceOf(heldFor));
        restore(endpoint, heldFor);
        deliver();
        // There is nobody to wait: its parts are gone.
        return error == -EAGAIN ? 0 : error;
    }

    private void dropHeld() {
        if (held != null) {
            held.release();
            held = null;
        }
    }

    /** @param segment what the device is to cut it into, or 0 */
    private long sendOne(Transfer source, SocketAddress to, int length, int segment) {
        Packet packet = net.udp.prepare(length);
        int error = fill(packet, source, length);
        if (error < 0) {
            return error;
        }
        packet.segmentBytes = segment;
        apply(endpoint, to);
        error = net.udp.send(endpoint, packet, to.high, lowOf(to), to.port, interfaceOf(to));
        restore(endpoint, to);
        full |= error == -EAGAIN;
        return error < 0 ? error : length;
    }

    /** UDP_SEGMENT; as much as was sent counts. */
    private long sendSegments(Transfer source, SocketAddress to, long length, int segment) {
        int whole = net.udp.wholeBytes(endpoint, to.high, lowOf(to), interfaceOf(to));
        if (whole < 0 || segment > whole || length > (long) segment * SEGMENTS_MAX) {
            return whole < 0 ? whole : -EINVAL;
        }
        if (net.udp.deviceCuts()) {
            return sendOne(source, to, (int) length, segment);
        }
        long sent = 0;
        while (sent < length) {
            long n = sendOne(source, to, (int) Math.min(segment, length - sent), 0);
            if (n < 0) {
                return sent > 0 ? sent : n;
            }
            sent += n;
        }
        return sent;
    }

    @Override
    public long receive(Transfer target, int flags, Arrival arrival) {
        boolean fromQueue = (flags & (ERROR_QUEUE | PEEK)) == 0 && !endpoint.hasError() && endpoint.first() != null;
        long n = endpoint.joins && fromQueue ? receiveTrain(target, arrival) : receiveMessage(target, flags, arrival);
        // Whoever would not wait anyway is not told of the end.
        boolean waits = (flags & (ERROR_QUEUE | DONT_WAIT)) == 0 && !nonBlocking();
        return n == -EAGAIN && readShut && waits ? 0 : n;
    }

    /**
     * UDP_GRO: what the device has put together, or the first datagram and those behind it that are like it, the last
     * of which may be shorter.
     */
    private long receiveTrain(Transfer target, Arrival arrival) {
        Packet first = endpoint.first();
        boolean single = first.segmentBytes == 0;
        int segment = single ? first.length() : first.segmentBytes;
        long high = first.sourceHigh;
        long low = first.sourceLow;
        int port = first.sourcePort;
        long n = receiveMessage(target, 0, arrival);
        long joined = 0;
        Packet next = endpoint.first();
        while (single && n == segment && next != null && next.segmentBytes == 0 && next.length() > 0
                && next.length() <= segment && next.length() <= target.remaining() && next.sourcePort == port
                && next.sourceLow == low && next.sourceHigh == high && joined % segment == 0) {
            int length = next.length();
            if (target.put(next.address(), length) < length) {
                break;
            }
            joined += length;
            endpoint.drop();
            next = endpoint.first();
        }
        if (joined > 0) {
            setFullBytes(n + joined);
        }
        if (arrival != null && (joined > 0 || !single)) {
            arrival.segmentBytes = segment;
        }
        return n < 0 ? n : n + joined;
    }

    @Override
    public int readiness() {
        int events = endpoint.hasError() || endpoint.firstError() != null ? Events.ERR : 0;
        events |= owesNotice() ? Events.ERR : 0;
        events |= endpoint.first() != null ? Events.IN : 0;
        events |= readShut ? Events.IN | Events.RDHUP : 0;
        events |= readShut && writeShut ? Events.HUP : 0;
        return full ? events : events | Events.OUT;
    }

    @Override
    @ColdPath("once per socket")
    protected void released() {
        leave();
        dropHeld();
        net.udp.close(endpoint);
    }
}

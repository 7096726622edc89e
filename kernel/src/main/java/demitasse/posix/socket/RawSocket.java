package demitasse.posix.socket;

import static demitasse.base.error.Errno.EACCES;
import static demitasse.base.error.Errno.EADDRNOTAVAIL;
import static demitasse.base.error.Errno.EDESTADDRREQ;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EMSGSIZE;
import static demitasse.base.error.Errno.ENOTCONN;
import static demitasse.base.error.Errno.ENOTTY;

import demitasse.base.annotation.ColdPath;
import demitasse.device.net.Packet;
import demitasse.net.ip.Binding;
import demitasse.net.ip.ErrorReport;
import demitasse.net.ip.Ports;
import demitasse.net.ip.SocketAddress;
import demitasse.net.raw.Raw;
import demitasse.net.raw.RawEndpoint;
import demitasse.net.udp.Udp;
import demitasse.net.wire.IcmpHeader;
import demitasse.net.wire.Ip;
import demitasse.posix.file.Files;
import demitasse.posix.file.Ioctls;
import demitasse.sched.wait.Events;
import demitasse.vfs.ControlMemory;
import demitasse.vfs.Transfer;

/** A raw socket, raw(7), or one for echoes, icmp(7). */
public final class RawSocket extends InetSocket {
    private final RawEndpoint endpoint;
    private boolean bound;

    public RawSocket(Files files, boolean ipv6, boolean isPing, int protocol, int flags, int uid, int gid) {
        super(files, ipv6, flags, uid, gid);
        endpoint = new RawEndpoint(this, ipv6, isPing, protocol);
        endpoint.hasHeader = protocol == Raw.SENDS_ONLY;
        clear(endpoint.binding);
        endpoint.binding.port = isPing ? 0 : protocol;
        net.raw.add(endpoint);
    }

    @Override
    public RawEndpoint endpoint() {
        return endpoint;
    }

    @Override
    public int type() {
        return endpoint.isPing ? DATAGRAM : RAW;
    }

    @Override
    public int protocol() {
        return endpoint.protocol;
    }

    @Override
    public Binding binding() {
        return endpoint.binding;
    }

    @Override
    protected Ports ports() {
        return null;
    }

    @Override
    public int bind(SocketAddress wanted) {
        // Only what has a port, or an identifier, is bound once.
        int error = bound && endpoint.isPing ? -EINVAL : checkAddress(wanted);
        if (error == 0 && isIpv6() && wanted.isIpv4()) {
            error = endpoint.isPing ? -EINVAL : -EADDRNOTAVAIL;
        }
        // An echo has one who asks.
        boolean many = Ip.isMulticast(wanted.high, wanted.low) || Ip.isBroadcast(wanted.high, wanted.low);
        if (error == 0 && endpoint.isPing && many) {
            error = isIpv6() ? -EINVAL : -EADDRNOTAVAIL;
        }
        if (error == 0 && endpoint.isPing) {
            endpoint.binding.reuseAddress = reuseAddress;
            error = net.raw.identify(endpoint, wanted.port);
        }
        if (error == 0) {
            bound = true;
            endpoint.binding.high = wanted.high;
            endpoint.binding.low = wanted.low;
        }
        return error;
    }

    @Override
    public int connect(SocketAddress target) {
        long low = lowOf(target);
        int error = identify();
        error = error < 0 ? error : lacksScope(target) ? -EINVAL : checkWay(target);
        error = error < 0 ? error : net.raw.route(target.high, low, target.scope);
        if (error < 0) {
            return error;
        }
        if (endpoint.binding.isAny()) {
            endpoint.binding.high = net.raw.hop().sourceHigh;
            endpoint.binding.low = net.raw.hop().sourceLow;
        }
        endpoint.remote.set(target.high, low, target.port);
        endpoint.remote.scope = target.scope;
        endpoint.connected = true;
        return 0;
    }

    @Override
    public void disconnect() {
        endpoint.connected = false;
        if (!bound) {
            clear(endpoint.binding);
            endpoint.binding.port = endpoint.isPing ? 0 : endpoint.protocol;
        }
    }

    /** An echo has no length that waits. */
    @Override
    public long control(int request, long argument, ControlMemory user) {
        boolean counts = request == Ioctls.FIONREAD || request == Ioctls.TIOCOUTQ;
        return endpoint.isPing && counts ? -ENOTTY : super.control(request, argument, user);
    }

    private int identify() {
        return endpoint.isPing && endpoint.binding.port == 0 ? net.raw.identify(endpoint, 0) : 0;
    }

    @Override
    public int shutdown(int how) {
        return how < 0 || how > 2 ? -EINVAL : endpoint.connected ? 0 : -ENOTCONN;
    }

    @Override
    @ColdPath("raw sockets are for tools")
    public long send(Transfer source, SocketAddress target, int flags) {
        if (endpoint.hasError()) {
            return -endpoint.takeError();
        }
        SocketAddress to = target != null ? target : endpoint.connected ? endpoint.remote : null;
        long length = source.remaining();
        int error = endpoint.isPing && length < IcmpHeader.BYTES ? -EINVAL : to == null ? -EDESTADDRREQ
                : length > Udp.PAYLOAD_MAX_BYTES ? -EMSGSIZE : isIpv6() == to.isIpv4() ? -EINVAL : identify();
        error = error == 0 ? checkWay(to) : error;
        if (error == 0 && Ip.isBroadcast(to.high, to.low) && !broadcasts) {
            error = -EACCES;
        }
        long low = to == null ? 0 : lowOf(to);
        error = error == 0 ? net.raw.route(to.high, low, interfaceOf(to) != 0 ? interfaceOf(to)
                : endpoint.interfaceIndex) : error;
        if (error == 0 && !endpoint.mayFragment(to.high, to.low) && length + Ip.headerBytes(to.high, to.low)
                > net.raw.hop().mtuBytes) {
            tellTooLong(to);
            error = -EMSGSIZE;
        }
        if (error < 0) {
            return error;
        }
        Packet packet = net.raw.prepare((int) length);
        error = fill(packet, source, (int) length);
        if (error < 0) {
            return error;
        }
        if (endpoint.isPing && (IcmpHeader.type(packet.address()) != (isIpv6() ? IcmpHeader.V6_ECHO : IcmpHeader.ECHO)
                || IcmpHeader.code(packet.address()) != 0)) {
            packet.release();
            return -EINVAL;
        }
        apply(endpoint, to);
        error = net.raw.send(endpoint, packet, to.high, low);
        restore(endpoint, to);
        deliver();
        return error < 0 ? error : length;
    }

    /** A message that must not be cut: the way is known, so the error is ours. */
    private void tellTooLong(SocketAddress to) {
        Packet packet = endpoint.wantsErrors ? net.raw.prepare(0) : null;
        if (packet != null) {
            packet.targetHigh = to.high;
            packet.targetLow = to.low;
            packet.sourceHigh = 0;
            packet.sourceLow = 0;
            packet.sourcePort = 0;
            packet.service = 0;
            packet.timeToLive = -ErrorReport.LOCAL;
            packet.segmentBytes = EMSGSIZE;
            packet.headerBytes = net.raw.hop().mtuBytes;
            endpoint.offerError(packet);
            endpoint.takeError();
        }
    }

    @Override
    public long receive(Transfer target, int flags, Arrival arrival) {
        return receiveMessage(target, flags, arrival);
    }

    @Override
    public int readiness() {
        int events = endpoint.hasError() || endpoint.firstError() != null ? Events.ERR : 0;
        return events | (endpoint.first() != null ? Events.IN : 0) | Events.OUT;
    }

    @Override
    @ColdPath("once per socket")
    protected void released() {
        leave();
        net.raw.close(endpoint);
    }
}

package demitasse.posix.netlink;

import static demitasse.base.error.Errno.EADDRINUSE;
import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.ECONNREFUSED;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EMSGSIZE;
import static demitasse.base.error.Errno.ENOBUFS;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.annotation.ColdPath;
import demitasse.base.memory.Memory;
import demitasse.device.net.Packet;
import demitasse.net.ip.Mailbox;
import demitasse.net.ip.SocketAddress;
import demitasse.posix.file.Files;
import demitasse.posix.socket.Arrival;
import demitasse.posix.socket.NetSocket;
import demitasse.sched.wait.Events;
import demitasse.vfs.Transfer;

/** A socket of netlink(7). In addresses the port number is the scope, the groups are the low half. */
public final class NetlinkSocket extends NetSocket {
    /** Bits of {@link #options}. */
    public static final int PACKET_INFO = 1;
    public static final int EXTENDED_ACK = 1 << 1;
    public static final int CAPPED_ACK = 1 << 2;
    public static final int STRICT = 1 << 3;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int TYPES_FIRST = 16;
    private static final int F_CAPPED = 0x100;
    private static final int F_ACK_TLVS = 0x200;
    private static final int ATTRIBUTE_MESSAGE = 1;
    /** The longest message of a program, and what a dump fills at least and at most. */
    private static final int REQUEST_BYTES_MAX = 32 << 10;
    private static final int DUMP_BYTES_MIN = 3776;
    private static final int DUMP_BYTES_MAX = 32 << 10;
    /** What a message of one entry takes at most. */
    static final int ANSWER_BYTES = 1792;
    private static final int GROUPS_MAX = 32;

    NetlinkSocket next;
    public int options;
    private final Netlink netlink;
    private final int type;
    private final int protocol;
    private final int processId;
    private final Mailbox box = new Mailbox(this);
    private final NetlinkRequest request = new NetlinkRequest();
    private Dump dump;
    private int port;
    private int groups;
    private int peerPort;
    private int peerGroups;

    public NetlinkSocket(Files files, int type, int protocol, int flags, int processId, int uid, int gid) {
        super(files, flags, uid, gid);
        this.netlink = files.netlink();
        this.type = type;
        this.protocol = protocol;
        this.processId = processId;
        netlink.add(this);
    }

    @Override
    public int family() {
        return AF_NETLINK;
    }

    @Override
    public int type() {
        return type;
    }

    @Override
    public int protocol() {
        return protocol;
    }

    @Override
    public Mailbox mailbox() {
        return box;
    }

    /** The number that stands for it in addresses. */
    public int port() {
        return port;
    }

    public int groups() {
        return groups;
    }

    boolean hears(int group) {
        return (groups >>> group - 1 & 1) != 0;
    }

    /** NETLINK_ADD_MEMBERSHIP and NETLINK_DROP_MEMBERSHIP. */
    public int join(int group, boolean on) {
        if (group < 1 || group > GROUPS_MAX) {
            return -EINVAL;
        }
        bindIfNeeded();
        groups = on ? groups | 1 << group - 1 : groups & ~(1 << group - 1);
        return 0;
    }

    private void bindIfNeeded() {
        if (port == 0) {
            port = netlink.freePort(protocol, processId);
        }
    }

    @Override
    public int bind(SocketAddress wanted) {
        if (port != 0 && wanted.scope != port) {
            return -EINVAL;
        }
        if (port == 0 && wanted.scope != 0) {
            if (netlink.at(protocol, wanted.scope) != null) {
                return -EADDRINUSE;
            }
            port = wanted.scope;
        }
        bindIfNeeded();
        groups = (int) wanted.low;
        return 0;
    }

    @Override
    public int connect(SocketAddress target) {
        if ((target.scope != 0 || target.low != 0) && !administrates) {
            return -EPERM;
        }
        bindIfNeeded();
        peerPort = target.scope;
        peerGroups = (int) target.low;
        return 0;
    }

    @Override
    public void disconnect() {
        peerPort = 0;
        peerGroups = 0;
    }

    @Override
    public void name(SocketAddress out) {
        out.set(0, groups & 0xffff_ffffL, 0);
        out.scope = port;
    }

    /** Who was never connected talks to the kernel. */
    @Override
    public boolean peer(SocketAddress out) {
        out.set(0, peerGroups & 0xffff_ffffL, 0);
        out.scope = peerPort;
        return true;
    }

    @Override
    @ColdPath("interfaces are asked about rarely")
    public long send(Transfer source, SocketAddress target, int flags) {
        int to = target == null ? peerPort : target.scope;
        long group = target == null ? peerGroups : target.low;
        long length = source.remaining();
        if (to != 0 || group != 0) {
            return administrates ? -ECONNREFUSED : -EPERM;
        }
        if (length > REQUEST_BYTES_MAX) {
            return -EMSGSIZE;
        }
        Packet copy = net.packets().take((int) length);
        int error = fill(copy, source, (int) length);
        if (error < 0) {
            return error;
        }
        bindIfNeeded();
        answerAll(copy.address(), (int) length);
        copy.release();
        return length;
    }

    @ColdPath("questions to the kernel are rare")
    private void answerAll(long address, int length) {
        int at = 0;
        while (request.set(address + at, length - at)) {
            boolean asks = request.has(NetlinkRequest.F_REQUEST) && request.type() >= TYPES_FIRST;
            Dump before = dump;
            int error = asks ? netlink.answer(this, request) : 0;
            if (error < 0 || request.has(NetlinkRequest.F_ACK) && dump == before) {
                acknowledge(error);
            }
            at += request.lengthBytes() + 3 & -4;
        }
    }

    /** NLMSG_ERROR: the errno and the request, or no more than its header. */
    private void acknowledge(int error) {
        boolean tells = (options & EXTENDED_ACK) != 0 && request.complaint != null;
        boolean capped = error == 0 || (options & CAPPED_ACK) != 0;
        int quoted = capped ? NetlinkWriter.HEADER_BYTES : request.lengthBytes();
        Packet packet = net.packets().take(ANSWER_BYTES + quoted);
        if (packet == null) {
            box.fail(ENOBUFS);
            return;
        }
        NetlinkWriter out = new NetlinkWriter(packet.address(), ANSWER_BYTES + quoted);
        out.begin(NLMSG_ERROR, (capped && (options & CAPPED_ACK) != 0 ? F_CAPPED : 0) | (tells ? F_ACK_TLVS : 0),
                request.sequence(), port);
        out.put4(error);
        long quote = out.take(quoted);
        Memory.copy(request.header(), quote, quoted);
        if (tells) {
            out.text(ATTRIBUTE_MESSAGE, request.complaint);
        }
        out.finish();
        deliver(packet, out.bytes(), 0);
    }

    /** An answer of one message begins; null without memory. */
    Packet answer() {
        Packet packet = net.packets().take(ANSWER_BYTES);
        if (packet == null) {
            box.fail(ENOBUFS);
        }
        return packet;
    }

    static NetlinkWriter writer(Packet packet) {
        return new NetlinkWriter(packet.address(), ANSWER_BYTES);
    }

    /** The bytes have been written: the packet is the reader's now. */
    void deliver(Packet packet, int bytes, int group) {
        packet.append(bytes);
        packet.targetLow = group & 0xffff_ffffL;
        packet.arrivedNs = files.clock().monotonicNs();
        if (!box.offer(packet)) {
            packet.release();
            box.fail(ENOBUFS);
        }
    }

    /** A copy of a message to a group. */
    void offer(NetlinkWriter message, int group) {
        Packet packet = net.packets().take(message.bytes());
        if (packet == null) {
            box.fail(ENOBUFS);
        } else {
            Memory.copy(message.base(), packet.address(), message.bytes());
            deliver(packet, message.bytes(), group);
        }
    }

    /** Bytes that are no message of netlink(7): mq_notify(3) uses sockets as a way to a thread. */
    public void tell(byte[] bytes) {
        Packet packet = net.packets().take(bytes.length);
        if (packet == null) {
            box.fail(ENOBUFS);
            return;
        }
        for (int i = 0; i < bytes.length; i++) {
            Memory.putByte(packet.address() + i, bytes[i]);
        }
        deliver(packet, bytes.length, 0);
    }

    /** Begins a dump: 0, or -EBUSY while another goes on. */
    int start(Dump newDump) {
        if (dump != null) {
            return -EBUSY;
        }
        dump = newDump;
        changed(Events.IN);
        return 0;
    }

    @Override
    @ColdPath("interfaces are asked about rarely")
    public long receive(Transfer target, int flags, Arrival arrival) {
        if (box.hasError()) {
            return -box.takeError();
        }
        if (box.first() == null && dump != null) {
            goOn((int) Math.max(DUMP_BYTES_MIN, Math.min(target.remaining(), DUMP_BYTES_MAX)));
        }
        Packet packet = box.first();
        if (packet == null) {
            return box.hasError() ? -box.takeError() : -EAGAIN;
        }
        long n = hand(packet, target);
        if (n < 0) {
            return n;
        }
        if (arrival != null) {
            arrival.from.set(0, packet.targetLow, 0);
            arrival.hasSender = true;
            arrival.hasDetails = true;
            arrival.truncated = n < packet.length();
            arrival.arrivedNs = packet.arrivedNs;
        }
        if ((flags & PEEK) == 0) {
            box.drop();
        }
        return n;
    }

    /** The next part of a dump, and behind its end NLMSG_DONE with a result. */
    @ColdPath("questions to the kernel are rare")
    private void goOn(int limitBytes) {
        Packet packet = net.packets().take(limitBytes);
        if (packet == null) {
            box.fail(ENOBUFS);
            return;
        }
        NetlinkWriter out = new NetlinkWriter(packet.address(), limitBytes);
        if (dump.writeMore(out)) {
            out.begin(NLMSG_DONE, NetlinkRequest.F_MULTI, dump.sequence, dump.port);
            out.put4(0);
            dump = out.finish() ? null : dump;
        }
        deliver(packet, out.bytes(), 0);
    }

    @Override
    public int readiness() {
        return Events.OUT | (box.hasError() ? Events.ERR : 0) | (box.first() != null || dump != null ? Events.IN : 0);
    }

    @Override
    @ColdPath("once per socket")
    protected void released() {
        leave();
        netlink.remove(this);
        box.clear();
    }
}

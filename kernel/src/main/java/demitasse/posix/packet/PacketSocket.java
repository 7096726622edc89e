package demitasse.posix.packet;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EALREADY;
import static demitasse.base.error.Errno.EBUSY;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EMSGSIZE;
import static demitasse.base.error.Errno.ENETDOWN;
import static demitasse.base.error.Errno.ENOBUFS;
import static demitasse.base.error.Errno.ENODEV;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOSPC;
import static demitasse.base.error.Errno.ENXIO;
import static demitasse.base.error.Errno.EOPNOTSUPP;

import demitasse.base.annotation.ColdPath;
import demitasse.base.memory.Memory;
import demitasse.device.net.Packet;
import demitasse.net.ip.Mailbox;
import demitasse.net.ip.SocketAddress;
import demitasse.net.stack.NetInterface;
import demitasse.net.wire.EthernetHeader;
import demitasse.net.wire.PacketFilter;
import demitasse.posix.file.Files;
import demitasse.posix.socket.Arrival;
import demitasse.posix.socket.NetSocket;
import demitasse.sched.wait.Events;
import demitasse.vfs.Inode;
import demitasse.vfs.Transfer;

/** A socket of frames, packet(7). In addresses the protocol is the port and the interface is the scope. */
public final class PacketSocket extends NetSocket {
    private static final int ETH_P_ALL = 3;
    private static final int PACKETS_PER_CALL = 64;
    public static final int VERSION_1 = 0;
    public static final int VERSION_2 = 1;
    public static final int VERSION_3 = 2;

    PacketSocket next;
    /** PACKET_RESERVE, PACKET_IGNORE_OUTGOING. */
    public int reserveBytes;
    public boolean ignoresOutgoing;
    private final PacketSockets all;
    private final int type;
    private final Mailbox box = new Mailbox(this);
    private int protocol;
    private int interfaceIndex;
    private PacketFilter filter;
    private PacketRing ring;
    /** PACKET_VERSION of the ring to come: 0 to 2 for TPACKET_V1 to V3. */
    public int version = VERSION_1;
    /** PACKET_FANOUT; null for none. */
    private Fanout fanout;
    /** PACKET_STATISTICS, since they were last asked for. */
    private int seen;
    private int dropped;
    private boolean sending;

    public PacketSocket(Files files, int type, int protocol, int flags, int uid, int gid) {
        super(files, flags, uid, gid);
        this.type = type;
        this.protocol = protocol;
        all = files.packetSockets();
        all.add(this);
    }

    @Override
    public int family() {
        return AF_PACKET;
    }

    @Override
    public int type() {
        return type;
    }

    @Override
    public int protocol() {
        return Short.toUnsignedInt(Short.reverseBytes((short) protocol));
    }

    /** In the order of the machine. */
    public int etherType() {
        return protocol;
    }

    @Override
    public Mailbox mailbox() {
        return box;
    }

    @Override
    public int boundInterface() {
        return interfaceIndex;
    }

    public void setFilter(PacketFilter newFilter) {
        filter = newFilter;
    }

    public PacketFilter filter() {
        return filter;
    }

    /** Whether it is in a group whose program chooses, PACKET_FANOUT_CBPF. */
    public boolean choosesByProgram() {
        return fanout != null && fanout.hasProgram();
    }

    public void setChooser(PacketFilter program) {
        fanout.setProgram(program);
    }

    public boolean hasRing() {
        return ring != null;
    }

    /** Whether it looks for such frames, whatever its filter says. */
    boolean looksFor(Frame frame) {
        boolean wanted = protocol == ETH_P_ALL ? !(frame.leaves && (ignoresOutgoing || sending))
                : protocol == frame.protocol && !frame.leaves;
        return wanted && (interfaceIndex == 0 || interfaceIndex == frame.interfaceIndex);
    }

    /** A frame passes; it stays its owner's. */
    void offer(Frame frame) {
        if (looksFor(frame) && (fanout == null || fanout.chooses(this, frame))) {
            take(frame);
        }
    }

    private void take(Frame frame) {
        int skipped = type == RAW ? 0 : EthernetHeader.BYTES;
        long bytes = frame.packet.address() + skipped;
        int length = frame.packet.length() - skipped;
        int kept = filter == null ? length : filter.run(bytes, length, EthernetHeader.BYTES - skipped, frame.protocol,
                frame.kind, frame.interfaceIndex);
        if (kept == 0) {
            return;
        }
        kept = kept < 0 ? length : Math.min(kept, length);
        seen++;
        if (ring != null ? !ring.store(frame, type == RAW, kept, dropped > 0) : !copy(frame, bytes, length, kept)) {
            dropped++;
        } else if (ring instanceof SlotRing) {
            changed(Events.IN);
        }
    }

    /** Of a copy {@link Packet#headerBytes} is the length on the wire, {@link Packet#service} the status. */
    private boolean copy(Frame frame, long bytes, int length, int kept) {
        Packet copy = net.packets().take(kept);
        if (copy == null) {
            return false;
        }
        Memory.copy(bytes, copy.append(kept), kept);
        copy.sourceHigh = frame.description();
        copy.sourceLow = frame.address();
        copy.sourcePort = frame.protocol;
        copy.interfaceIndex = frame.interfaceIndex;
        copy.headerBytes = length;
        copy.service = frame.status;
        copy.arrivedNs = files.clock().monotonicNs();
        if (box.offer(copy)) {
            return true;
        }
        copy.release();
        return false;
    }

    /** PACKET_STATISTICS: packets below, drops above; they begin anew. */
    public long takeStatistics() {
        long both = seen & 0xffff_ffffL | (long) dropped << 32;
        seen = 0;
        dropped = 0;
        return both;
    }

    /** How often no block was free, TPACKET_V3, since it was last asked for. */
    public int takeFreezes() {
        return ring instanceof BlockRing blocks ? blocks.takeFreezes() : 0;
    }

    /** A block of frames has become the program's. */
    void blockReady() {
        changed(Events.IN);
    }

    /**
     * PACKET_RX_RING: 0, -EBUSY, -EINVAL, -ENOMEM; no slots take the ring away.
     *
     * @param retireMs of TPACKET_V3, as {@code privateBytes}: when a block that is not full is the program's
     */
    public int setRing(int blockBytes, int blocks, int slotBytes, int slots, int retireMs, int privateBytes) {
        if (blocks == 0) {
            freeRing();
            return slots == 0 ? 0 : -EINVAL;
        }
        if (ring != null) {
            return -EBUSY;
        }
        boolean byBlocks = version == VERSION_3;
        int header = (byBlocks ? BlockRing.HEADER_BYTES : SlotRing.HEADER_BYTES) + PacketRing.ADDRESS_BYTES
                + reserveBytes;
        boolean fits = !byBlocks || privateBytes >= 0 && privateBytes < blockBytes
                && BlockRing.firstOffset(privateBytes) + header <= blockBytes && retireMs >= 0;
        if (!fits || !PacketRing.isValid(blockBytes, blocks, slotBytes, slots, header)) {
            return -EINVAL;
        }
        PacketRing made = byBlocks
                ? new BlockRing(files, this, blockBytes, blocks, reserveBytes, privateBytes, retireMs)
                : new SlotRing(files, blockBytes, blocks, slotBytes, reserveBytes, version == VERSION_1);
        ring = made.allocate() ? made : null;
        return ring == null ? -ENOMEM : 0;
    }

    /** PACKET_FANOUT: joins a group, packet(7); 0, -EALREADY, -EINVAL, -ENOSPC. */
    public int joinFanout(int wantedId, int kind, int askedFlags) {
        boolean unique = (askedFlags & Fanout.UNIQUE) != 0;
        int id = unique && wantedId == 0 ? all.freeFanout() : unique ? -1 : wantedId;
        int flags = askedFlags & ~Fanout.UNIQUE;
        boolean twice = kind == Fanout.ROLLOVER && (flags & Fanout.ROLLS_OVER) != 0;
        if (id < 0 || twice || kind > Fanout.PROGRAM || (flags & ~Fanout.FLAGS) != 0) {
            return -EINVAL;
        }
        if (fanout != null) {
            return -EALREADY;
        }
        if (protocol == 0) {
            return -EINVAL;
        }
        Fanout group = all.fanout(id);
        if (group == null) {
            group = new Fanout(id, kind, flags, protocol, interfaceIndex);
        } else if (!group.fits(kind, flags, protocol, interfaceIndex)) {
            return -EINVAL;
        }
        if (!group.add(this)) {
            return -ENOSPC;
        }
        fanout = group;
        return 0;
    }

    /** What was joined as PACKET_FANOUT tells it; 0 for nothing. */
    public int fanoutWord() {
        return fanout == null ? 0 : fanout.word();
    }

    Fanout fanout() {
        return fanout;
    }

    /** Whether there is room for a frame more, for groups that go on to the next. */
    boolean hasRoom() {
        return ring != null ? !ring.isFull() : box.heldBytes() < box.receiveLimitBytes;
    }

    private void freeRing() {
        if (ring != null) {
            ring.free();
            ring = null;
        }
    }

    @Override
    public Inode inode() {
        return ring != null ? ring : super.inode();
    }

    @Override
    public int bind(SocketAddress wanted) {
        if (wanted.scope != 0 && net.routes.byIndex(wanted.scope) == null) {
            return -ENODEV;
        }
        if (fanout != null) {
            return -EINVAL;
        }
        interfaceIndex = wanted.scope;
        protocol = wanted.port != 0 ? wanted.port : protocol;
        return 0;
    }

    @Override
    public int connect(SocketAddress target) {
        return -EOPNOTSUPP;
    }

    @Override
    public void disconnect() {
    }

    @Override
    public void name(SocketAddress out) {
        NetInterface on = net.routes.byIndex(interfaceIndex);
        long address = on == null ? 0 : on.device.address();
        int hardware = on == null ? 0 : on.isLoopback ? Frame.ARPHRD_LOOPBACK : Frame.ARPHRD_ETHER;
        out.set(hardware | (on == null ? 0 : 6 << 24), address << 16, protocol);
        out.scope = interfaceIndex;
    }

    @Override
    public boolean peer(SocketAddress out) {
        name(out);
        return interfaceIndex != 0;
    }

    @Override
    @ColdPath("packet sockets are for tools")
    public long send(Transfer source, SocketAddress target, int flags) {
        int index = target != null ? target.scope : interfaceIndex;
        NetInterface on = net.routes.byIndex(index);
        long length = source.remaining();
        int header = type == RAW ? 0 : EthernetHeader.BYTES;
        if (on == null) {
            return -ENXIO;
        }
        if (!on.isUp() || !on.device.isUp()) {
            return -ENETDOWN;
        }
        if (length + header < EthernetHeader.BYTES) {
            return -EINVAL;
        }
        if (length + header > on.mtuBytes() + EthernetHeader.BYTES) {
            return -EMSGSIZE;
        }
        Packet packet = net.packets().take((int) length);
        int error = fill(packet, source, (int) length);
        if (error < 0) {
            return error;
        }
        if (header != 0) {
            EthernetHeader.write(packet.push(header), target == null ? 0 : target.low >>> 16, on.device.address(),
                    target != null && target.port != 0 ? target.port : protocol);
        }
        sending = true;
        boolean sent = on.transmitFrame(packet);
        sending = false;
        net.pollLoopback(PACKETS_PER_CALL);
        return sent ? length : -ENOBUFS;
    }

    @Override
    public long receive(Transfer target, int flags, Arrival arrival) {
        Packet packet = box.first();
        if (packet == null) {
            return -EAGAIN;
        }
        long n = hand(packet, target);
        if (n < 0) {
            return n;
        }
        if (arrival != null) {
            arrival.from.set(packet.sourceHigh, packet.sourceLow, packet.sourcePort);
            arrival.from.scope = packet.interfaceIndex;
            arrival.hasSender = true;
            arrival.truncated = n < packet.length();
            arrival.hasDetails = true;
            arrival.arrivedNs = packet.arrivedNs;
            arrival.status = packet.service | 1;
            arrival.fullBytes = packet.headerBytes;
            arrival.keptBytes = packet.length();
            arrival.headerBytes = type == RAW ? EthernetHeader.BYTES : 0;
        }
        if ((flags & PEEK) == 0) {
            box.drop();
        }
        return n;
    }

    @Override
    public int readiness() {
        boolean readable = ring != null && ring.isReadable() || box.first() != null;
        return Events.OUT | (box.hasError() ? Events.ERR : 0) | (readable ? Events.IN : 0);
    }

    @Override
    @ColdPath("once per socket")
    protected void released() {
        leave();
        all.remove(this);
        if (fanout != null) {
            fanout.remove(this);
        }
        freeRing();
        box.clear();
    }
}

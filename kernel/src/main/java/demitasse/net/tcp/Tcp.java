package demitasse.net.tcp;

import static demitasse.base.error.Errno.EADDRNOTAVAIL;

import demitasse.base.annotation.HotPath;
import demitasse.device.net.Packet;
import demitasse.machine.Clock;
import demitasse.net.ip.Binding;
import demitasse.net.ip.IpLayer;
import demitasse.net.ip.KeyedHash;
import demitasse.net.ip.Notified;
import demitasse.net.ip.PacketInfo;
import demitasse.net.ip.Ports;
import demitasse.net.ip.RandomBits;
import demitasse.net.wire.PacketFilter;
import demitasse.net.wire.PageCache;
import demitasse.net.wire.TcpSegment;
import demitasse.sched.timer.Timers;

/** The protocol: its connections, listeners and ports. Time is read once per batch, by {@link #tick}. */
public final class Tcp {
    /** Far more than an instance needs; strangers can cause no more than this. */
    private static final int TIME_WAITS_MAX = 8192;
    /** Connections that no program has any more, but whose peer has not heard all: tcp_max_orphans. */
    private static final int ORPHANS_MAX = 4096;
    private static final long SEQUENCE_TICK_NS = 64;

    final IpLayer ip;
    final Timers timers;
    final PageCache pages;
    final TcpTable table;
    final Output output = new Output(this);
    public final TcpCounters counters = new TcpCounters();
    public final Ports ports = new Ports(true);
    /** Whether our SYNs ask for ECN; as on Linux only those of others do, unless someone wants it. */
    public boolean requestsEcn;
    final SynCookies cookies;
    private final Clock clock;
    private final RandomBits random;
    private final KeyedHash sequenceHash;
    private final Input input = new Input(this);
    private TcpListener[] listeners = new TcpListener[8];
    private int listenerCount;
    private TcpConnection firstTimeWait;
    private TcpConnection lastTimeWait;
    private int timeWaits;
    private int orphans;
    private long nowNs;

    public Tcp(IpLayer ip, Timers timers, Clock clock, PageCache pages, RandomBits random) {
        this.ip = ip;
        this.timers = timers;
        this.clock = clock;
        this.pages = pages;
        this.random = random;
        table = new TcpTable(new KeyedHash(random.bits(), random.bits()));
        sequenceHash = new KeyedHash(random.bits(), random.bits());
        cookies = new SynCookies(random);
        tick();
    }

    /** Reads the clock. */
    public void tick() {
        nowNs = clock.monotonicNs();
    }

    /** As {@link #tick()}, by who has read the clock. */
    public void tick(long newNowNs) {
        nowNs = Math.max(nowNs, newNowNs);
    }

    long nowNs() {
        return nowNs;
    }

    long random() {
        return random.bits();
    }

    /** A segment that begins with its header, which is gone then. */
    @HotPath("per packet")
    public void input(Packet packet, PacketInfo info) {
        input.segment(packet, info);
    }

    /** RFC 6528 §3: a clock, and a hash of who talks to whom. */
    int initialSequence(TcpConnection c) {
        long hash = sequenceHash.of(c.localHigh, c.localLow, c.remoteHigh, c.remoteLow,
                c.localPort << 16 | c.remotePort);
        return (int) (hash + nowNs / SEQUENCE_TICK_NS);
    }

    /** The same for all connections between two hosts, so that the time stamps of a new one are later: RFC 6191. */
    int timestampOffset(long localHigh, long localLow, long remoteHigh, long remoteLow) {
        return (int) sequenceHash.of(localHigh, localLow, remoteHigh, remoteLow, 0);
    }

    int milliseconds() {
        return (int) (nowNs / 1_000_000);
    }

    /** A program has given a connection up that is not at its end; of too many the newest are reset. */
    void orphaned(TcpConnection c) {
        if (c.isGone() || c.state == TcpState.TIME_WAIT) {
            return;
        }
        if (orphans >= ORPHANS_MAX) {
            counters.orphanOverflows++;
            output.reset(c);
            c.gone();
            return;
        }
        c.isCountedOrphan = true;
        orphans++;
    }

    /** A closed connection, for its options and to be opened. */
    public TcpConnection create() {
        return new TcpConnection(this);
    }

    /**
     * Begins a connection from a binding, whose address is set by now; a port is chosen when it has none.
     *
     * @return 0, -EADDRNOTAVAIL when that connection exists or no port is left, -ENETUNREACH
     */
    public int connect(TcpConnection c, Binding binding, long remoteHigh, long remoteLow, int remotePort,
            int interfaceIndex) {
        tick();
        c.interfaceIndex = interfaceIndex != 0 ? interfaceIndex : c.boundInterface;
        int error = ip.find(c.hop, remoteHigh, remoteLow, c.interfaceIndex);
        if (error < 0) {
            return error;
        }
        long boundHigh = binding.high;
        long boundLow = binding.low;
        if (binding.isAny()) {
            binding.high = c.hop.sourceHigh;
            binding.low = c.hop.sourceLow;
        }
        c.localHigh = binding.high;
        c.localLow = binding.low;
        c.remoteHigh = remoteHigh;
        c.remoteLow = remoteLow;
        c.remotePort = remotePort;
        if (binding.port == 0) {
            error = choosePort(c, binding);
        } else {
            c.localPort = binding.port;
            error = isTaken(c, binding.port) ? -EADDRNOTAVAIL : 0;
        }
        if (error < 0) {
            binding.high = boundHigh;
            binding.low = boundLow;
            return error;
        }
        table.add(c);
        c.open();
        return 0;
    }

    /** RFC 6056 §3.3.3: from a start that depends on the target. */
    private int choosePort(TcpConnection c, Binding binding) {
        int start = (int) sequenceHash.of(c.localHigh, c.localLow, c.remoteHigh, c.remoteLow, c.remotePort);
        for (int i = 0; i < Ports.freeCount(binding); i++) {
            int port = ports.ephemeral(binding, start, i);
            if (!ports.isUsed(port) && !isTaken(c, port)) {
                ports.advance(i);
                binding.port = port;
                c.localPort = port;
                ports.add(binding);
                return 0;
            }
        }
        return -EADDRNOTAVAIL;
    }

    /** Whether the connection exists; one that only waits makes room when its time stamps protect the new one. */
    private boolean isTaken(TcpConnection c, int port) {
        int hash = table.hash(c.localHigh, c.localLow, port, c.remoteHigh, c.remoteLow, c.remotePort);
        TcpConnection other =
                table.find(hash, c.localHigh, c.localLow, port, c.remoteHigh, c.remoteLow, c.remotePort);
        if (other != null && other.state == TcpState.TIME_WAIT && other.hasTimestamps
                && nowNs - other.receiver.timestampRecentNs > 1_000_000_000L) {
            other.gone();
            return false;
        }
        return other != null;
    }

    /** Whether any connection uses a local port: bind(2) without SO_REUSEADDR does not share it. */
    public boolean isPortBusy(int port) {
        for (int i = 0; i < table.buckets(); i++) {
            for (TcpConnection c = table.bucket(i); c != null; c = c.nextInBucket) {
                if (c.localPort == port) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Listens on a binding that holds a port; null when another listener has it. */
    public TcpListener listen(TcpConnection template, Binding binding, int backlog, Notified user) {
        tick();
        binding.listening = true;
        if (ports.conflicts(binding)) {
            binding.listening = false;
            return null;
        }
        TcpListener listener = new TcpListener(template, binding, backlog, user);
        if (listenerCount == listeners.length) {
            TcpListener[] more = new TcpListener[listenerCount * 2];
            System.arraycopy(listeners, 0, more, 0, listenerCount);
            listeners = more;
        }
        listeners[listenerCount++] = listener;
        return listener;
    }

    /** Ends listening; whoever waits to be accepted is reset. */
    public void close(TcpListener listener) {
        tick();
        listener.closed = true;
        listener.binding.listening = false;
        int kept = 0;
        for (int i = 0; i < listenerCount; i++) {
            if (listeners[i] != listener) {
                listeners[kept++] = listeners[i];
            }
        }
        listeners[--listenerCount] = null;
        for (TcpConnection c = listener.accept(); c != null; c = listener.accept()) {
            c.close(true);
        }
        for (int i = 0; i < table.buckets(); i++) {
            TcpConnection following;
            for (TcpConnection c = table.bucket(i); c != null; c = following) {
                following = c.nextInBucket;
                if (c.listener == listener) {
                    output.reset(c);
                    c.gone();
                }
            }
        }
    }

    /**
     * The listener that fits best; of several by SO_REUSEPORT the hash chooses, or a program that one of them has
     * attached. Null when there is none.
     */
    TcpListener listenerFor(PacketInfo info, int port, int hash, TcpSegment segment) {
        int best = 0;
        int equal = 0;
        PacketFilter chooser = null;
        for (int i = 0; i < listenerCount; i++) {
            int fit = fit(listeners[i], info, port);
            chooser = fit > best || fit == best && chooser == null ? listeners[i].binding.chooser : chooser;
            equal = fit > best ? 1 : fit == best && fit > 0 ? equal + 1 : equal;
            best = Math.max(best, fit);
        }
        int chosen = equal == 0 ? 0 : Integer.remainderUnsigned(hash, equal);
        int said = chooser == null || equal < 2 ? -1
                : chooser.run(segment.data, segment.dataBytes, 0, 0, 0, info.interfaceIndex);
        chosen = said >= 0 && said < equal ? said : chosen;
        for (int i = 0; i < listenerCount && best > 0; i++) {
            if (fit(listeners[i], info, port) == best && chosen-- == 0) {
                return listeners[i];
            }
        }
        return null;
    }

    private static int fit(TcpListener listener, PacketInfo info, int port) {
        int only = listener.template.boundInterface;
        boolean heard = listener.binding.port == port && (only == 0 || only == info.interfaceIndex);
        return heard ? listener.binding.match(info.targetHigh, info.targetLow) : 0;
    }

    /** A connection is gone. */
    void forget(TcpConnection c) {
        table.remove(c);
        orphanEnds(c);
        // One that waits to be accepted goes on waiting, as on Linux: whoever was told of it finds it, and its data.
        if (c.listener != null && (c.state == TcpState.SYN_RECEIVED || c.deferred)) {
            c.listener.handshakeEnds();
            c.listener = null;
        }
        if (c.state == TcpState.TIME_WAIT) {
            timeWaitEnds(c);
        }
    }

    private void orphanEnds(TcpConnection c) {
        orphans -= c.isCountedOrphan ? 1 : 0;
        c.isCountedOrphan = false;
    }

    void timeWaitBegins(TcpConnection c) {
        orphanEnds(c);
        c.nextTimeWait = null;
        if (lastTimeWait == null) {
            firstTimeWait = c;
        } else {
            lastTimeWait.nextTimeWait = c;
        }
        lastTimeWait = c;
        timeWaits++;
        if (timeWaits > TIME_WAITS_MAX) {
            counters.timeWaitOverflows++;
            firstTimeWait.gone();
        }
    }

    /** Mostly the oldest ends first, so the walk is short. */
    private void timeWaitEnds(TcpConnection c) {
        TcpConnection before = null;
        TcpConnection at = firstTimeWait;
        while (at != c) {
            before = at;
            at = at.nextTimeWait;
        }
        if (before == null) {
            firstTimeWait = c.nextTimeWait;
        } else {
            before.nextTimeWait = c.nextTimeWait;
        }
        lastTimeWait = lastTimeWait == c ? before : lastTimeWait;
        c.nextTimeWait = null;
        timeWaits--;
    }

    public int timeWaits() {
        return timeWaits;
    }

    /** An ICMP message says that a connection's segments do not arrive, RFC 5927: only one in the making ends. */
    public void unreachable(long localHigh, long localLow, int localPort, long remoteHigh, long remoteLow,
            int remotePort, int errno) {
        TcpConnection c = find(localHigh, localLow, localPort, remoteHigh, remoteLow, remotePort);
        if (c != null && c.state == TcpState.SYN_SENT) {
            c.fail(errno);
        }
    }

    /** Whether a segment that an ICMP message quotes can be one that a connection waits for, RFC 5927 §4.1. */
    public boolean isInFlight(long localHigh, long localLow, int localPort, long remoteHigh, long remoteLow,
            int remotePort, int sequence) {
        TcpConnection c = find(localHigh, localLow, localPort, remoteHigh, remoteLow, remotePort);
        if (c == null) {
            return false;
        }
        long position = c.sender.position(sequence);
        return position >= c.sender.unacknowledged() && position < c.sender.next();
    }

    /** The way of a connection carries less than was thought: what was too long is sent again, RFC 1191 §6.4. */
    public void tooBig(long localHigh, long localLow, int localPort, long remoteHigh, long remoteLow,
            int remotePort) {
        TcpConnection c = find(localHigh, localLow, localPort, remoteHigh, remoteLow, remotePort);
        if (c.isSynchronized()) {
            tick();
            c.reroute();
            c.sender.recovery.tooBig();
            c.sender.transmit();
        }
    }

    private TcpConnection find(long localHigh, long localLow, int localPort, long remoteHigh, long remoteLow,
            int remotePort) {
        int hash = table.hash(localHigh, localLow, localPort, remoteHigh, remoteLow, remotePort);
        return table.find(hash, localHigh, localLow, localPort, remoteHigh, remoteLow, remotePort);
    }

    /** What peers outside have not acknowledged yet, and 1 for each end of a connection among it. */
    public long unfinishedBytes() {
        long bytes = 0;
        for (TcpConnection c = after(null); c != null; c = after(c)) {
            if (c.hop.interfaceIndex != 1) {
                bytes += c.queuedBytes() + (c.sender.isFinQueued() && !c.sender.isFinAcknowledged() ? 1 : 0);
            }
        }
        return bytes;
    }

    public int connectionCount() {
        return table.count();
    }

    /** All connections, for /proc/net/tcp; {@code next} of null is the first. Null at the end. */
    public TcpConnection after(TcpConnection c) {
        int bucket = 0;
        if (c != null) {
            if (c.nextInBucket != null) {
                return c.nextInBucket;
            }
            bucket = (c.hash & table.buckets() - 1) + 1;
        }
        while (bucket < table.buckets()) {
            if (table.bucket(bucket) != null) {
                return table.bucket(bucket);
            }
            bucket++;
        }
        return null;
    }

    public int listenerCount() {
        return listenerCount;
    }

    public Binding listenerBinding(int index) {
        return listeners[index].binding;
    }

    public Notified listenerUser(int index) {
        return listeners[index].user();
    }

    public int listenerBacklog(int index) {
        return listeners[index].backlog();
    }

    public int listenerPending(int index) {
        return listeners[index].pending();
    }
}

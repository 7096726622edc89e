package demitasse.posix.file;

import demitasse.alloc.Pages;
import demitasse.base.annotation.ColdPath;
import demitasse.base.memory.Buffer;
import demitasse.machine.Clock;
import demitasse.net.stack.NetStack;
import demitasse.posix.netlink.Netlink;
import demitasse.posix.packet.PacketSockets;
import demitasse.posix.socket.UnixSockets;
import demitasse.posix.task.Call;
import demitasse.posix.task.Instance;
import demitasse.sched.timer.Timers;
import demitasse.vfs.Stat;

/** What the open files of an instance share: where memory and time come from, and small reusable memory. */
public final class Files {
    private static final int WORD_BYTES = 64;
    private static final int COPY_ORDER = 4;
    /** What {@link #copyBuffer} holds. */
    public static final int COPY_BYTES = 4096 << COPY_ORDER;

    private final Pages pages;
    private final Timers timers;
    private final Clock clock;
    private final Buffer word = new Buffer();
    private final Stat stat = new Stat();
    private final PathScratch paths = new PathScratch();
    private final EpollEvents epollEvents = new EpollEvents(this);
    private final FileLocks locks = new FileLocks();
    private final FileLeases leases = new FileLeases();
    private final PipeLimits pipeLimits = new PipeLimits();
    private final UnixSockets unixSockets = new UnixSockets();
    private final NestedReleases nestedReleases = new NestedReleases();
    private TimerFile timersOfDay;
    private PollSet idlePollSets;
    private AnonymousFiles anonymousFiles;
    private NetStack net;
    /** Null as long as there is one alone. */
    private Instance severalNets;
    private Netlink netlink;
    private PacketSockets packetSockets;
    private long copyBuffer;
    private long nextInode = 1;
    private long searches;

    public Files(Pages pages, Timers timers, Clock clock) {
        this.pages = pages;
        this.timers = timers;
        this.clock = clock;
    }

    /** Of CLOCK_REALTIME. */
    void addTimer(TimerFile timer) {
        timer.next = timersOfDay;
        timersOfDay = timer;
    }

    void removeTimer(TimerFile timer) {
        TimerFile before = null;
        for (TimerFile one = timersOfDay; one != null; before = one, one = one.next) {
            if (one == timer && before == null) {
                timersOfDay = one.next;
            } else if (one == timer) {
                before.next = one.next;
            }
        }
    }

    /** CLOCK_REALTIME has been set forward by so much, or back. */
    public void clockSet(long forwardNs) {
        for (TimerFile one = timersOfDay; one != null; one = one.next) {
            one.clockSet(forwardNs);
        }
    }

    public Pages pages() {
        return pages;
    }

    public Timers timers() {
        return timers;
    }

    public Clock clock() {
        return clock;
    }

    public NestedReleases nestedReleases() {
        return nestedReleases;
    }

    public PipeLimits pipeLimits() {
        return pipeLimits;
    }

    public long nextInodeNumber() {
        return nextInode++;
    }

    /** Tells a search through instances of epoll(7) from those before it. */
    long nextSearch() {
        return ++searches;
    }

    /**
     * A few bytes of kernel memory on the way to or from a Transfer; valid until the next file operation. Null when
     * there is no memory at all.
     */
    public Buffer word() {
        if (word.sizeBytes() == 0) {
            long page = pages.allocateZeroed();
            if (page == Pages.NONE) {
                return null;
            }
            word.set(page, WORD_BYTES);
        }
        return word;
    }

    /**
     * Where data passes through on its way from file to file; valid for one attempt. {@link Pages#NONE} without
     * memory.
     */
    public long copyBuffer() {
        if (copyBuffer == Pages.NONE) {
            copyBuffer = pages.allocate(COPY_ORDER);
        }
        return copyBuffer;
    }

    /** Where memfd_create(2) gets its files; null when boot has given none. */
    public AnonymousFiles anonymousFiles() {
        return anonymousFiles;
    }

    public void setAnonymousFiles(AnonymousFiles source) {
        anonymousFiles = source;
    }

    /** The network that the caller sees, network_namespaces(7); null where boot has given none. */
    public NetStack net() {
        NetStack own = severalNets == null ? null : severalNets.seen().network();
        return own == null ? net : own;
    }

    /** The one that boot has given. */
    public NetStack firstNet() {
        return net;
    }

    /** There are others from now on. */
    public void setNetsOf(Instance instance) {
        severalNets = instance;
    }

    public void setNet(NetStack stack) {
        net = stack;
    }

    /** Who answers netlink(7), made when first asked. */
    public Netlink netlink() {
        netlink = netlink == null ? new Netlink(this) : netlink;
        return netlink;
    }

    /** The sockets of packet(7) in the network that the caller sees, made when first asked. */
    public PacketSockets packetSockets() {
        packetSockets = packetSockets == null ? new PacketSockets(net) : packetSockets;
        return packetSockets.of(net());
    }

    public UnixSockets unixSockets() {
        return unixSockets;
    }

    public FileLeases leases() {
        return leases;
    }

    public FileLocks locks() {
        return locks;
    }

    /** The way of epoll's events to a program. */
    public EpollEvents epollEvents() {
        return epollEvents;
    }

    /** An empty set for one call of poll(2) or its like; it comes back when the call ends. */
    public PollSet takePollSet(Call call) {
        PollSet set = idlePollSets;
        if (set == null) {
            set = newPollSet();
        } else {
            idlePollSets = set.nextIdle;
        }
        set.begin(call);
        return set;
    }

    @ColdPath("as often as tasks poll at the same time")
    private PollSet newPollSet() {
        return new PollSet(this);
    }

    void givePollSet(PollSet set) {
        set.nextIdle = idlePollSets;
        idlePollSets = set;
    }

    /** For calls that take paths. */
    public PathScratch paths() {
        return paths;
    }

    /** A stat to look at for a moment. */
    public Stat stat() {
        return stat;
    }
}

package demitasse.fs.proc;

import demitasse.alloc.Pages;
import demitasse.base.memory.Text;
import demitasse.machine.Clock;
import demitasse.vfs.FileSystem;
import demitasse.vfs.Inode;
import demitasse.vfs.Mounts;
import demitasse.vfs.Statistics;

/** The proc file system, proc(5). */
public class ProcFileSystem implements FileSystem {
    /** As {@link SystemView#setting} counts them. */
    private static final String[] SETTINGS = {"shmmax", "shmmni", "msgmax", "msgmnb", "msgmni",
        "semmsl", "semmns", "semopm", "semmni",
        "queues_max", "msg_max", "msgsize_max", "msg_default", "msgsize_default",
        "pipe-max-size", "pipe-user-pages-soft", "lease-break-time",
        "gc_delay", "maxbytes", "maxkeys", "root_maxbytes", "root_maxkeys"};
    private static final long PROC_SUPER_MAGIC = 0x9fa0;
    private static final int NAME_BYTES_MAX = 255;
    private static final int PATH_BYTES = 4096;
    private static final int NAMES_BYTES = 8192;
    /** One page for a path, two for a name that is being made (a path with "(deleted)" behind it). */
    private static final int MEMORY_ORDER = 2;

    private final Processes processes;
    private final SystemView system;
    private final Mounts mounts;
    private final Pages pages;
    private final Clock clock;
    private final long device;
    private final ProcNames names;
    private final Places places;
    private final Text text = new Text();
    private int loginSessions;
    private final FixedDirectory root;
    private final FixedDirectory net;
    private final long bootIdHigh;
    private final long bootIdLow;
    private long lastNumber;
    private long memoryToRelease = Pages.NONE;

    /** @param network null for none to be shown */
    /** Below /proc/net, by the numbers of {@link NetworkView}. */
    private static final String[] NET_FILES = {"dev", "route", "if_inet6", "tcp", "tcp6", "udp", "udp6", "raw", "raw6",
        "icmp", "icmp6", "unix", "packet", "netlink", "arp", "snmp", "netstat", "sockstat", "snmp6",
        "sockstat6", "ipv6_route"};

    ProcFileSystem(Processes processes, SystemView system, NetworkView network, Mounts mounts, Pages pages,
            Clock clock, long memory) {
        this.processes = processes;
        this.system = system;
        this.mounts = mounts;
        this.pages = pages;
        this.clock = clock;
        device = mounts.newDevice();
        places = new Places(mounts, processes, memory, PATH_BYTES);
        names = new ProcNames(memory + PATH_BYTES, NAMES_BYTES);
        bootIdHigh = system.random();
        bootIdLow = system.random();
        net = network == null ? null : fillNet(network);
        root = makeRoot();
    }

    /** Null without memory. @param mountedOnce whether it goes when it is unmounted */
    public static ProcFileSystem create(Processes processes, SystemView system, NetworkView network, Mounts mounts,
            Pages pages, Clock clock, boolean mountedOnce) {
        long memory = pages.allocate(MEMORY_ORDER);
        if (memory == Pages.NONE) {
            return null;
        }
        ProcFileSystem made = new ProcFileSystem(processes, system, network, mounts, pages, clock, memory);
        made.memoryToRelease = mountedOnce ? memory : Pages.NONE;
        return made;
    }

    /** The sys file system, sysfs(5), whose files are texts as well; null without memory. */
    public static ProcFileSystem createSys(SystemView system, Mounts mounts, Pages pages, Clock clock) {
        long memory = pages.allocate(MEMORY_ORDER);
        return memory == Pages.NONE ? null : new SysFileSystem(system, mounts, pages, clock, memory);
    }

    @Override
    public void unmounted() {
        if (memoryToRelease != Pages.NONE) {
            pages.releaseRun(memoryToRelease, 1L << MEMORY_ORDER);
        }
    }

    @Override
    public String type() {
        return "proc";
    }

    @Override
    public Inode root() {
        return root;
    }

    @Override
    public boolean cachesNames() {
        return false;
    }

    @Override
    public int statistics(Statistics out) {
        out.withoutBlocks(PROC_SUPER_MAGIC, PATH_BYTES, NAME_BYTES_MAX);
        return 0;
    }

    Processes processes() {
        return processes;
    }

    SystemView system() {
        return system;
    }

    Mounts mounts() {
        return mounts;
    }

    Pages pages() {
        return pages;
    }

    ProcNames names() {
        return names;
    }

    Places places() {
        return places;
    }

    Text text() {
        return text;
    }

    long device() {
        return device;
    }

    long realtimeNs() {
        return clock.realtimeNs();
    }

    long nextNumber() {
        return ++lastNumber;
    }

    /** A number for whoever logs in next. */
    int nextLoginSession() {
        return ++loginSessions;
    }

    /** /proc/sys/kernel/random/boot_id: the same until the end. */
    void bootId(Text out) {
        SystemText.uuid(out, bootIdHigh, bootIdLow);
    }

    FixedDirectory makeRoot() {
        RootDirectory root = new RootDirectory(this);
        root.add("self", LinkFile.of(this, LinkFile.SELF, null));
        root.add("thread-self", LinkFile.of(this, LinkFile.THREAD_SELF, null));
        root.add("mounts", LinkFile.of(this, LinkFile.CONSTANT, "self/mounts"));
        text(root, "meminfo", SystemText.MEMINFO);
        text(root, "stat", SystemText.STAT);
        text(root, "uptime", SystemText.UPTIME);
        text(root, "loadavg", SystemText.LOADAVG);
        text(root, "version", SystemText.VERSION);
        text(root, "filesystems", SystemText.FILESYSTEMS);
        text(root, "cpuinfo", SystemText.CPUINFO);
        text(root, "devices", SystemText.DEVICES);
        text(root, "vmstat", SystemText.VMSTAT);
        text(root, "keys", SystemText.KEYS);
        text(root, "key-users", SystemText.KEY_USERS);
        // The line itself has the environment of the first program in it.
        root.add("cmdline", 0444, new ConstantText("demitasse"));
        root.add("config.gz", 0444, new ConfigText());
        root.add("swaps", 0444, new ConstantText("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority"));
        FixedDirectory sysv = new FixedDirectory(this);
        text(sysv, "msg", SystemText.SYSV_MESSAGES);
        text(sysv, "sem", SystemText.SYSV_SEMAPHORES);
        text(sysv, "shm", SystemText.SYSV_SEGMENTS);
        root.add("sysvipc", sysv);
        root.add("sys", fillSys());
        root.add("net", net);
        return root;
    }

    /** There is one network, so /proc/PID/net is the same for all. */
    private FixedDirectory fillNet(NetworkView network) {
        FixedDirectory all = new FixedDirectory(this);
        for (int i = 0; i < NET_FILES.length; i++) {
            all.add(NET_FILES[i], 0444, new NetworkText(network, i));
        }
        return all;
    }

    FixedDirectory net() {
        return net;
    }

    private FixedDirectory fillSys() {
        FixedDirectory memory = constants("overcommit_memory", "1", "max_map_count", "65530", "mmap_min_addr", "65536",
                "swappiness", "0", "overcommit_ratio", "50", "nr_hugepages", "0", "zone_reclaim_mode", "0",
                "vfs_cache_pressure", "100");
        memory.add("drop_caches", 0200, new DropText());
        FixedDirectory files = constants("file-max", "1048576", "nr_open", "1048576", "leases-enable", "1",
                "pipe-user-pages-hard", "0", "aio-max-nr", "65536",
                "mount-max", "4096", "protected_hardlinks", "0", "protected_symlinks", "0", "suid_dumpable", "0");
        files.add("inotify", constants("max_queued_events", "16384", "max_user_instances", "128",
                "max_user_watches", "8192"));
        files.add("mqueue", settings(new FixedDirectory(this), SystemView.FIRST_OF_QUEUES,
                SystemView.FIRST_OF_PIPES));
        settings(files, SystemView.FIRST_OF_PIPES, SystemView.FIRST_OF_KEYS);
        return new FixedDirectory(this).add("kernel", fillKernel()).add("vm", memory).add("fs", files)
                .add("net", fillSysNet());
    }

    /** tcp(7), ip(7), socket(7): what programs ask before they choose a backlog, a buffer or a port. */
    private FixedDirectory fillSysNet() {
        FixedDirectory core = constants("somaxconn", "4096", "rmem_default", "212992", "rmem_max", "212992",
                "wmem_default", "212992", "wmem_max", "212992");
        FixedDirectory ipv4 = constants("ip_local_port_range", "32768\t60999", "ip_forward", "0",
                "ip_default_ttl", "64", "tcp_congestion_control", "cubic",
                "tcp_available_congestion_control", "reno cubic", "tcp_sack", "1", "tcp_timestamps", "1",
                "tcp_window_scaling", "1", "tcp_syn_retries", "6", "tcp_synack_retries", "5", "tcp_retries2", "15",
                "tcp_keepalive_time", "7200", "tcp_keepalive_intvl", "75", "tcp_keepalive_probes", "9",
                "tcp_fin_timeout", "60", "tcp_syncookies", "1", "tcp_ecn", "2", "tcp_fastopen", "0",
                "ip_unprivileged_port_start", "1024", "ping_group_range", "0\t2147483647");
        // Frames that come back by lo are heard, whatever addresses they are from and to.
        FixedDirectory each = constants("accept_local", "1", "route_localnet", "1", "rp_filter", "0",
                "forwarding", "0");
        ipv4.add("conf", new FixedDirectory(this).add("all", each).add("default", each).add("lo", each));
        return new FixedDirectory(this).add("core", core).add("ipv4", ipv4);
    }

    /** A directory of settings that cannot be changed: names and what each says, in turns. */
    private FixedDirectory constants(String... namesAndValues) {
        FixedDirectory directory = new FixedDirectory(this);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            constant(directory, namesAndValues[i], namesAndValues[i + 1]);
        }
        return directory;
    }

    private FixedDirectory settings(FixedDirectory directory, int first, int end) {
        for (int i = first; i < end; i++) {
            directory.add(SETTINGS[i], 0644, new SettingText(system, i));
        }
        return directory;
    }

    private FixedDirectory fillKernel() {
        FixedDirectory random = new FixedDirectory(this);
        text(random, "uuid", SystemText.UUID);
        text(random, "boot_id", SystemText.BOOT_ID);
        constant(random, "entropy_avail", "256");
        constant(random, "poolsize", "256");
        FixedDirectory kernel = new FixedDirectory(this);
        kernel.add("keys", settings(new FixedDirectory(this), SystemView.FIRST_OF_KEYS, SETTINGS.length));
        constant(kernel, "ostype", "Linux");
        text(kernel, "osrelease", SystemText.RELEASE);
        text(kernel, "version", SystemText.KERNEL_VERSION);
        kernel.add("hostname", 0644, new SystemText(this, SystemText.HOSTNAME));
        kernel.add("domainname", 0644, new SystemText(this, SystemText.DOMAINNAME));
        constant(kernel, "pid_max", "32768");
        constant(kernel, "threads-max", "32768");
        constant(kernel, "ngroups_max", "65536");
        constant(kernel, "cap_last_cap", "40");
        constant(kernel, "randomize_va_space", "2");
        kernel.add("core_pattern", 0644, new CoreText(this, true));
        kernel.add("core_uses_pid", 0644, new CoreText(this, false));
        constant(kernel, "overflowuid", "65534");
        constant(kernel, "overflowgid", "65534");
        constant(kernel, "sched_child_runs_first", "0");
        constant(kernel, "tainted", "0");
        constant(kernel, "io_uring_disabled", "0");
        constant(kernel, "dmesg_restrict", "0");
        constant(kernel, "kptr_restrict", "0");
        constant(kernel, "numa_balancing", "0");
        constant(kernel, "sched_rt_period_us", "1000000");
        constant(kernel, "sched_rt_runtime_us", "950000");
        constant(kernel, "sched_rr_timeslice_ms", "100");
        settings(kernel, 0, SystemView.FIRST_OF_SEMAPHORES);
        kernel.add("sem", 0644, new SemaphoresText(system));
        constant(kernel, "shmall", "18446744073692774399");
        kernel.add("random", random);
        return kernel;
    }

    final void text(FixedDirectory directory, String name, int kind) {
        directory.add(name, 0444, new SystemText(this, kind));
    }

    final void constant(FixedDirectory directory, String name, String value) {
        directory.add(name, 0444, new ConstantText(value));
    }
}

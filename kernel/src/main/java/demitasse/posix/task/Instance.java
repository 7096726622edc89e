package demitasse.posix.task;

import demitasse.alloc.Allocator;
import demitasse.alloc.Pages;
import demitasse.base.annotation.ColdPath;
import demitasse.base.annotation.WarmPath;
import demitasse.base.random.RandomPool;
import demitasse.machine.PhysicalMemory;
import demitasse.machine.Platform;
import demitasse.machine.UserContext;
import demitasse.posix.debug.CorePattern;
import demitasse.posix.debug.Tracing;
import demitasse.posix.exec.Exec;
import demitasse.posix.file.Files;
import demitasse.posix.futex.FutexLocks;
import demitasse.posix.futex.Futexes;
import demitasse.posix.key.Keys;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.namespace.NamespaceSet;
import demitasse.posix.namespace.Namespaces;
import demitasse.posix.signal.SignalInfo;
import demitasse.posix.signal.SignalInfoPool;
import demitasse.posix.socket.SocketMaker;
import demitasse.sched.loop.Loop;
import demitasse.sched.timer.Timers;
import demitasse.vfs.Mounts;

/** What all processes of an instance share; put together by boot. */
public final class Instance {
    private final Platform platform;
    private final Pages pages;
    private final Timers timers;
    private final Mounts mounts;
    private final Scratch scratch;
    private final Files files;
    private final Loop loop;
    private final Futexes futexes = new Futexes();
    private final Namespaces namespaces;
    /** Where the platform finds the name of the running task. */
    private final long notedName;
    private final RandomPool random;
    private final Processes processes = new Processes();
    private final FutexLocks futexLocks = new FutexLocks(futexes, this);
    private final SignalInfoPool signalInfos = new SignalInfoPool();
    private final SignalInfo deliveredSignal = new SignalInfo();
    private final Exec exec;
    private final Keys keys = new Keys(this);
    private final Accounting accounting = new Accounting();
    private final CorePattern corePattern = new CorePattern();
    private final ClockStatus clockStatus = new ClockStatus();
    private final Tracing tracing = new Tracing();
    private final OutOfMemory outOfMemory = new OutOfMemory(this);
    private Allocator smallMemory;
    private KernelLog log;
    private SyscallDispatcher dispatcher;
    private Task current;
    /** In whose name {@link DetachedWork} is done; null for none. */
    private Task principal;
    private UserSpace active;
    /** Still active, but of no process any more. */
    private UserSpace doomed;
    private final long startedNs;
    private long switches;
    private int exitStatus;

    public Instance(Platform platform, Pages pages, Timers timers, Mounts mounts, Scratch scratch) {
        this.platform = platform;
        this.pages = pages;
        this.timers = timers;
        this.mounts = mounts;
        this.scratch = scratch;
        this.files = new Files(pages, timers, platform.clock());
        files.unixSockets().setWriters(this::writer);
        loop = new Loop(platform, timers);
        exec = new Exec(platform, pages, mounts, outOfMemory);
        startedNs = platform.clock().monotonicNs();
        long page = pages.allocateZeroed();
        namespaces = new Namespaces(this, new HostNames(page));
        notedName = page + HostNames.BYTES + Long.BYTES & -Long.BYTES;
        random = new RandomPool(new PlatformEntropy());
    }

    /**
     * clock_settime(2), for this instance alone: what waits for a time of day follows, what waits for so and so long
     * does not.
     */
    public void setRealtime(long nowNs) {
        long forwardNs = nowNs - platform.clock().realtimeNs();
        platform.clock().setRealtime(nowNs);
        exec.clockSet();
        files.clockSet(forwardNs);
        for (Process process = processes.first(); process != null; process = processes.after(process)) {
            process.timers().clockSet(forwardNs);
            for (Task task = process.firstTask(); task != null; task = task.nextInProcess) {
                task.call().clockSet(forwardNs);
            }
        }
    }

    public Platform platform() {
        return platform;
    }

    public Pages pages() {
        return pages;
    }

    public Timers timers() {
        return timers;
    }

    public Mounts mounts() {
        return mounts;
    }

    public Scratch scratch() {
        return scratch;
    }

    /** What open files share. */
    public Files files() {
        return files;
    }

    /** What processes begin with that make no others. */
    public Namespaces namespaces() {
        return namespaces;
    }

    /** What the running task sees of the instance. */
    public NamespaceSet seen() {
        return current() == null ? namespaces.first() : current().namespaces();
    }

    /** Who waits for which futex. */
    public Futexes futexes() {
        return futexes;
    }

    /** Futexes that are locks with an owner. */
    public FutexLocks futexLocks() {
        return futexLocks;
    }

    /** The random numbers of the kernel. */
    public RandomPool random() {
        return random;
    }

    public Loop loop() {
        return loop;
    }

    public Processes processes() {
        return processes;
    }

    public SignalInfoPool signalInfos() {
        return signalInfos;
    }

    /** The signal that is being delivered right now. */
    public SignalInfo deliveredSignal() {
        return deliveredSignal;
    }

    /** Loads programs. */
    public Exec exec() {
        return exec;
    }

    /** Who goes when memory is exhausted. */
    public OutOfMemory outOfMemory() {
        return outOfMemory;
    }

    /** Where acct(2) writes. */
    public Accounting accounting() {
        return accounting;
    }

    public Keys keys() {
        return keys;
    }

    public ClockStatus clockStatus() {
        return clockStatus;
    }

    /** How core dumps are called. */
    public CorePattern corePattern() {
        return corePattern;
    }

    /** Who traces whom. */
    public Tracing tracing() {
        return tracing;
    }

    /** Where small pieces of raw memory come from, such as messages. */
    public Allocator smallMemory() {
        return smallMemory;
    }

    public void setSmallMemory(Allocator allocator) {
        smallMemory = allocator;
    }

    /** What the kernel has logged. */
    public KernelLog log() {
        return log;
    }

    public void setLog(KernelLog newLog) {
        log = newLog;
    }

    public void setDispatcher(SyscallDispatcher newDispatcher) {
        dispatcher = newDispatcher;
    }

    /** Runs the handler of a call. */
    @ColdPath("handlers that are hot say so themselves")
    @WarmPath("per system call")
    long dispatch(Call call) {
        scratch.reset();
        return dispatcher.dispatch(call);
    }

    /** The monotonic clock now. */
    public long nowNs() {
        return platform.clock().monotonicNs();
    }

    /**
     * A clock that stands still while nobody runs. CPU time is taken from it: a task that sleeps alone stays the
     * current one, and is not charged for the time that the CPU slept.
     */
    long busyNs(long nowNs) {
        return nowNs - loop.idleNs();
    }

    /** The monotonic time of boot. */
    public long startedNs() {
        return startedNs;
    }

    /** The task in whose name the kernel works: its turn it is, or was last, or {@link DetachedWork} of it is done. */
    public Task current() {
        return principal != null ? principal : current;
    }

    private SocketMaker writer() {
        Task task = current();
        return task == null ? null : new SocketMaker(task.process().pid(), task.credentials().uid,
                task.credentials().gid, task.credentials().groups);
    }

    /** Whether the CPU's time is that of {@code task}. */
    boolean isCharged(Task task) {
        return task == current;
    }

    /** Tells the platform who runs, for its panic screen; again when the name has changed. */
    void note(Task task) {
        task.name().store(notedName);
        platform.noteTask(task.tid(), notedName);
    }

    /** How often the CPU went from one task to another since boot. */
    public long switches() {
        return switches;
    }

    /** A task's turn begins. */
    void enter(Task task) {
        if (task != current) {
            switchTo(task);
        }
        if (task.process().memory() != active) {
            activate(task.process().memory());
        }
    }

    /** Work begins that is no task's turn, though in the name of one; it ends with {@code null}. */
    void workFor(Task task) {
        principal = task;
        UserSpace memory = task == null ? null : task.process().memory();
        if (memory != null && memory != active) {
            activate(memory);
        }
    }

    @ColdPath("once per switch between tasks")
    @WarmPath("per switch")
    private void switchTo(Task task) {
        long busyNs = busyNs(nowNs());
        if (current != null) {
            current.scheduling().switchedOut(busyNs);
        }
        current = task;
        switches++;
        note(task);
        task.scheduling().switchedIn(busyNs);
        tracing.enter(task, platform);
    }

    /** Has the CPU use a memory from now on; also when the current process replaced its own. */
    @ColdPath("once per switch between processes")
    @WarmPath("per switch")
    public void activate(UserSpace memory) {
        UserSpace before = active;
        active = memory;
        memory.activate(before);
        if (doomed != null) {
            UserSpace old = doomed;
            doomed = null;
            old.destroy();
        }
    }

    /** A task is gone. */
    void leave(Task task) {
        if (task == current) {
            task.scheduling().switchedOut(busyNs(nowNs()));
            current = null;
        }
    }

    /** A process no longer uses a memory. The last user's goes, the active one when the next takes its place. */
    public void release(UserSpace memory) {
        if (memory == null || !memory.leave()) {
            return;
        }
        if (memory == active) {
            doomed = memory;
        } else {
            memory.destroy();
        }
    }

    /** Zeroed registers for a task, or null without memory. */
    public UserContext newContext() {
        long address = pages.allocateZeroed(contextOrder());
        return address == Pages.NONE ? null : new UserContext(address);
    }

    void release(UserContext context) {
        pages.releaseRun(context.address(), 1L << contextOrder());
    }

    private int contextOrder() {
        int order = 0;
        while (PhysicalMemory.PAGE_BYTES << order < platform.contextBytes()) {
            order++;
        }
        return order;
    }

    /** The program is gone, or out of time, and with it the instance. */
    public void end(int status) {
        exitStatus = status;
        loop.stop();
    }

    /** What {@link Platform#shutdown} is to be told when the loop has stopped. */
    public int exitStatus() {
        return exitStatus;
    }

    private final class PlatformEntropy implements RandomPool.Entropy {
        @Override
        public long bits() {
            return platform.entropy();
        }
    }
}

package demitasse.posix.task;

import demitasse.posix.file.FileTable;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.namespace.PidNamespace;
import demitasse.posix.signal.Dispositions;
import demitasse.posix.signal.ProcessSignals;
import demitasse.posix.signal.ProcessTimers;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;
import demitasse.posix.terminal.Terminal;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;
import demitasse.vfs.Path;

/**
 * A process: what its tasks share, credentials(7), and its place among the others. When its last task is gone it is a
 * zombie until its parent has asked for its status; the instance's program takes the instance with it.
 */
public final class Process {
    /** In an exit status: a core dump was written, wait(2) WCOREDUMP. */
    public static final int DUMPED = 0x80;

    private final Instance instance;
    private final int pid;
    private final PidNamespace pidNamespace;
    /** What it is called in its namespace. */
    private final int number;
    private final ProcessSignals signals = new ProcessSignals();
    private final Limits limits = new Limits();
    private final Settings settings = new Settings();
    private final ProcessTimers timers = new ProcessTimers(this);
    private final Usage usage = new Usage(this);
    private final WaitQueue childEvents = new WaitQueue();
    private final WaitQueue endEvents = new WaitQueue();
    private final long startedNs;
    private Credentials credentials;
    private UserSpace memory;
    private FileTable files;
    private final ProcessPlaces places;
    private int group;
    private int session;
    private Terminal terminal;
    /** The group that was in the foreground when the terminal was hung up; 0 for none. */
    private int lostForeground;
    /** Theirs are {@link Adoption}'s to change as well. */
    Process parent;
    Process firstChild;
    Process nextSibling;
    private Task firstTask;
    /** Of a zombie the task that ended last, whose priorities its parent may still ask for; else null. */
    Task lastTask;
    private int taskCount;
    private int exitSignal = SignalNumber.SIGCHLD;
    private boolean borrowsMemory;
    /** The task that waits in vfork(2) for this process to let go of its memory. */
    private Task vforkParent;
    private boolean executed;
    private boolean exiting;
    private boolean zombie;
    private boolean init;
    private int exitStatus;
    private int stopSignal;
    private boolean stopUnreported;
    private boolean continueUnreported;

    /** How many files stand for it, pidfd_open(2), and whether it has been waited for; {@link Processes}' to keep. */
    int watchers;
    boolean unlisted;

    /** Links of {@link Processes}; theirs to keep. */
    Process nextById;
    Process next;
    Process previous;

    /** The first process; it keeps copies of both paths. */
    public Process(Instance instance, int pid, UserSpace memory, FileTable files, Credentials credentials, Path root,
            Path directory) {
        this(instance, pid, instance.namespaces().firstPids(), memory, files, credentials,
                new FileSystemContext(root, directory));
    }

    /** Takes everything over. */
    Process(Instance instance, int pid, PidNamespace pidNamespace, UserSpace memory, FileTable files,
            Credentials credentials, FileSystemContext places) {
        this.instance = instance;
        this.pid = pid;
        this.pidNamespace = pidNamespace;
        number = pidNamespace.numberOf(pid);
        this.memory = memory;
        this.files = files;
        this.credentials = credentials;
        this.places = new ProcessPlaces(this, places);
        group = pid;
        session = pid;
        startedNs = instance.nowNs();
        if (memory != null) {
            memory.setRelief(instance.outOfMemory());
        }
        instance.processes().add(this);
        pidNamespace.began(this);
    }

    public Instance instance() {
        return instance;
    }

    /** Makes it the kernel's own first process, which never runs: orphans come to it and are forgotten at their end. */
    public void becomeInit() {
        init = true;
        signals.dispositions().set(SignalNumber.SIGCHLD, Dispositions.SIG_IGN, 0, 0, 0);
    }

    /** Whether it is nobody's program: it has no memory, and takes no signals. */
    public boolean isInit() {
        return init;
    }

    /** By which the instance knows it. */
    public int pid() {
        return pid;
    }

    /** By which it knows itself, getpid(2). */
    public int ownPid() {
        return number;
    }

    /** What it calls a process, task, group or session of the instance's number; 0 for what it does not see. */
    public int numberOf(int id) {
        return pidNamespace.numberOf(id);
    }

    public PidNamespace pidNamespace() {
        return pidNamespace;
    }

    public UserSpace memory() {
        return memory;
    }

    /** Whether it runs another program than its parent's, by execve(2). */
    public boolean hasExecuted() {
        return executed;
    }

    /** execve(2): another memory; the old one is given back, to the parent if it was borrowed. */
    void replaceMemory(UserSpace newMemory) {
        UserSpace old = memory;
        usage.leavesMemory();
        firstTask.work.end(true);
        memory = newMemory;
        newMemory.limits().inheritExecuteGain(old.limits());
        executed = true;
        exitSignal = SignalNumber.SIGCHLD;
        unshare(true, true);
        limitMemory();
        instance.activate(newMemory);
        instance.release(old);
        returnMemory();
    }

    /** unshare(2): descriptors, and what clone(2) calls CLONE_FS, become its own; the latter the running task's. */
    public void unshare(boolean descriptors, boolean directories) {
        files = descriptors ? files.unshare() : files;
        if (directories) {
            places.unshare();
        }
    }

    public FileTable files() {
        return files;
    }

    /** Those of its main thread, which count for others. */
    public Credentials credentials() {
        return credentials;
    }

    void setCredentials(Credentials changed) {
        credentials = changed;
    }

    public ProcessSignals signals() {
        return signals;
    }

    public Limits limits() {
        return limits;
    }

    /** setrlimit(2), permissions checked already. Files and memory keep limits of their own, which follow. */
    public void setLimit(int resource, long soft, long hard) {
        limits.set(resource, soft, hard);
        if (resource == Limits.RLIMIT_NOFILE && !zombie) {
            files.setLimit((int) soft);
        }
        limitMemory();
    }

    /** The memory keeps its own copy of what it has to heed. */
    private void limitMemory() {
        if (memory == null) {
            return;
        }
        memory.limits().set(limits.soft(Limits.RLIMIT_STACK), limits.soft(Limits.RLIMIT_DATA),
                limits.soft(Limits.RLIMIT_AS));
    }

    public ProcessTimers timers() {
        return timers;
    }

    public Usage usage() {
        return usage;
    }

    public Settings settings() {
        return settings;
    }

    /** The monotonic time at which it began. */
    public long startedNs() {
        return startedNs;
    }

    /** The working directory. */
    public Path directory() {
        return places().directory;
    }

    public void setDirectory(Path newDirectory) {
        places().directory.set(newDirectory);
    }

    /** Where absolute paths begin, chroot(2). */
    public Path root() {
        return places().root;
    }

    public void setRoot(Path newRoot) {
        places().root.set(newRoot);
    }

    /** Whether another has the same directories, clone(2) CLONE_FS. */
    public boolean sharesPlaces(Process other) {
        return places() == other.places();
    }

    public boolean placesAreShared() {
        return places.areShared();
    }

    FileSystemContext places() {
        return places.current();
    }

    ProcessPlaces allPlaces() {
        return places;
    }

    public int umask() {
        return places().umask;
    }

    public void setUmask(int newUmask) {
        places().umask = newUmask & 0777;
    }

    /** The process group, setpgid(2). */
    public int group() {
        return group;
    }

    public void setGroup(int newGroup) {
        group = newGroup;
    }

    public int session() {
        return session;
    }

    /** setsid(2): the leader of a new session and group. */
    public void startSession() {
        session = pid;
        group = pid;
        terminal = null;
    }

    public boolean isSessionLeader() {
        return session == pid;
    }

    /** Its controlling terminal, credentials(7); null without one. */
    public Terminal terminal() {
        return terminal;
    }

    public void setTerminal(Terminal newTerminal) {
        terminal = newTerminal;
    }

    /** The terminal of its session is gone; this group learns of it when the leader ends. */
    public void setLostForeground(int lostGroup) {
        lostForeground = lostGroup;
    }

    /** Null for the first process. */
    public Process parent() {
        return parent;
    }

    public Process firstChild() {
        return firstChild;
    }

    public Process siblingAfter(Process child) {
        return child.nextSibling;
    }

    /** Makes this the child of another process; group and session are its maker's. */
    public void becomeChildOf(Process newParent) {
        parent = newParent;
        nextSibling = newParent.firstChild;
        newParent.firstChild = this;
    }

    /** fork(2): what a child takes from its parent besides memory, files, identity and signal handlers. */
    void inherit(Process other) {
        group = other.group;
        session = other.session;
        terminal = other.terminal;
        limits.copyFrom(other.limits);
        settings.copyFrom(other.settings);
    }

    /** Uses the parent's memory until execve(2) or the end. */
    void borrowMemory() {
        memory.share();
        borrowsMemory = true;
    }

    /** A task waits until this process runs another program, or ends: vfork(2). */
    void holdParent(Task waiting) {
        vforkParent = waiting;
    }

    /** The memory belongs to another process. */
    public boolean borrowsMemory() {
        return borrowsMemory;
    }

    /** Whether its maker still waits, vfork(2). */
    public boolean holdsParent() {
        return vforkParent != null;
    }

    /** The memory that the process began with is no more its. */
    private void returnMemory() {
        borrowsMemory = false;
        Task waiting = vforkParent;
        vforkParent = null;
        if (waiting != null) {
            waiting.call().wakeUp(Call.READY);
        }
    }

    /** What the parent is sent in the end; 0 for nothing. */
    void setExitSignal(int signal) {
        exitSignal = signal;
    }

    public int exitSignal() {
        return exitSignal;
    }

    /** Woken with IN when the process ends, pidfd_open(2). */
    public WaitQueue endEvents() {
        return endEvents;
    }

    /** Woken with IN when a child changes state, wait(2). */
    public WaitQueue childEvents() {
        return childEvents;
    }

    public Task firstTask() {
        return firstTask;
    }

    public Task taskAfter(Task task) {
        return task.nextInProcess;
    }

    public int taskCount() {
        return taskCount;
    }

    void add(Task task) {
        Task last = firstTask;
        while (last != null && last.nextInProcess != null) {
            last = last.nextInProcess;
        }
        if (last == null) {
            firstTask = task;
        } else {
            last.nextInProcess = task;
        }
        taskCount++;
        instance.processes().add(task);
    }

    /** A task has ended; the process ends with its last one. */
    void remove(Task task) {
        Task before = null;
        Task one = firstTask;
        while (one != task) {
            before = one;
            one = one.nextInProcess;
        }
        if (before == null) {
            firstTask = task.nextInProcess;
        } else {
            before.nextInProcess = task.nextInProcess;
        }
        taskCount--;
        places.ended(task);
        usage.ended(task);
        instance.processes().remove(task);
        if (taskCount == 0) {
            instance.processes().keep(task);
            end();
        }
    }

    /** exit_group(2): all tasks end; the first status given counts. */
    public void exit(int code) {
        endWith((code & 0xff) << 8);
    }

    /** Ends the process as the default action of a signal does. */
    public void killBy(int signal) {
        killBy(signal, false);
    }

    /** As {@link #killBy(int)}; a core dump may have been written, core(5). */
    public void killBy(int signal, boolean dumped) {
        endWith(dumped ? signal | DUMPED : signal);
    }

    private void endWith(int status) {
        if (exiting) {
            // One that its tracer holds at its end would stay there, ptrace(2) PTRACE_O_TRACEEXIT.
            for (Task task = firstTask; status == SignalNumber.SIGKILL && task != null; task = task.nextInProcess) {
                task.releaseTrap();
            }
            return;
        }
        exiting = true;
        exitStatus = status;
        stopSignal = 0;
        for (Task task = firstTask; task != null; task = task.nextInProcess) {
            task.kill();
        }
    }

    /** The exit status of the last task when none called exit_group(2). */
    void noteExit(int code) {
        if (!exiting && taskCount == 1) {
            exiting = true;
            exitStatus = (code & 0xff) << 8;
        }
    }

    /** All tasks are to end, or have. */
    public boolean isExiting() {
        return exiting;
    }

    public boolean isZombie() {
        return zombie;
    }

    /** As wait(2) tells: the exit code in bits 8 to 15, or the signal in bits 0 to 6 and {@link #DUMPED}. */
    public int exitStatus() {
        return exitStatus;
    }

    /** All tasks but one end at once: execve(2) leaves only the caller. None of them is running. */
    void endOtherTasks(Task survivor) {
        Task task = firstTask;
        while (task != null) {
            Task following = task.nextInProcess;
            if (task != survivor) {
                task.endNow();
            }
            task = following;
        }
    }

    private void end() {
        instance.accounting().ended(this);
        timers.deleteAll();
        signals.pending().discard(-1L, instance.signalInfos());
        lastTask.namespaces().ipc().ended(this);
        files.leave();
        places.leave();
        usage.leavesMemory();
        instance.release(memory);
        returnMemory();
        memory = null;
        zombie = true;
        endEvents.wakeAll(Events.IN);
        if (instance.processes().program() == this) {
            int signal = exitStatus & 0x7f;
            instance.end(signal == 0 ? exitStatus >> 8 : 128 + signal);
            return;
        }
        if (isSessionLeader()) {
            JobControl.leaderEnded(this, lostForeground);
        }
        terminal = null;
        JobControl.groupLosesMember(this, parent, this);
        Adoption.ofChildren(this);
        instance.tracing().processEnded(this);
        ParentNotice.ended(this);
    }

    /** wait(2) has been answered: the zombie is gone. */
    public void reap(Process child) {
        Process before = null;
        Process one = firstChild;
        while (one != child) {
            before = one;
            one = one.nextSibling;
        }
        if (before == null) {
            firstChild = child.nextSibling;
        } else {
            before.nextSibling = child.nextSibling;
        }
        usage.reaped(child.usage);
        instance.processes().remove(child);
        child.pidNamespace.left(child);
    }

    /** The default action of SIGSTOP and its like: no task runs user code until {@link #continueRunning}. */
    public void stop(int signal) {
        stopSignal = signal;
        stopUnreported = true;
        continueUnreported = false;
        for (Task task = firstTask; task != null; task = task.nextInProcess) {
            task.stop();
        }
        ParentNotice.changed(this, ParentNotice.CLD_STOPPED, signal);
    }

    /** SIGCONT was sent; nothing happens to a process that is not stopped. */
    public void continueRunning() {
        if (stopSignal == 0) {
            return;
        }
        stopSignal = 0;
        stopUnreported = false;
        continueUnreported = true;
        for (Task task = firstTask; task != null; task = task.nextInProcess) {
            task.continueRunning();
        }
        ParentNotice.changed(this, ParentNotice.CLD_CONTINUED, SignalNumber.SIGCONT);
    }

    public boolean isStopped() {
        return stopSignal != 0;
    }

    /** What stopped it; 0 when it is not stopped. */
    public int stopSignal() {
        return stopSignal;
    }

    /** For wait(2) with WUNTRACED: the signal that stopped it, once; 0 when there is nothing new. */
    public int stopToReport(boolean take) {
        int signal = stopUnreported ? stopSignal : 0;
        stopUnreported &= !take;
        return signal;
    }

    /** For wait(2) with WCONTINUED: whether it was continued, told once. */
    public boolean continueToReport(boolean take) {
        boolean continued = continueUnreported;
        continueUnreported &= !take;
        return continued;
    }

    public boolean isSingleThreaded() {
        return taskCount == 1;
    }
}

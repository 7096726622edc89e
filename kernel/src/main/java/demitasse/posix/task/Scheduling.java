package demitasse.posix.task;

import demitasse.posix.memory.MemoryPolicy;
import demitasse.sched.loop.Loop;

/**
 * What the scheduler is told of a task and tells of it: policy, priority, niceness, sched(7); its CPU time; and what is
 * said for it of disks, timers and memory.
 */
public final class Scheduling {
    public static final int SCHED_OTHER = 0;
    public static final int SCHED_FIFO = 1;
    public static final int SCHED_RR = 2;
    public static final int SCHED_IDLE = 5;
    public static final int SCHED_DEADLINE = 6;
    /** SCHED_DEADLINE goes before all real-time priorities, sched(7). */
    private static final int PRIORITY_OF_DEADLINES = 100;
    /** sched_rr_timeslice_ms of sched(7): so long a SCHED_RR task runs while its equals wait. */
    public static final long RR_SLICE_NS = 100_000_000;
    private static final long SLICE_NS_MIN = 250_000;
    private static final long SLICE_NS_MAX = 40_000_000;
    private static final int NICE_MAX = 19;

    private final Task task;
    private int policy;
    private boolean resetsOnFork;
    private int priority;
    private int nice;
    private int ioPriority;
    /** PR_SET_TIMERSLACK of prctl(2), and what 0 means there: kept and told, since timers here are not put together. */
    private long timerSlackNs = 50_000;
    private long timerSlackDefaultNs = timerSlackNs;
    private MemoryPolicy memoryPolicy;
    /** SCHED_DEADLINE: how long it wants to run in each period, and until when, sched(7). */
    private long runtimeNs;
    private long deadlineNs;
    private long periodNs;
    /** What it owes to the priority of those that wait for a lock of its own, futex(2). */
    private int inherited;
    private long cpuNs;
    /** When its turn began, on {@link Instance#busyNs}. */
    private long startedNs;
    private long switches;
    long userTicks;
    long kernelTicks;

    Scheduling(Task task) {
        this.task = task;
    }

    /** SCHED_OTHER and its like; without SCHED_RESET_ON_FORK. */
    public int policy() {
        return policy;
    }

    /** SCHED_RESET_ON_FORK: what the task makes is ordinary. */
    public boolean resetsOnFork() {
        return resetsOnFork;
    }

    /** 1 to 99 with a real-time policy, else 0. */
    public int priority() {
        return priority;
    }

    /** Whether its priority is above that of all ordinary tasks, by its policy or by what it owes. */
    public int effectivePriority() {
        return Math.max(policy == SCHED_DEADLINE ? PRIORITY_OF_DEADLINES : priority, inherited);
    }

    public long runtimeNs() {
        return runtimeNs;
    }

    public long deadlineNs() {
        return deadlineNs;
    }

    public long periodNs() {
        return periodNs;
    }

    /** sched_setattr(2) with SCHED_DEADLINE, checked already. */
    public void setDeadline(long newRuntimeNs, long newDeadlineNs, long newPeriodNs, boolean newResetsOnFork) {
        runtimeNs = newRuntimeNs;
        deadlineNs = newDeadlineNs;
        periodNs = newPeriodNs;
        set(SCHED_DEADLINE, 0, newResetsOnFork);
    }

    /** sched_setscheduler(2), checked already. */
    public void set(int newPolicy, int newPriority, boolean newResetsOnFork) {
        policy = newPolicy;
        priority = newPriority;
        resetsOnFork = newResetsOnFork;
        tellLoop();
    }

    /** Runs with the priority of somebody who waits for it, or with 0 its own again. */
    public void owe(int newInherited) {
        if (newInherited != inherited) {
            inherited = newInherited;
            tellLoop();
        }
    }

    /** -20 to 19. */
    public int nice() {
        return nice;
    }

    /** setpriority(2), checked already. */
    public void setNice(int newNice) {
        nice = newNice;
        tellLoop();
    }

    /** As ioprio_set(2) has it: a class and a level; 0 for none. Only told, since no request for a disk waits. */
    public int ioPriority() {
        return ioPriority;
    }

    public void setIoPriority(int newPriority) {
        ioPriority = newPriority;
    }

    public long timerSlackNs() {
        return timerSlackNs;
    }

    /** 0 for what the task was made with. */
    public void setTimerSlackNs(long value) {
        timerSlackNs = value == 0 ? timerSlackDefaultNs : value;
    }

    /** set_mempolicy(2): for memory that mbind(2) has said nothing of; null for the default. */
    public MemoryPolicy memoryPolicy() {
        return memoryPolicy;
    }

    public void setMemoryPolicy(MemoryPolicy newPolicy) {
        memoryPolicy = newPolicy;
    }

    /** Takes over what the maker of its task has, clone(2). */
    void inherit(Scheduling maker) {
        boolean resets = maker.resetsOnFork;
        boolean ordinary = resets && (maker.priority > 0 || maker.policy == SCHED_DEADLINE);
        nice = !resets ? maker.nice : ordinary ? 0 : Math.max(0, maker.nice);
        ioPriority = maker.ioPriority;
        timerSlackNs = maker.timerSlackNs;
        timerSlackDefaultNs = maker.timerSlackNs;
        memoryPolicy = maker.memoryPolicy;
        set(ordinary ? SCHED_OTHER : maker.policy, resets ? 0 : maker.priority, false);
    }

    /** Ordinary tasks take turns that are the longer the less nice they are, by a quarter for each step. */
    private void tellLoop() {
        long sliceNs = policy == SCHED_DEADLINE ? runtimeNs : Loop.SLICE_NS;
        if (policy == SCHED_RR) {
            task.process().instance().loop().setPriority(task, effectivePriority(), false, RR_SLICE_NS);
            return;
        }
        int steps = policy == SCHED_IDLE ? NICE_MAX : policy == SCHED_DEADLINE ? 0 : nice;
        for (int step = 0; step < steps; step++) {
            sliceNs = sliceNs * 4 / 5;
        }
        for (int step = 0; step > steps; step--) {
            sliceNs = sliceNs * 5 / 4;
        }
        boolean keepsTurn = policy != SCHED_DEADLINE;
        task.process().instance().loop().setPriority(task, effectivePriority(), keepsTurn,
                Math.clamp(sliceNs, SLICE_NS_MIN, SLICE_NS_MAX));
    }

    /** The task gets the CPU at a time of {@link Instance#busyNs}. */
    void switchedIn(long busyNs) {
        startedNs = busyNs;
        switches++;
    }

    /** The task loses the CPU at a time of {@link Instance#busyNs}. */
    void switchedOut(long busyNs) {
        cpuNs += busyNs - startedNs;
    }

    /** CPU time used, up to {@code nowNs} if it is running. */
    public long cpuNs(long nowNs) {
        Instance instance = task.process().instance();
        return instance.isCharged(task) ? cpuNs + instance.busyNs(nowNs) - startedNs : cpuNs;
    }

    public long switches() {
        return switches;
    }

    /** Interrupts that came while it ran user code. */
    public long userTicks() {
        return userTicks;
    }

    /** Interrupts that came while the kernel worked for it. */
    public long kernelTicks() {
        return kernelTicks;
    }
}

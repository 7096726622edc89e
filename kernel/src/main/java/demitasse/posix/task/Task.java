package demitasse.posix.task;

import static demitasse.base.error.Errno.ENOSYS;
import static demitasse.base.error.Errno.ERESTARTNOHAND;
import static demitasse.base.error.Errno.ERESTARTSYS;
import static demitasse.posix.task.Attention.CALLING;
import static demitasse.posix.task.Attention.DEAD;
import static demitasse.posix.task.Attention.DYING;
import static demitasse.posix.task.Attention.ENTERING;
import static demitasse.posix.task.Attention.FILTERED;
import static demitasse.posix.task.Attention.INTERRUPTED;
import static demitasse.posix.task.Attention.LASTING;
import static demitasse.posix.task.Attention.MASK;
import static demitasse.posix.task.Attention.PARKED;
import static demitasse.posix.task.Attention.RETRY;
import static demitasse.posix.task.Attention.SEQUENCE;
import static demitasse.posix.task.Attention.SIGNAL;
import static demitasse.posix.task.Attention.STOPPED;
import static demitasse.posix.task.Attention.TRAP;
import static demitasse.posix.task.Attention.TRAPPED;
import static demitasse.posix.task.Attention.WATCHED;

import demitasse.base.annotation.ColdPath;
import demitasse.base.annotation.HotPath;
import demitasse.base.annotation.WarmPath;
import demitasse.machine.Platform;
import demitasse.machine.Trap;
import demitasse.machine.UserContext;
import demitasse.posix.debug.Tracee;
import demitasse.posix.filter.Confinement;
import demitasse.posix.filter.SyscallFilter;
import demitasse.posix.futex.FutexWaiter;
import demitasse.posix.namespace.NamespaceSet;
import demitasse.posix.signal.Delivery;
import demitasse.posix.signal.Faults;
import demitasse.posix.signal.SignalInfo;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;
import demitasse.posix.signal.TaskSignals;
import demitasse.sched.loop.Loop;
import demitasse.sched.loop.Schedulable;

/**
 * A thread: registers, a call in flight, signals. Its turn runs user code and serves traps until the call parks, the
 * task dies, or an interrupt asks for room.
 *
 * <p>What keeps it from going straight back to user code stands in one word, {@link #attention}: zero is the hot path.
 */
public final class Task extends Schedulable {
    private final Process process;
    private int tid;
    private Credentials credentials;
    private NamespaceSet namespaces;
    private final UserContext context;
    private final Platform platform;
    private final Loop loop;
    private final Call call;
    private final TaskSignals signals;
    private final TaskName name = new TaskName();
    private final Scheduling scheduling = new Scheduling(this);
    public final IoCounts io = new IoCounts();
    private int attention;
    private long clearTid;
    private long robustList;
    private FutexWaiter futexWaiter;
    private RestartableSequence sequence;
    private Tracee tracee;
    private SyscallFilter filter;
    /** What goes on in its name while it does other things. */
    final WorkList work = new WorkList();

    /** Links of {@link Process} and {@link Processes}, and places of its own or null; theirs to keep. */
    FileSystemContext places;
    Task nextInProcess;
    Task nextById;

    public Task(Process process, int tid, UserContext context) {
        this.process = process;
        this.tid = tid;
        this.context = context;
        namespaces = process.instance().namespaces().first().share();
        credentials = process.credentials();
        platform = process.instance().platform();
        loop = process.instance().loop();
        call = new Call(this);
        signals = new TaskSignals(this);
        process.add(this);
    }

    public Process process() {
        return process;
    }

    public int tid() {
        return tid;
    }

    /** By which it knows itself, gettid(2). */
    public int ownTid() {
        return process.numberOf(tid);
    }

    public UserContext context() {
        return context;
    }

    /** Shared, and never to be changed in place. */
    public Credentials credentials() {
        return credentials;
    }

    /** What the task's maker has, or for a moment what it would be with others. */
    public void setCredentials(Credentials shared) {
        credentials = shared;
    }

    /** The task is somebody else now; who has gained by it is not to be looked into, PR_SET_DUMPABLE of prctl(2). */
    public void changeCredentials(Credentials changed) {
        if (changed.differsForOthers(credentials)) {
            process.settings().setDumpable(false);
            process.settings().setDeathSignal(0);
        }
        credentials = changed;
        if (tid == process.pid()) {
            process.setCredentials(changed);
        }
    }

    public NamespaceSet namespaces() {
        return namespaces;
    }

    /** It is in others from now on; those of before are released. The set is taken over. */
    public void setNamespaces(NamespaceSet others) {
        namespaces.leave();
        namespaces = others;
    }

    public Call call() {
        return call;
    }

    public TaskSignals signals() {
        return signals;
    }

    /** The name that ps(1) shows, prctl(2) PR_SET_NAME. */
    public TaskName name() {
        return name;
    }

    @Override
    @HotPath("per system call")
    protected boolean step() {
        if ((attention & DEAD) != 0) {
            return false;
        }
        process.instance().enter(this);
        while (true) {
            if (attention != 0 && !settle()) {
                return false;
            }
            loop.enterUser();
            int trap = platform.run(context);
            if (trap == Trap.SYSCALL) {
                call.begin(context);
                if (attention == 0 || entersCall()) {
                    attempt();
                }
            } else {
                trapped(trap);
            }
            if (loop.shouldLeave()) {
                scheduling.kernelTicks += trap == Trap.SYSCALL ? 1 : 0;
                attention |= sequence != null && trap != Trap.SYSCALL ? SEQUENCE : 0;
                return (attention & (PARKED | STOPPED | TRAPPED | DEAD)) == 0;
            }
        }
    }

    /** Runs the handler once. */
    private void attempt() {
        long result = process.instance().dispatch(call);
        if (result < -ERESTARTNOHAND || result > -ERESTARTSYS) {
            if (result == Call.PARKED) {
                notAnswered();
                return;
            }
            if (call.holdsAnything()) {
                call.end();
            }
            context.setRegister(UserContext.RAX, result);
            return;
        }
        attention |= INTERRUPTED;
        context.setRegister(UserContext.RAX, result);
        signals.setInterruptedResult((int) result);
    }

    @ColdPath("a call that waits, or one that loads all registers")
    @WarmPath("per call that waits")
    private void notAnswered() {
        if (call.takeRegistersReplaced()) {
            call.end();
        } else if (call.isParked()) {
            attention |= PARKED;
        } else {
            attention |= RETRY;
        }
    }

    /**
     * Deals with everything that stands before user code.
     *
     * @return whether user code may run now
     */
    @ColdPath("signals, retries, death")
    @WarmPath("per call that waited")
    private boolean settle() {
        while ((attention & ~LASTING) != 0) {
            if ((attention & (TRAPPED | DEAD)) != 0) {
                return false;
            }
            if ((attention & DYING) != 0) {
                if (tracee == null || !tracee.stopsAtEnd()) {
                    die();
                }
                return false;
            }
            if ((attention & (PARKED | STOPPED)) != 0) {
                return false;
            }
            if ((attention & SEQUENCE) != 0) {
                abortSequence();
            } else if ((attention & ENTERING) != 0) {
                enterCall();
            } else if ((attention & RETRY) != 0) {
                attention &= ~RETRY;
                call.again();
                attempt();
            } else if ((attention & (CALLING | TRAP)) != 0) {
                showTracer();
            } else {
                deliver();
            }
        }
        return true;
    }

    /** A watched or restricted call begins; false when it is not to be made, or not yet. */
    @ColdPath("traced and restricted tasks")
    private boolean entersCall() {
        return (tracee == null || passesTracer()) && (filter == null || Confinement.admits(this, filter));
    }

    /** False when the task stands still before the call. What it shows meanwhile is that of Linux. */
    private boolean passesTracer() {
        attention |= CALLING;
        context.setRegister(UserContext.RAX, -ENOSYS);
        if (tracee.stopsBeforeCall()) {
            attention |= ENTERING;
        }
        return (attention & ENTERING) == 0;
    }

    /** It stands still before a call, and begins it anew when its tracer lets it go on. */
    public void standsBeforeCall() {
        attention |= ENTERING;
    }

    /** After the stop before a call. The tracer may have made another of it, or none with a number of -1. */
    private void enterCall() {
        attention &= ~ENTERING;
        if ((attention & RETRY) != 0 && call.isAskedBy(context)) {
            return;
        }
        attention &= ~RETRY;
        call.end();
        call.begin(context);
        if (call.number != -1 && !Tracee.takesOver(tracee) && (filter == null || Confinement.admits(this, filter))) {
            attempt();
        }
    }

    private void showTracer() {
        if ((attention & CALLING) != 0) {
            attention &= ~CALLING;
            tracee.stopsAfterCall();
        } else {
            attention &= ~TRAP;
            tracee.stopsAsAsked();
        }
    }

    /** Delivers a signal, then decides about an interrupted call and a substituted mask. */
    private void deliver() {
        boolean interrupted = (attention & INTERRUPTED) != 0;
        if ((attention & MASK) != 0 && !interrupted) {
            attention &= ~MASK;
            signals.restoreMask();
        }
        if (!interrupted && (attention & SIGNAL) == 0) {
            return;
        }
        attention &= ~SIGNAL;
        int outcome = Delivery.deliver(this, interrupted);
        if (interrupted && outcome == Delivery.HANDLER) {
            attention &= ~(MASK | INTERRUPTED);
            call.end();
        } else if (interrupted && (attention & (DYING | STOPPED | TRAPPED | TRAP)) == 0) {
            attention &= ~INTERRUPTED;
            goOnWithCall();
        }
    }

    private void goOnWithCall() {
        if (tracee == null || call.isInterrupted(context, signals.interruptedResult())) {
            // Nothing ran that could have noticed: the call goes on, with its deadline and progress.
            call.resume();
            attention |= RETRY;
            if (tracee != null) {
                passesTracer();
            }
        } else {
            call.end();
            call.restartIfAsked(context);
        }
    }

    @ColdPath("page faults, exceptions, interrupts, calls by the slow way")
    @WarmPath("per page fault")
    private void trapped(int trap) {
        if (trap == Trap.INTERRUPT) {
            scheduling.userTicks++;
            return;
        }
        if (trap == Trap.SLOW_SYSCALL) {
            process.memory().hasten(context);
            call.begin(context);
            if (attention == 0 || entersCall()) {
                attempt();
            }
            return;
        }
        if (process.memory() != null && process.memory().repairs(trap, context)) {
            return;
        }
        if (tracee != null && trap == Trap.EXCEPTION && tracee.stepGoesOn()) {
            return;
        }
        Faults.handle(this, trap);
    }

    /** Puts the task on the run queue: it is new, or its parked call is to be tried again. */
    public void makeRunnable() {
        if ((attention & PARKED) != 0) {
            attention = attention & ~PARKED | RETRY;
        }
        if ((attention & DEAD) == 0) {
            loop.enqueue(this);
        }
    }

    /** sched_yield(2): the turn ends with the call, if anybody else wants one. */
    public void yieldTurn() {
        loop.endTurn();
    }

    /** Whether a signal waits that is neither blocked nor ignored. */
    public boolean hasDeliverableSignal() {
        return (attention & (SIGNAL | DYING | TRAP)) != 0;
    }

    /** A signal is to be delivered: interrupts a parked call. */
    public void noticeSignal() {
        attention |= SIGNAL;
        if ((attention & PARKED) != 0) {
            call.wakeUp(Call.SIGNALLED);
        }
    }

    /** No signal is left to deliver, after the mask has changed. */
    public void clearSignalNotice() {
        attention &= ~SIGNAL;
    }

    /** The mask is to be restored when the call has ended. */
    public void noticeSubstitutedMask() {
        attention |= MASK;
    }

    /** The process was stopped: takes effect before user code runs again. */
    public void stop() {
        if (tracee == null) {
            attention |= STOPPED;
        } else {
            askToTrap();
        }
    }

    /** Null unless it is traced, ptrace(2). */
    public Tracee tracee() {
        return tracee;
    }

    /** Null unless its system calls are restricted, seccomp(2). */
    public SyscallFilter filter() {
        return filter;
    }

    /** Restricts its system calls, or for a new task leaves them as they are with null. */
    public void setFilter(SyscallFilter newFilter) {
        filter = SyscallFilter.exchange(filter, newFilter);
        attention |= newFilter == null ? 0 : FILTERED;
    }

    /** It is traced from now on. A task that is stopped with its process stands still for the tracer now. */
    public void setTracee(Tracee newTracee) {
        tracee = newTracee;
        boolean stopped = (attention & STOPPED) != 0;
        attention = attention & ~STOPPED | WATCHED;
        if (stopped && (attention & (PARKED | CALLING | DYING)) == 0) {
            newTracee.stopsAsAsked();
        } else if (stopped) {
            askToTrap();
        }
    }

    /** Has it stand still for its tracer as soon as it can; a call that waits is interrupted. */
    public void askToTrap() {
        attention |= TRAP;
        if ((attention & PARKED) != 0) {
            call.wakeUp(Call.SIGNALLED);
        } else {
            loop.enqueue(this);
        }
    }

    /** It stands still for its tracer from now on; called in its own turn. */
    public void trap() {
        attention |= TRAPPED;
    }

    /** Its tracer lets it go on. @param edited whether that has changed registers */
    public void goOn(boolean edited) {
        if (edited && (attention & (INTERRUPTED | ENTERING | CALLING)) == 0) {
            call.restartIfAsked(context);
        }
        releaseTrap();
    }

    void releaseTrap() {
        if ((attention & TRAPPED) != 0) {
            attention &= ~TRAPPED;
            signals.recalculate();
            if ((attention & PARKED) == 0) {
                loop.enqueue(this);
            }
        }
    }

    /** It is traced no more; what its process is, it is now as well. */
    public void leaveTracer() {
        tracee = null;
        attention = attention & ~(WATCHED | CALLING | TRAP) | (process.isStopped() ? STOPPED : 0);
        int both = INTERRUPTED | TRAPPED;
        if ((attention & both) == both && !call.isInterrupted(context, signals.interruptedResult())) {
            attention &= ~INTERRUPTED;
            call.end();
            call.restartIfAsked(context);
        }
        releaseTrap();
    }

    public boolean isTrapped() {
        return (attention & TRAPPED) != 0;
    }

    /** The process was continued. */
    public void continueRunning() {
        if (tracee != null) {
            tracee.endListening();
        }
        if ((attention & STOPPED) != 0) {
            attention &= ~STOPPED;
            if ((attention & PARKED) == 0) {
                loop.enqueue(this);
            }
        }
    }

    /** exit(2): the task ends when its call is over. */
    public void exit(int code) {
        if (tracee != null) {
            tracee.noteExit(code);
        }
        process.noteExit(code);
        attention |= DYING;
    }

    /** Has the task end before it runs user code again. */
    public void kill() {
        if ((attention & DEAD) == 0) {
            attention = attention & ~(PARKED | STOPPED | TRAPPED | TRAP | ENTERING | CALLING) | DYING;
            loop.enqueue(this);
        }
    }

    public boolean isDying() {
        return (attention & (DYING | DEAD)) != 0;
    }

    /** True while a call waits; for /proc/PID/stat and tests. */
    public boolean isParked() {
        return (attention & PARKED) != 0;
    }

    /** Ends a task that is not running. */
    void endNow() {
        if ((attention & DEAD) == 0) {
            die();
        }
    }

    /** execve(2) by another thread than the main one: it takes the number of the process. */
    void becomeLeader() {
        if (tid != process.pid()) {
            process.instance().processes().remove(this);
            tid = process.pid();
            process.instance().processes().add(this);
            process.instance().tracing().becameLeader(this);
        }
    }

    private void die() {
        attention = DEAD;
        call.abandon();
        work.end(false);
        ThreadExit.run(this);
        signals.pending().discard(-1L, process.instance().signalInfos());
        process.instance().leave(this);
        platform.forgetVector(context);
        if (tracee != null) {
            process.instance().tracing().taskEnded(tracee);
        }
        SyscallFilter.exchange(filter, null);
        process.remove(this);
        namespaces.leave();
        process.instance().release(context);
    }

    /** Its policy, and its CPU time. */
    public Scheduling scheduling() {
        return scheduling;
    }

    /** Where the kernel stores 0 and wakes a futex when the thread ends; 0 for nowhere. */
    public long clearTid() {
        return clearTid;
    }

    public void setClearTid(long userAddress) {
        clearTid = userAddress;
    }

    /** Its place in the queue of a futex. */
    public FutexWaiter futexWaiter() {
        if (futexWaiter == null) {
            futexWaiter = new FutexWaiter(process.instance().futexes());
        }
        return futexWaiter;
    }

    /** What it has registered by rseq(2); null for nothing. */
    public RestartableSequence sequence() {
        return sequence;
    }

    public void setSequence(RestartableSequence newSequence) {
        sequence = newSequence;
    }

    /** Leaves its restartable sequence, if any, rseq(2). */
    public void abortSequence() {
        attention &= ~SEQUENCE;
        if (sequence != null && !sequence.abort(this)) {
            sequence = null;
            Signals.force(this, new SignalInfo().set(SignalNumber.SIGSEGV, SignalInfo.SI_KERNEL));
        }
    }

    public long robustList() {
        return robustList;
    }

    public void setRobustList(long userAddress) {
        robustList = userAddress;
    }
}

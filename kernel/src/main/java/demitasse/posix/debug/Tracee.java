package demitasse.posix.debug;

import demitasse.machine.UserContext;
import demitasse.posix.memory.UserSpace;
import demitasse.posix.signal.SignalInfo;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.ParentNotice;
import demitasse.posix.task.Process;
import demitasse.posix.task.Task;

/**
 * A task that is traced, ptrace(2): why it stands still, what its tracer has been told of that, and how it goes on. The
 * task itself knows only that it is watched, and asks here at each place where it may have to stop.
 */
public final class Tracee {
    public static final int TRACESYSGOOD = 1;
    public static final int TRACEFORK = 1 << 1;
    public static final int TRACEVFORK = 1 << 2;
    public static final int TRACECLONE = 1 << 3;
    public static final int TRACEEXEC = 1 << 4;
    public static final int TRACEVFORKDONE = 1 << 5;
    public static final int TRACEEXIT = 1 << 6;
    public static final int TRACESECCOMP = 1 << 7;
    public static final int EXITKILL = 1 << 20;
    public static final int OPTIONS = TRACESYSGOOD | TRACEFORK | TRACEVFORK | TRACECLONE | TRACEEXEC | TRACEVFORKDONE
            | TRACEEXIT | TRACESECCOMP | EXITKILL;

    public static final int EVENT_FORK = 1;
    public static final int EVENT_VFORK = 2;
    public static final int EVENT_CLONE = 3;
    public static final int EVENT_EXEC = 4;
    public static final int EVENT_VFORK_DONE = 5;
    public static final int EVENT_EXIT = 6;
    private static final int EVENT_SECCOMP = 7;
    private static final int EVENT_STOP = 128;
    private static final int EVENT_SHIFT = 8;

    /** {@link #kind}: it runs. */
    public static final int RUNNING = 0;
    /** {@link #kind}: a signal is about to be delivered. */
    public static final int SIGNAL = 1;
    /** {@link #kind}: before a system call. */
    public static final int ENTRY = 2;
    /** {@link #kind}: after a system call. */
    public static final int EXIT = 3;
    /** {@link #kind}: something that its options ask for, or PTRACE_INTERRUPT. */
    public static final int EVENT = 4;
    /** {@link #kind}: its process is stopped. */
    public static final int GROUP = 5;

    /** How it runs, set by {@link #resume}: freely, to the next system call, or for one instruction. */
    public static final int CONTINUE = 0;
    public static final int CALLS = 1;
    public static final int STEP = 2;
    /** To the next system call, which is then not made, PTRACE_SYSEMU of ptrace(2). */
    public static final int EMULATE = 3;
    /** The same, but for one instruction. */
    public static final int EMULATE_STEP = 4;

    private static final int VECTOR_DEBUG = 1;
    private static final int TRAP_BRKPT = 1;
    private static final int TRAP_TRACE = 2;
    private static final int TRAP_HWBKPT = 4;
    /** Lets the instruction at which a breakpoint stopped run, Intel SDM vol. 3 §17.3.1.1. */
    private static final long EFLAGS_RESUME = 0x1_0000;
    /** The trap flag, Intel SDM vol. 3 §17.3.1.4. */
    private static final long EFLAGS_TRACE = 0x100;
    /** In the code of a stop for a system call, with {@link #TRACESYSGOOD}. */
    private static final int GOOD = 0x80;
    /** PTRACE_EVENTMSG_SYSCALL_ENTRY and EXIT: which of both stops for a system call it is. */
    private static final int MESSAGE_ENTRY = 1;
    private static final int MESSAGE_EXIT = 2;

    private final Task task;
    private final boolean seized;
    private final SignalInfo info = new SignalInfo();
    private int tid;
    private final Process tracer;
    private final Credentials attacher;
    private int options;
    private int kind;
    private boolean hasInfo;
    private int code;
    private boolean unreported;
    private boolean listening;
    private long message;
    private int mode;
    /** A signal that the tracer lets through, in {@link #info}. */
    private boolean injected;
    /** The call that begins is the tracer's business. */
    private boolean emulated;
    private boolean stepping;
    /** Where the step began, as the program knows it. */
    private long stepStart;
    /** The registers were changed while it stood still. */
    private boolean edited;
    private boolean endTold;
    /** Null until the tracer has set one. */
    private DebugRegisters debugRegisters;
    /** It stood still because of a filter of its system calls, {@link #stopsForFilter}. */
    private boolean shownCall;
    private int exitCode;
    private boolean ended;
    private int exitStatus;

    /** The next in {@link Tracing}. */
    Tracee next;

    Tracee(Task task, Process tracer, Credentials attacher, boolean seized, int options) {
        this.task = task;
        this.tracer = tracer;
        this.attacher = attacher;
        this.seized = seized;
        this.options = options;
        tid = task.tid();
    }

    public Task task() {
        return task;
    }

    public int tid() {
        return tid;
    }

    public Process tracer() {
        return tracer;
    }

    /** Whether a set-user-ID program keeps its privileges though it is traced, execve(2). */
    public boolean mayKeepPrivileges() {
        return attacher.may(Credentials.CAP_SYS_PTRACE);
    }

    public boolean isSeized() {
        return seized;
    }

    public int options() {
        return options;
    }

    public void setOptions(int newOptions) {
        options = newOptions;
    }

    private boolean has(int option) {
        return (options & option) != 0;
    }

    /** Whether the tracer may look at it now. */
    public boolean isStopped() {
        return kind != RUNNING && !listening && !ended;
    }

    public int kind() {
        return kind;
    }

    /** What PTRACE_GETEVENTMSG tells. */
    public long message() {
        return message;
    }

    /** What PTRACE_GETSIGINFO tells; null where there is nothing to tell. */
    public SignalInfo info() {
        return hasInfo ? info : null;
    }

    /** The stop as wait(2) has it in bits 8 and up of a status; 0 when there is nothing new. */
    public int stopToReport(boolean take) {
        int told = unreported && isStopped() ? code : 0;
        unreported &= !take || told == 0;
        return told;
    }

    /** The tracer has changed registers. */
    public void edited() {
        edited = true;
    }

    // ---- places where the task may stop; each tells whether it does ----

    private boolean stop(int newKind, int newCode, boolean withInfo) {
        disarm();
        UserSpace memory = task.process().memory();
        UserContext context = task.context();
        long place = context.register(UserContext.RIP);
        if (memory.programAddress(place) != place) {
            context.setRegister(UserContext.RIP, memory.programAddress(place));
            context.restoreFully();
        }
        kind = newKind;
        hasInfo = withInfo;
        edited = false;
        task.trap();
        tell(newCode);
        return true;
    }

    private void tell(int newCode) {
        code = newCode;
        unreported = true;
        ParentNotice.trapped(tracer, task, newCode & 0x7f);
    }

    /** A stop about which a siginfo_t can be asked for that holds little more than the code, ptrace_notify of Linux. */
    private boolean notice(int newKind, int newCode) {
        fromItself(info.set(SignalNumber.SIGTRAP, newCode));
        return stop(newKind, newCode, true);
    }

    private boolean event(int event) {
        return notice(EVENT, SignalNumber.SIGTRAP | event << EVENT_SHIFT);
    }

    /** Before a system call. */
    public boolean stopsBeforeCall() {
        emulated = mode >= EMULATE;
        return (mode == CALLS || emulated) && noticeCall(ENTRY, MESSAGE_ENTRY);
    }

    /** Whether a tracer, null for none, does in place of the kernel what the call asks for. */
    public static boolean takesOver(Tracee tracee) {
        return tracee != null && tracee.emulated;
    }

    /** After one, whether it is over or was interrupted. */
    public void stopsAfterCall() {
        if (mode == CALLS) {
            noticeCall(EXIT, MESSAGE_EXIT);
        } else if (stepping && mode == STEP) {
            disarm();
            Signals.force(task, new SignalInfo().set(SignalNumber.SIGTRAP, TRAP_BRKPT)
                    .at(task.context().register(UserContext.RIP)));
        }
    }

    private boolean noticeCall(int newKind, int newMessage) {
        message = newMessage;
        return notice(newKind, SignalNumber.SIGTRAP | (has(TRACESYSGOOD) ? GOOD : 0));
    }

    /** Before a signal is delivered. */
    public boolean intercepts(SignalInfo signal) {
        info.copyFrom(signal);
        return signal.number != SignalNumber.SIGKILL && stop(SIGNAL, signal.number, true);
    }

    /** Whether the tracer lets a signal through, which is to be delivered next. */
    public boolean hasInjected() {
        return injected;
    }

    /** The signal that the tracer lets through; false when there is none. */
    public boolean takeInjected(SignalInfo out) {
        boolean taken = injected;
        injected = false;
        if (taken) {
            out.copyFrom(info);
        }
        return taken;
    }

    /** At the start of a signal's handler, where a step ends. */
    public void entersHandler() {
        notice(SIGNAL, SignalNumber.SIGTRAP);
    }

    /** A trap flag of the tracer's is no part of the program's flags, and must not get into a signal frame. */
    public boolean endsStep() {
        boolean was = stepping;
        disarm();
        return was;
    }

    /** Its process is stopped, or the tracer wants it to stop, PTRACE_INTERRUPT. */
    public void stopsAsAsked() {
        int signal = task.process().isStopped() ? task.process().stopSignal() : 0;
        if (seized) {
            fromItself(info.set(SignalNumber.SIGTRAP, 0));
            info.code = (signal == 0 ? SignalNumber.SIGTRAP : signal) | EVENT_STOP << EVENT_SHIFT;
            stop(signal == 0 ? EVENT : GROUP, info.code, true);
        } else if (signal != 0) {
            stop(GROUP, signal, false);
        }
    }

    /** SIGCONT was sent, or PTRACE_INTERRUPT wants to know: one that is listening tells. */
    public void endListening() {
        if (listening) {
            listening = false;
            int signal = task.process().isStopped() ? task.process().stopSignal() : SignalNumber.SIGTRAP;
            info.code = signal | EVENT_STOP << EVENT_SHIFT;
            tell(info.code);
        }
    }

    /** A task was made by this one; it is traced as well if the options say so. */
    public void made(Task child, int event) {
        int option = event == EVENT_FORK ? TRACEFORK : event == EVENT_VFORK ? TRACEVFORK : TRACECLONE;
        if (!has(option)) {
            return;
        }
        child.process().instance().tracing().attach(child, tracer, attacher, seized, options);
        if (seized) {
            child.askToTrap();
        } else {
            Signals.send(child, new SignalInfo().set(SignalNumber.SIGSTOP, SignalInfo.SI_USER));
        }
        message = tracer.numberOf(child.tid());
        event(event);
    }

    /** The child of vfork(2) has let go of the memory. */
    public void vforkDone(int child) {
        if (has(TRACEVFORKDONE)) {
            message = child;
            event(EVENT_VFORK_DONE);
        }
    }

    /** What the tracer watches; null for nothing so far. */
    public DebugRegisters debugRegisters() {
        return debugRegisters;
    }

    /** To be changed while the task stands still. */
    public DebugRegisters makeDebugRegisters() {
        if (debugRegisters == null) {
            debugRegisters = new DebugRegisters();
        }
        return debugRegisters;
    }

    /** The si_code of a debug exception: a step, or a place that is watched. */
    public int debugCode() {
        if (debugRegisters == null) {
            return TRAP_TRACE;
        }
        debugRegisters.note(task.process().instance().platform().takeDebugStatus());
        if (debugRegisters.isHit(true)) {
            UserContext context = task.context();
            context.setRegister(UserContext.EFLAGS, context.register(UserContext.EFLAGS) | EFLAGS_RESUME);
            context.restoreFully();
        }
        return debugRegisters.isHit(false) && !stepping ? TRAP_HWBKPT : TRAP_TRACE;
    }

    /** Another program begins. @param formerNumber what the tracer called it until now */
    public void executed(int formerNumber) {
        debugRegisters = null;
        if (has(TRACEEXEC)) {
            message = formerNumber;
            event(EVENT_EXEC);
        } else if (!seized) {
            Signals.send(task, fromItself(new SignalInfo().set(SignalNumber.SIGTRAP, SignalInfo.SI_USER)));
        }
    }

    /** Before a system call that a filter of its own wants to be shown, seccomp(2) SECCOMP_RET_TRACE. */
    public boolean stopsForFilter(int data) {
        shownCall = has(TRACESECCOMP);
        if (shownCall) {
            message = data;
            event(EVENT_SECCOMP);
        }
        return shownCall;
    }

    /** Whether the call that begins now has been shown already; told once. */
    public boolean takeShownToTracer() {
        boolean shown = shownCall;
        shownCall = false;
        return shown;
    }

    /** It is about to end. Who is killed by SIGKILL is not held up. */
    public boolean stopsAtEnd() {
        if (endTold || !has(TRACEEXIT) || task.process().exitStatus() == SignalNumber.SIGKILL) {
            return false;
        }
        endTold = true;
        message = statusAtEnd();
        return event(EVENT_EXIT);
    }

    private int statusAtEnd() {
        return task.process().isExiting() ? task.process().exitStatus() : (exitCode & 0xff) << 8;
    }

    // ---- going on ----

    /**
     * Goes on after a stop.
     *
     * @param signal what is delivered after a stop for a signal, or sent after one for a system call; 0 for none
     */
    public void resume(int newMode, int signal) {
        int was = kind;
        mode = newMode;
        leaveStop();
        if (was == SIGNAL && signal != 0) {
            if (signal != info.number) {
                fromTracer(info.set(signal, SignalInfo.SI_USER));
            }
            injected = true;
        } else if ((was == ENTRY || was == EXIT) && signal != 0) {
            Signals.send(task, fromTracer(new SignalInfo().set(signal, SignalInfo.SI_USER)));
        }
        if (newMode == STEP || newMode == EMULATE_STEP) {
            arm();
        }
        task.goOn(edited);
    }

    private void leaveStop() {
        kind = RUNNING;
        unreported = false;
        listening = false;
    }

    private void arm() {
        UserContext context = task.context();
        stepping = true;
        stepStart = context.register(UserContext.RIP);
        context.setRegister(UserContext.EFLAGS, context.register(UserContext.EFLAGS) | EFLAGS_TRACE);
        context.restoreFully();
    }

    private void disarm() {
        if (stepping) {
            stepping = false;
            UserContext context = task.context();
            context.setRegister(UserContext.EFLAGS, context.register(UserContext.EFLAGS) & ~EFLAGS_TRACE);
            context.restoreFully();
        }
    }

    /**
     * After an exception of a program that is stepped: whether the step goes on, since so far the program has only come
     * into a stub that stands for the instruction.
     */
    public boolean stepGoesOn() {
        UserContext context = task.context();
        if (!stepping || context.register(UserContext.TRAP_INFO) != VECTOR_DEBUG) {
            return false;
        }
        long place = context.register(UserContext.RIP);
        long shown = task.process().memory().programAddress(place);
        return shown != place && shown == stepStart;
    }

    /** PTRACE_LISTEN: it stays stopped and tells of what comes. False after another stop than one of its process. */
    public boolean listen() {
        if (!seized || kind != GROUP && kind != EVENT || code >> EVENT_SHIFT != EVENT_STOP) {
            return false;
        }
        listening = true;
        if (kind == GROUP && !task.process().isStopped()) {
            endListening();
        }
        return true;
    }

    public boolean isListening() {
        return listening;
    }

    /** Is traced no more; what stood still goes on. */
    void detach(int signal) {
        boolean wasStopped = kind != RUNNING;
        boolean atSignal = kind == SIGNAL;
        leaveStop();
        disarm();
        task.leaveTracer();
        if (signal != 0 && wasStopped) {
            SignalInfo sent = atSignal && signal == info.number ? info
                    : fromTracer(new SignalInfo().set(signal, SignalInfo.SI_USER));
            Signals.send(task, sent);
        }
    }

    // ---- the end ----

    /** exit(2) of the task. */
    public void noteExit(int newExitCode) {
        exitCode = newExitCode;
    }

    /** The task is gone; its status, as wait(2) tells, is kept for the tracer. */
    void taskEnded() {
        exitStatus = statusAtEnd();
        kind = RUNNING;
    }

    /** The tracer may be told of the end now. */
    void reportEnd(int status) {
        ended = true;
        exitStatus = status;
        ParentNotice.ended(tracer, task, status);
    }

    /** The task and, if it was the main one, its process have ended. */
    public boolean isEnded() {
        return ended;
    }

    /** What it is told of who has sent a signal is in its own numbers, pid_namespaces(7). */
    private SignalInfo fromItself(SignalInfo sent) {
        return sent.from(task.process().numberOf(tid), task.credentials().shownUid(task.credentials().uid));
    }

    private SignalInfo fromTracer(SignalInfo sent) {
        return sent.from(task.process().numberOf(tracer.pid()),
                task.credentials().shownUid(tracer.credentials().uid));
    }

    /** As wait(2) tells. */
    public int exitStatus() {
        return exitStatus;
    }

    /** It is the main task of its process. */
    public boolean isLeader() {
        return tid == task.process().pid();
    }

    /** execve(2) gave the task the number of its process. */
    void becomeLeader() {
        tid = task.process().pid();
    }

}

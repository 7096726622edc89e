package demitasse.posix.task;

import demitasse.posix.signal.Dispositions;
import demitasse.posix.signal.SignalInfo;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;
import demitasse.sched.wait.Events;

/** What a parent is told of its child: SIGCHLD with its codes, sigaction(2), and that wait(2) has something to see. */
public final class ParentNotice {
    public static final int CLD_EXITED = 1;
    public static final int CLD_KILLED = 2;
    public static final int CLD_DUMPED = 3;
    public static final int CLD_TRAPPED = 4;
    public static final int CLD_STOPPED = 5;
    public static final int CLD_CONTINUED = 6;

    private ParentNotice() {
    }

    /**
     * The child is a zombie; a parent that does not want to know of it is rid of it at once. A tracer comes first: then
     * the parent is told when that has seen it.
     */
    public static void ended(Process child) {
        if (child.instance().tracing().holds(child) || child.pidNamespace().holds(child)) {
            return;
        }
        Process parent = child.parent();
        if (parent.isZombie()) {
            // The first process of a PID namespace, which ends with it.
            parent.reap(child);
            return;
        }
        Dispositions dispositions = parent.signals().dispositions();
        int exitSignal = child.exitSignal();
        boolean ignored = exitSignal == SignalNumber.SIGCHLD
                && dispositions.handler(SignalNumber.SIGCHLD) == Dispositions.SIG_IGN;
        boolean unwanted = ignored || exitSignal == SignalNumber.SIGCHLD
                && (dispositions.flags(SignalNumber.SIGCHLD) & Dispositions.SA_NOCLDWAIT) != 0;
        if (exitSignal != 0 && !ignored) {
            int status = child.exitStatus();
            tell(parent, child.pid(), child, exitSignal, codeOf(status), valueOf(status));
        }
        if (unwanted) {
            parent.reap(child);
        }
        parent.childEvents().wakeAll(Events.IN);
    }

    /** The child was stopped or continued. */
    static void changed(Process child, int code, int value) {
        if (child.parent() != null) {
            changed(child.parent(), child.pid(), child, code, value);
        }
    }

    /** A task stands still for its tracer, ptrace(2). */
    public static void trapped(Process tracer, Task task, int value) {
        changed(tracer, task.tid(), task.process(), CLD_TRAPPED, value);
    }

    private static void changed(Process receiver, int id, Process child, int code, int value) {
        Dispositions dispositions = receiver.signals().dispositions();
        boolean unwanted = (dispositions.flags(SignalNumber.SIGCHLD) & Dispositions.SA_NOCLDSTOP) != 0;
        if (!unwanted) {
            tell(receiver, id, child, SignalNumber.SIGCHLD, code, value);
        }
        receiver.childEvents().wakeAll(Events.IN);
    }

    /** A traced task has ended. */
    public static void ended(Process tracer, Task task, int status) {
        tell(tracer, task.tid(), task.process(), SignalNumber.SIGCHLD, codeOf(status), valueOf(status));
        tracer.childEvents().wakeAll(Events.IN);
    }

    /** si_code for an exit status. */
    public static int codeOf(int exitStatus) {
        if ((exitStatus & 0x7f) == 0) {
            return CLD_EXITED;
        }
        return (exitStatus & Process.DUMPED) != 0 ? CLD_DUMPED : CLD_KILLED;
    }

    /** si_status for an exit status: the exit code or the signal. */
    public static int valueOf(int exitStatus) {
        return (exitStatus & 0x7f) == 0 ? exitStatus >> 8 : exitStatus & 0x7f;
    }

    private static void tell(Process receiver, int id, Process child, int signal, int code, int value) {
        long cpuNs = child.usage().cpuNs();
        int uid = receiver.credentials().shownUid(child.credentials().uid);
        Signals.send(receiver, new SignalInfo().set(signal, code).from(receiver.numberOf(id), uid).status(value)
                .times(cpuNs, CpuTime.kernelShareNs(child, cpuNs)));
    }
}

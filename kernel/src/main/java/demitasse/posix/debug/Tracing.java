package demitasse.posix.debug;

import demitasse.machine.Platform;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.ParentNotice;
import demitasse.posix.task.Process;
import demitasse.posix.task.Task;

/**
 * Who traces whom, ptrace(2). The tracer is a process here, while Linux means one thread of it: any thread may give
 * orders to a tracee, as any may wait for it.
 */
public final class Tracing {
    /** Threads that ended and whose tracer did not ask; the oldest are forgotten. */
    private static final int ENDED_MAX = 4096;

    private Tracee first;
    private int endedCount;
    /** Whether the CPU watches places for a task that was the last to run. */
    private boolean watching;

    /** Null when no task of that number is traced. */
    public Tracee of(int tid) {
        Tracee one = first;
        while (one != null && one.tid() != tid) {
            one = one.next;
        }
        return one;
    }

    public Tracee first() {
        return first;
    }

    public Tracee after(Tracee tracee) {
        return tracee.next;
    }

    /** A task is traced from now on; it was not before. @param attacher what the tracer may do counts as of now */
    public Tracee attach(Task task, Process tracer, Credentials attacher, boolean seized, int options) {
        Tracee tracee = new Tracee(task, tracer, attacher, seized, options);
        tracee.next = first;
        first = tracee;
        task.setTracee(tracee);
        return tracee;
    }

    /** A task's turn begins: the CPU watches what its tracer wants to be watched. */
    public void enter(Task task, Platform platform) {
        DebugRegisters registers = task.tracee() == null ? null : task.tracee().debugRegisters();
        boolean wanted = registers != null && registers.isActive();
        if (wanted) {
            registers.load(platform);
        } else if (watching) {
            platform.loadDebugRegisters(0, 0, 0, 0, 0);
        }
        watching = wanted;
    }

    /** PTRACE_DETACH. @param signal is sent to it; 0 for none */
    public void detach(Tracee tracee, int signal) {
        remove(tracee);
        tracee.detach(signal);
    }

    private void remove(Tracee tracee) {
        endedCount -= tracee.isEnded() && !tracee.isLeader() ? 1 : 0;
        if (first == tracee) {
            first = tracee.next;
            return;
        }
        Tracee one = first;
        while (one.next != tracee) {
            one = one.next;
        }
        one.next = tracee.next;
    }

    /** A traced task has ended. That of a main task is told when its process has. */
    public void taskEnded(Tracee tracee) {
        tracee.taskEnded();
        if (!tracee.isLeader()) {
            tracee.reportEnd(tracee.exitStatus());
            endedCount++;
            if (endedCount > ENDED_MAX) {
                forgetOldest();
            }
        }
    }

    private void forgetOldest() {
        Tracee oldest = null;
        for (Tracee one = first; one != null; one = one.next) {
            oldest = one.isEnded() && !one.isLeader() ? one : oldest;
        }
        remove(oldest);
    }

    /** execve(2) of another thread than the main one, whose place it takes. */
    public void becameLeader(Task task) {
        Tracee former = of(task.process().pid());
        if (former != null && former != task.tracee()) {
            remove(former);
        }
        if (task.tracee() != null) {
            task.tracee().becomeLeader();
        }
    }

    /** A process has become a zombie, or a tracer has ended: what this means to those it traces and is traced by. */
    public void processEnded(Process process) {
        Tracee one = first;
        while (one != null) {
            Tracee following = one.next;
            if (one.tracer() == process) {
                lose(one);
            }
            one = following;
        }
        Tracee own = of(process.pid());
        if (own == null) {
            return;
        }
        if (own.tracer() == process.parent()) {
            remove(own);
        } else {
            own.reportEnd(process.exitStatus());
        }
    }

    private void lose(Tracee tracee) {
        Process process = tracee.task().process();
        if (tracee.isEnded()) {
            waitedFor(tracee);
        } else {
            detach(tracee, 0);
            if ((tracee.options() & Tracee.EXITKILL) != 0) {
                Signals.send(process, SignalNumber.SIGKILL);
            }
        }
    }

    /** A tracer, who is not the parent, is to see the end of a process before its parent does. */
    public boolean holds(Process process) {
        Tracee tracee = of(process.pid());
        return tracee != null && tracee.tracer() != process.parent();
    }

    /** The tracer knows of the end now; the parent may, too. */
    public void waitedFor(Tracee tracee) {
        remove(tracee);
        Process process = tracee.task().process();
        if (tracee.isLeader() && process.isZombie()) {
            ParentNotice.ended(process);
        }
    }

    /** Whether a task may trace another or look into its memory, "Ptrace access mode checking" of ptrace(2). */
    public static boolean isAllowed(Task who, Task target) {
        return isAllowed(who, target.process(), target.credentials());
    }

    /** The same for who acts on files, PTRACE_MODE_FSCREDS. */
    public static boolean isAllowedToFiles(Task who, Task target) {
        Credentials own = who.credentials();
        return isAllowed(who, target.process(), target.credentials(), own.fsuid, own.fsgid);
    }

    /** The same for a process that may have ended already. */
    public static boolean isAllowed(Task who, Process target, Credentials other) {
        return isAllowed(who, target, other, who.credentials().uid, who.credentials().gid);
    }

    private static boolean isAllowed(Task who, Process target, Credentials other, int uid, int gid) {
        if (who.process() == target) {
            return true;
        }
        Credentials own = who.credentials();
        if (own.may(Credentials.CAP_SYS_PTRACE, other.users)) {
            return true;
        }
        boolean sameUser = uid == other.uid && uid == other.euid && uid == other.suid
                && gid == other.gid && gid == other.egid && gid == other.sgid;
        return sameUser && other.users == own.users && target.settings().dumpable()
                && (other.capabilities.permitted & ~own.capabilities.permitted) == 0;
    }
}

package demitasse.posix.signal;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.ColdPath;
import demitasse.base.memory.JavaHeap;
import demitasse.posix.task.Instance;
import demitasse.posix.task.Limits;
import demitasse.posix.task.Process;
import demitasse.posix.task.Task;
import demitasse.sched.wait.Events;

/**
 * Sending. A signal to a process waits in its shared set, and one task that does not block it is told; a signal to a
 * task waits in that task's own set.
 */
public final class Signals {
    private Signals() {
    }

    /** From the kernel to the process of a task and about it alone, such as SIGPIPE: to the very task. */
    public static void sendToSelf(Task task, int signal) {
        send(task, new SignalInfo().set(signal, SignalInfo.SI_USER).from(task.process().ownPid(),
                task.credentials().uid));
    }

    /** From the kernel to a process, without more to tell. */
    public static void send(Process process, int signal) {
        send(process, new SignalInfo().set(signal, SignalInfo.SI_KERNEL));
    }

    /**
     * From the kernel (a terminal) to every process of a process group.
     *
     * @return 0; -ESRCH when there is no such group
     */
    public static int sendToGroup(Instance instance, int group, int signal) {
        int sent = 0;
        for (Process one = instance.processes().first(); one != null; one = instance.processes().after(one)) {
            if (one.group() == group) {
                send(one, signal);
                sent++;
            }
        }
        return sent == 0 ? -ESRCH : 0;
    }

    /**
     * To a process; the information is copied.
     *
     * @return 0 (also when the signal is ignored or waits already); -EAGAIN when the queue is full
     */
    public static int send(Process process, SignalInfo info) {
        return send(process, info, null);
    }

    private static int send(Process process, SignalInfo info, Task preferred) {
        if (process.isZombie() || process.isInit()
                || !process.pidNamespace().isFirst() && isKeptAway(process, info)) {
            return 0;
        }
        prepare(process, info.number);
        Task receiver = receiver(process, info.number, preferred);
        boolean kept = receiver == null || receiver.tracee() != null;
        if (isDiscarded(process, kept, info.number)) {
            return 0;
        }
        if (!kept && endsProcess(process, info.number)) {
            return 0;
        }
        int added = queue(process, process.signals().pending(), info);
        if (added == 0) {
            announce(process, receiver, info.number);
        }
        return Math.min(added, 0);
    }

    /** To one task; otherwise as {@link #send(Process, SignalInfo)}. */
    public static int send(Task task, SignalInfo info) {
        Process process = task.process();
        if (task.isDying() || process.isInit()
                || !process.pidNamespace().isFirst() && isKeptAway(process, info)) {
            return 0;
        }
        prepare(process, info.number);
        boolean blocked = (task.signals().mask() & SignalNumber.bit(info.number)) != 0;
        boolean kept = blocked || task.tracee() != null;
        if (isDiscarded(process, kept, info.number)) {
            return 0;
        }
        if (!kept && endsProcess(process, info.number)) {
            return 0;
        }
        int added = queue(process, task.signals().pending(), info);
        if (added == 0) {
            announce(process, blocked ? null : task, info.number);
        }
        return Math.min(added, 0);
    }

    /**
     * A timer's signal to a process: waits once for each timer, which counts what it could not send. As Linux since 6.3
     * it wakes nobody who sleeps when it is the turn of another that takes it.
     */
    static void sendTimed(Process process, SignalInfo info) {
        if (!process.signals().pending().countOverrun(info)) {
            send(process, info, process.instance().current());
        }
    }

    /** A timer's signal to a task. */
    static void sendTimed(Task task, SignalInfo info) {
        if (!task.signals().pending().countOverrun(info)) {
            send(task, info);
        }
    }

    /**
     * Sends a signal that cannot be put off, for a fault of the task: when it is blocked or ignored, the default action
     * comes over the process instead.
     */
    public static void force(Task task, SignalInfo info) {
        Dispositions dispositions = task.process().signals().dispositions();
        long bit = SignalNumber.bit(info.number);
        if ((task.signals().mask() & bit) != 0 || dispositions.handler(info.number) == Dispositions.SIG_IGN) {
            dispositions.reset(info.number);
            task.signals().setMask(task.signals().mask() & ~bit);
        }
        if (dispositions.handler(info.number) == Dispositions.SIG_DFL) {
            task.process().pidNamespace().exposes(task.process());
        }
        send(task, info);
    }

    /** Has another task look at signals of the process that the task they were meant for has blocked meanwhile. */
    static void retarget(Process process, long signals) {
        for (long rest = signals; rest != 0; rest &= rest - 1) {
            Task receiver = receiver(process, Long.numberOfTrailingZeros(rest) + 1, null);
            if (receiver != null) {
                receiver.noticeSignal();
            }
        }
    }

    /**
     * What is different for a process of another PID namespace than the first, pid_namespaces(7): it does not see who
     * sends from outside, and the first process of its namespace gets no signal that would end or stop it, unless that
     * is SIGKILL or SIGSTOP from outside.
     *
     * @return whether the signal is not to be sent
     */
    @ColdPath("only processes with namespaces of their own")
    private static boolean isKeptAway(Process process, SignalInfo info) {
        Task sender = process.instance().current();
        boolean ofProgram = info.code <= 0 && info.code != SignalInfo.SI_TIMER;
        boolean outside = !ofProgram || sender == null || process.numberOf(sender.process().pid()) == 0;
        if (ofProgram && outside) {
            info.field0 &= -1L << 32;
        }
        boolean forces = outside && (SignalNumber.UNBLOCKABLE & SignalNumber.bit(info.number)) != 0;
        return process.pidNamespace().protects(process) && !forces
                && process.signals().dispositions().handler(info.number) == Dispositions.SIG_DFL;
    }

    /** What a signal undoes by being sent at all, whoever blocks or ignores it: stopping and continuing, signal(7). */
    private static void prepare(Process process, int signal) {
        if (signal == SignalNumber.SIGCONT) {
            discard(process, SignalNumber.STOPS);
            process.continueRunning();
        } else if (SignalNumber.defaultAction(signal) == SignalNumber.STOP) {
            discard(process, SignalNumber.bit(SignalNumber.SIGCONT));
        } else if (signal == SignalNumber.SIGKILL) {
            process.killBy(SignalNumber.SIGKILL);
        }
    }

    /** Forgets waiting signals of a process and all its tasks. */
    public static void discard(Process process, long signals) {
        SignalInfoPool pool = process.instance().signalInfos();
        process.signals().pending().discard(signals, pool);
        for (Task task = process.firstTask(); task != null; task = process.taskAfter(task)) {
            task.signals().pending().discard(signals, pool);
            task.signals().recalculate();
        }
    }

    /**
     * A blocked signal waits even when it is ignored now: that may change until it is unblocked. A tracer sees all.
     *
     * @param kept whether it is blocked, or meant for a task that is traced
     */
    private static boolean isDiscarded(Process process, boolean kept, int signal) {
        return process.isExiting() || !kept && process.signals().dispositions().ignores(signal);
    }

    /** A signal that is bound to end the process does so at once: no task of it runs user code any more. */
    private static boolean endsProcess(Process process, int signal) {
        boolean fatal = process.signals().dispositions().handler(signal) == Dispositions.SIG_DFL
                && SignalNumber.defaultAction(signal) == SignalNumber.TERMINATE;
        if (fatal) {
            process.killBy(signal);
        }
        return fatal;
    }

    /** Returns 0 when a signal was added, 1 when it waits already, -EAGAIN. */
    private static int queue(Process process, PendingSignals target, SignalInfo info) {
        boolean once = !SignalNumber.isRealTime(info.number) && info.code != SignalInfo.SI_TIMER;
        if (once && target.has(info.number)) {
            return 1;
        }
        SignalInfoPool pool = process.instance().signalInfos();
        int uid = process.credentials().uid;
        boolean full = Long.compareUnsigned(pool.waitingFor(uid), process.limits().soft(Limits.RLIMIT_SIGPENDING)) >= 0
                || !JavaHeap.hasRoom(SignalInfoPool.ENTRY_BYTES);
        boolean realTime = SignalNumber.isRealTime(info.number);
        boolean simple = info.code == SignalInfo.SI_USER || info.code == SignalInfo.SI_KERNEL;
        if (full && realTime && !simple) {
            return -EAGAIN;
        }
        if (full && (realTime || info.code < 0)) {
            target.addBare(info.number);
        } else {
            target.add(info, pool, uid);
        }
        return 0;
    }

    private static void announce(Process process, Task receiver, int signal) {
        if (receiver != null) {
            receiver.noticeSignal();
        }
        process.signals().waiters().wakeAll(Events.IN);
    }

    /**
     * The task that is to take a signal of its process: of those that do not block it the preferred one, which may be
     * of another process or null, else the main task, else the first.
     */
    private static Task receiver(Process process, int signal, Task preferred) {
        Task found = null;
        for (Task task = process.firstTask(); task != null; task = process.taskAfter(task)) {
            boolean takes = (task.signals().mask() & SignalNumber.bit(signal)) == 0 && !task.isDying();
            if (takes && task == preferred) {
                return task;
            }
            if (takes && (found == null || task.tid() == process.pid())) {
                found = task;
            }
        }
        return found;
    }
}

package demitasse.syscall.process;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EIO;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.posix.debug.Tracee;
import demitasse.posix.debug.Tracing;
import demitasse.posix.signal.SignalInfo;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;
import demitasse.posix.task.Call;
import demitasse.posix.task.Process;
import demitasse.posix.task.Task;

/** ptrace(2): who traces whom, and how a tracee goes on. What a tracer looks at is {@link PtraceData}. */
final class Ptrace {
    private static final int PTRACE_TRACEME = 0;
    private static final int PTRACE_CONT = 7;
    private static final int PTRACE_KILL = 8;
    private static final int PTRACE_SINGLESTEP = 9;
    private static final int PTRACE_ATTACH = 16;
    private static final int PTRACE_DETACH = 17;
    private static final int PTRACE_SYSCALL = 24;
    private static final int PTRACE_SYSEMU = 31;
    private static final int PTRACE_SYSEMU_SINGLESTEP = 32;
    private static final int PTRACE_SETOPTIONS = 0x4200;
    private static final int PTRACE_SEIZE = 0x4206;
    private static final int PTRACE_INTERRUPT = 0x4207;
    private static final int PTRACE_LISTEN = 0x4208;

    private Ptrace() {
    }

    @Syscall(value = "ptrace", rejects = {"PTRACE_O_SUSPEND_SECCOMP", "PTRACE_SINGLEBLOCK",
        "PTRACE_SECCOMP_GET_FILTER", "PTRACE_GET_RSEQ_CONFIGURATION"},
            note = "The tracer is a process, not a thread. On linux debug registers cannot be set (EIO).")
    static long ptrace(Call call, long request, int pid, long address, long data) {
        if (request == PTRACE_TRACEME) {
            return traceMe(call);
        }
        Task task = call.taskOf(pid);
        if (task == null || task.isDying() && task.tracee() == null) {
            return -ESRCH;
        }
        if (request == PTRACE_ATTACH || request == PTRACE_SEIZE) {
            return attach(call, task, request == PTRACE_SEIZE, address, data);
        }
        Tracee tracee = task.tracee();
        if (tracee == null || tracee.tracer() != call.process()) {
            return -ESRCH;
        }
        if (request == PTRACE_KILL) {
            Signals.send(task.process(), SignalNumber.SIGKILL);
            return 0;
        }
        if (request == PTRACE_INTERRUPT) {
            return interrupt(tracee);
        }
        return tracee.isStopped() ? order(call, tracee, (int) request, address, data) : -ESRCH;
    }

    private static long traceMe(Call call) {
        Process parent = call.process().parent();
        if (parent == null || call.task().tracee() != null) {
            return -EPERM;
        }
        call.instance().tracing().attach(call.task(), parent, parent.credentials(), false, 0);
        return 0;
    }

    private static long attach(Call call, Task task, boolean seizes, long address, long options) {
        if (seizes && (address != 0 || (options & ~(long) Tracee.OPTIONS) != 0)) {
            return -EIO;
        }
        boolean allowed = task.process() != call.process() && Tracing.isAllowed(call.task(), task);
        // The kernel's own first process would never stop, as threads of Linux's kernel do not.
        if (!allowed || task.process().isInit() || task.tracee() != null || task.isDying()) {
            return -EPERM;
        }
        call.instance().tracing().attach(task, call.process(), call.credentials(), seizes, seizes ? (int) options : 0);
        if (!seizes) {
            Signals.send(task, new SignalInfo().set(SignalNumber.SIGSTOP, SignalInfo.SI_KERNEL));
        }
        return 0;
    }

    private static long interrupt(Tracee tracee) {
        if (!tracee.isSeized()) {
            return -EIO;
        }
        if (tracee.isListening()) {
            tracee.endListening();
        } else {
            tracee.task().askToTrap();
        }
        return 0;
    }

    private static long order(Call call, Tracee tracee, int request, long address, long data) {
        switch (request) {
            case PTRACE_CONT:
                return resume(tracee, Tracee.CONTINUE, data);
            case PTRACE_SYSCALL:
                return resume(tracee, Tracee.CALLS, data);
            case PTRACE_SINGLESTEP:
                return resume(tracee, Tracee.STEP, data);
            case PTRACE_SYSEMU:
                return resume(tracee, Tracee.EMULATE, data);
            case PTRACE_SYSEMU_SINGLESTEP:
                return resume(tracee, Tracee.EMULATE_STEP, data);
            case PTRACE_DETACH:
                if (data < 0 || data > SignalNumber.MAX) {
                    return -EIO;
                }
                call.instance().tracing().detach(tracee, (int) data);
                return 0;
            case PTRACE_SETOPTIONS:
                if ((data & ~(long) Tracee.OPTIONS) != 0) {
                    return -EINVAL;
                }
                tracee.setOptions((int) data);
                return 0;
            case PTRACE_LISTEN:
                return tracee.listen() ? 0 : -EIO;
            default:
                return PtraceData.exchange(call, tracee, request, address, data);
        }
    }

    private static long resume(Tracee tracee, int mode, long signal) {
        if (signal < 0 || signal > SignalNumber.MAX) {
            return -EIO;
        }
        tracee.resume(mode, (int) signal);
        return 0;
    }
}

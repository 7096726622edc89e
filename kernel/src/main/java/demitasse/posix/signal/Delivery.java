package demitasse.posix.signal;

import static demitasse.base.error.Errno.EINTR;
import static demitasse.base.error.Errno.ERESTARTNOINTR;
import static demitasse.base.error.Errno.ERESTARTSYS;

import demitasse.machine.UserContext;
import demitasse.posix.debug.CoreDump;
import demitasse.posix.debug.Tracee;
import demitasse.posix.task.Process;
import demitasse.posix.task.Task;

/** Delivering: what becomes of the signals that wait when a task is about to run user code, signal(7). */
public final class Delivery {
    /** No handler will run. */
    public static final int NOTHING = 0;
    /** A handler will run: its frame is on the user stack. */
    public static final int HANDLER = 1;

    /** The length of the syscall instruction, by which a restart steps back. */
    public static final int SYSCALL_BYTES = 2;

    private Delivery() {
    }

    /**
     * Delivers the next signal that has an effect. The process may be dead or stopped afterwards.
     *
     * @param interrupted whether a call was interrupted; then rax and rip are set as the handler's disposition says
     * @return {@link #NOTHING} or {@link #HANDLER}
     */
    public static int deliver(Task task, boolean interrupted) {
        Process process = task.process();
        Dispositions dispositions = process.signals().dispositions();
        SignalInfo info = process.instance().deliveredSignal();
        Tracee tracee = task.tracee();
        boolean injected = tracee != null && tracee.takeInjected(info);
        while (injected || !task.isDying() && task.signals().takeDeliverable(info)) {
            if (!injected && tracee != null && tracee.intercepts(info)) {
                return NOTHING;
            }
            injected = false;
            if (dispositions.hasHandler(info.number)) {
                handle(task, info, interrupted);
                return HANDLER;
            }
            if (dispositions.handler(info.number) == Dispositions.SIG_DFL) {
                act(task, info);
                if (process.isStopped()) {
                    return NOTHING;
                }
            }
        }
        return NOTHING;
    }

    private static void handle(Task task, SignalInfo info, boolean interrupted) {
        Dispositions dispositions = task.process().signals().dispositions();
        int signal = info.number;
        long flags = dispositions.flags(signal);
        if (interrupted) {
            finishCall(task, (flags & Dispositions.SA_RESTART) != 0);
        }
        long handler = dispositions.handler(signal);
        long mask = task.signals().mask();
        task.abortSequence();
        boolean stepped = task.tracee() != null && task.tracee().endsStep();
        boolean built = SignalFrame.push(task, info, handler, flags, dispositions.restorer(signal));
        if ((flags & Dispositions.SA_RESETHAND) != 0) {
            dispositions.reset(signal);
        }
        long blocked = mask | dispositions.mask(signal);
        if ((flags & Dispositions.SA_NODEFER) == 0) {
            blocked |= SignalNumber.bit(signal);
        }
        task.signals().setMask(blocked);
        if (!built) {
            frameFailed(task, signal);
        } else if (stepped) {
            task.tracee().entersHandler();
        }
    }

    /** What the program sees of the interrupted call: EINTR, or the same call once more after the handler. */
    private static void finishCall(Task task, boolean restarts) {
        UserContext context = task.context();
        int result = task.signals().interruptedResult();
        if (result == -ERESTARTNOINTR || restarts && result == -ERESTARTSYS) {
            context.setRegister(UserContext.RAX, context.register(UserContext.ORIG_RAX));
            context.setRegister(UserContext.RIP, context.register(UserContext.RIP) - SYSCALL_BYTES);
            context.restoreFully();
        } else {
            context.setRegister(UserContext.RAX, -EINTR);
        }
    }

    /** No room for the frame: SIGSEGV, whose own handler cannot help when it is the one that did not fit. */
    static void frameFailed(Task task, int signal) {
        if (signal == SignalNumber.SIGSEGV) {
            end(task, new SignalInfo().set(SignalNumber.SIGSEGV, SignalInfo.SI_KERNEL));
        } else {
            Signals.force(task, new SignalInfo().set(SignalNumber.SIGSEGV, SignalInfo.SI_KERNEL));
        }
    }

    /**
     * The default action. The first process is treated as any other but for stopping: unlike an init of Linux it dies
     * by SIGTERM and its like, since it is a program that was not written to be init, and whoever runs it in a
     * container expects Ctrl-C to end it ({@code docker run --init} exists for no other reason). It is not stopped,
     * because there is nobody to continue it.
     */
    private static void act(Task task, SignalInfo info) {
        Process process = task.process();
        int signal = info.number;
        if (process.pidNamespace().protects(process) && (SignalNumber.UNBLOCKABLE & SignalNumber.bit(signal)) == 0) {
            return;
        }
        switch (SignalNumber.defaultAction(signal)) {
            case SignalNumber.TERMINATE -> process.killBy(signal);
            case SignalNumber.DUMP -> end(task, info);
            case SignalNumber.STOP -> {
                boolean pointless = signal != SignalNumber.SIGSTOP
                        && process.instance().processes().isOrphaned(process.group());
                if (process.parent() != null && !pointless) {
                    process.stop(signal);
                }
            }
            default -> { }
        }
    }

    /** The process ends by a signal that nobody is asked about, with a core dump. */
    public static void end(Task task, SignalInfo info) {
        boolean dumped = CoreDump.write(task, info);
        task.process().killBy(info.number, dumped);
    }
}

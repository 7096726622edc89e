package demitasse.posix.filter;

import static demitasse.base.error.Errno.ENOSYS;

import demitasse.base.trace.Log;
import demitasse.machine.UserContext;
import demitasse.posix.debug.Tracee;
import demitasse.posix.signal.Delivery;
import demitasse.posix.signal.SignalInfo;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;
import demitasse.posix.task.Task;

/** What comes of a system call of a restricted task, seccomp(2). */
public final class Confinement {
    private static final int READ = 0;
    private static final int WRITE = 1;
    private static final int RT_SIGRETURN = 15;
    private static final int EXIT = 60;
    private static final int SYS_SECCOMP = 1;
    private static final long ARCHITECTURE = 0xc000_003eL << Integer.SIZE;
    private static final int ERRNO_MAX = 4095;

    private Confinement() {
    }

    /** Whether the call is to be made; if not, its result is stored, or the task is told or ends. */
    public static boolean admits(Task task, SyscallFilter filter) {
        UserContext context = task.context();
        int number = (int) context.register(UserContext.ORIG_RAX);
        if (filter.mode() == SyscallFilter.MODE_STRICT) {
            boolean allowed = number == READ || number == WRITE || number == RT_SIGRETURN || number == EXIT;
            if (!allowed) {
                end(task, SignalNumber.SIGKILL);
            }
            return allowed;
        }
        long place = task.process().memory().programAddress(context.register(UserContext.RIP));
        int verdict = filter.judge(context, place);
        int data = verdict & SyscallFilter.DATA;
        boolean shown = task.tracee() != null && task.tracee().takeShownToTracer();
        switch (verdict & SyscallFilter.ACTION) {
            case SyscallFilter.ALLOW:
                return true;
            case SyscallFilter.LOG:
                log(task, number, "logged");
                return true;
            case SyscallFilter.TRACE:
                return shown || showsTracer(task, data);
            case SyscallFilter.ERRNO:
                context.setRegister(UserContext.RAX, -Math.min(data, ERRNO_MAX));
                return false;
            case SyscallFilter.TRAP:
                context.setRegister(UserContext.RAX, number);
                // The handler may compare the two places.
                context.setRegister(UserContext.RIP, place);
                context.restoreFully();
                Signals.force(task, info(number, place, data));
                return false;
            case SyscallFilter.USER_NOTIF:
                context.setRegister(UserContext.RAX, -ENOSYS);
                return false;
            case SyscallFilter.KILL_THREAD:
                kill(task, info(number, place, data), false);
                return false;
            default:
                kill(task, info(number, place, data), true);
                return false;
        }
    }

    /** Without a tracer that wants to know, the call does not exist. */
    private static boolean showsTracer(Task task, int data) {
        Tracee tracee = task.tracee();
        if (tracee != null && tracee.stopsForFilter(data)) {
            task.standsBeforeCall();
        } else {
            task.context().setRegister(UserContext.RAX, -ENOSYS);
        }
        return false;
    }

    private static SignalInfo info(int number, long place, int data) {
        SignalInfo info = new SignalInfo().set(SignalNumber.SIGSYS, SYS_SECCOMP).at(place)
                .value(number & 0xffff_ffffL | ARCHITECTURE);
        info.errno = data;
        return info;
    }

    /** A last thread takes its process with it, which dumps core without a tracer's leave; others just end. */
    private static void kill(Task task, SignalInfo info, boolean whole) {
        int number = (int) task.context().register(UserContext.ORIG_RAX);
        log(task, number, "killed for it");
        if (!whole && !task.process().isSingleThreaded()) {
            task.exit(0);
            return;
        }
        task.context().setRegister(UserContext.RAX, number);
        Delivery.end(task, info);
    }

    private static void end(Task task, int signal) {
        if (task.process().isSingleThreaded()) {
            task.process().killBy(signal);
        } else {
            task.exit(0);
        }
    }

    private static void log(Task task, int number, String outcome) {
        Log.at(Log.INFO).text("seccomp: process ").number(task.process().pid()).text(", system call ").number(number)
                .text(": ").text(outcome).end();
    }
}

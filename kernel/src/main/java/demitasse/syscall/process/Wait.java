package demitasse.syscall.process;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EBADF;
import static demitasse.base.error.Errno.ECHILD;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.Syscall;
import demitasse.base.annotation.WarmPath;
import demitasse.base.memory.Memory;
import demitasse.posix.debug.Tracee;
import demitasse.posix.debug.Tracing;
import demitasse.posix.file.PidFile;
import demitasse.posix.signal.SignalInfo;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.task.Call;
import demitasse.posix.task.ParentNotice;
import demitasse.posix.task.Process;
import demitasse.sched.wait.Events;
import demitasse.syscall.abi.TimeLayout;
import demitasse.syscall.abi.UserWord;

/** wait4(2), waitid(2). */
final class Wait {
    private static final int WNOHANG = 1;
    private static final int WUNTRACED = 2;
    private static final int WEXITED = 4;
    private static final int WCONTINUED = 8;
    private static final int WNOWAIT = 0x0100_0000;
    private static final int WNOTHREAD = 0x2000_0000;
    private static final int WALL = 0x4000_0000;
    private static final int WCLONE = 0x8000_0000;
    private static final int KINDS = WNOTHREAD | WALL | WCLONE;
    private static final int P_ALL = 0;
    private static final int P_PID = 1;
    private static final int P_PGID = 2;
    private static final int P_PIDFD = 3;
    private static final int STATUS_STOPPED = 0x7f;
    private static final int STATUS_CONTINUED = 0xffff;
    private static final int RUSAGE_BYTES = 144;
    private static final int RUSAGE_MAXRSS = 32;
    private static final int PAGE_KB = 4;

    private Wait() {
    }

    @WarmPath("per system call")
    @Syscall("wait4")
    static long wait4(Call call, int pid, long status, int options, long usage) {
        if ((options & ~(WNOHANG | WUNTRACED | WCONTINUED | KINDS)) != 0) {
            return -EINVAL;
        }
        if (pid == Integer.MIN_VALUE) {
            return -ESRCH;
        }
        int kind = pid == -1 ? P_ALL : pid > 0 ? P_PID : P_PGID;
        int id = pid == 0 ? call.process().group() : call.idOf(Math.abs(pid));
        long found = find(call, kind, id, options | WEXITED);
        if (found <= 0) {
            return found;
        }
        // It has no number in a namespace any more once it is gone.
        int number = call.numberOf((int) found);
        Tracee tracee = traced(call, (int) found);
        Process child = tracee == null ? call.instance().processes().byPid((int) found) : tracee.task().process();
        int code = tracee == null ? take(child, options | WEXITED) : status(tracee, options | WEXITED, true);
        if (status != 0 && UserWord.storeInt(call, status, code) < 0) {
            return -EFAULT;
        }
        if (usage != 0) {
            long failed = storeUsage(call, child, usage);
            if (failed < 0) {
                return failed;
            }
        }
        forget(call, tracee, child);
        return number;
    }

    @WarmPath("per system call")
    @Syscall("waitid")
    static long waitid(Call call, int kind, int id, long info, int options, long usage) {
        int known = WNOHANG | WNOWAIT | WEXITED | WUNTRACED | WCONTINUED | KINDS;
        boolean asks = (options & (WEXITED | WUNTRACED | WCONTINUED)) != 0;
        boolean names = kind == P_ALL || kind == P_PGID && id == 0 || id > 0 || kind == P_PIDFD && id == 0;
        if ((options & ~known) != 0 || !asks || kind < P_ALL || kind > P_PIDFD || !names) {
            return -EINVAL;
        }
        long found;
        if (kind == P_PIDFD) {
            found = findByDescriptor(call, id, options);
        } else {
            found = find(call, kind, kind == P_PGID && id == 0 ? call.process().group() : call.idOf(id), options);
        }
        if (found < 0) {
            return found;
        }
        SignalInfo told = new SignalInfo().set(0, 0);
        if (found > 0) {
            boolean take = (options & WNOWAIT) == 0;
            Tracee tracee = traced(call, (int) found);
            Process child = tracee == null ? call.instance().processes().byPid((int) found) : tracee.task().process();
            int status = tracee == null ? status(child, options, take) : status(tracee, options, take);
            int uid = call.credentials().shownUid(child.credentials().uid);
            describe(status, told.set(0, 0).from(call.numberOf((int) found), uid));
            if (tracee != null && !tracee.isEnded()) {
                told.code = ParentNotice.CLD_TRAPPED;
            }
            if (usage != 0 && storeUsage(call, child, usage) < 0) {
                return -EFAULT;
            }
            if (take) {
                forget(call, tracee, child);
            }
        }
        return info == 0 ? 0 : store(call, told, info);
    }

    /** A pidfd that does not block is asked once, pidfd_open(2) PIDFD_NONBLOCK. */
    private static long findByDescriptor(Call call, int fd, int options) {
        if (!(call.file(fd) instanceof PidFile file)) {
            return -EBADF;
        }
        boolean once = file.nonBlocking() && (options & WNOHANG) == 0;
        long found = find(call, P_PID, file.process().pid(), once ? options | WNOHANG : options);
        return once && found == 0 ? -EAGAIN : found;
    }

    private static long store(Call call, SignalInfo told, long info) {
        long copy = call.scratch(SignalInfo.SIZE_BYTES);
        told.store(copy);
        return call.process().memory().copyOut(copy, info, SignalInfo.SIZE_BYTES);
    }

    /** The pid of a child with something to tell; 0 with WNOHANG; PARKED, -ECHILD, -ERESTARTSYS. */
    private static long find(Call call, int kind, int id, int options) {
        boolean any = false;
        Process parent = call.process();
        for (Process child = parent.firstChild(); child != null; child = parent.siblingAfter(child)) {
            boolean meant = kind == P_ALL || kind == P_PID && child.pid() == id
                    || kind == P_PGID && child.group() == id;
            // Children that do not send SIGCHLD are another kind, wait(2) __WCLONE.
            boolean ordinary = child.exitSignal() == SignalNumber.SIGCHLD;
            meant &= (options & WALL) != 0 || ordinary == ((options & WCLONE) == 0);
            // What the caller traces itself is seen below.
            meant &= traced(call, child.pid()) == null;
            any |= meant;
            if (meant && peek(child, options) >= 0) {
                return child.pid();
            }
        }
        Tracing tracing = call.instance().tracing();
        for (Tracee one = tracing.first(); one != null; one = tracing.after(one)) {
            boolean meant = one.tracer() == parent && (kind == P_ALL || kind == P_PID && one.tid() == id
                    || kind == P_PGID && one.task().process().group() == id);
            any |= meant;
            if (meant && status(one, options, false) >= 0) {
                return one.tid();
            }
        }
        if (!any) {
            return -ECHILD;
        }
        return (options & WNOHANG) != 0 ? 0 : call.await(parent.childEvents(), Events.IN);
    }

    /** What the caller traces, ptrace(2): seen by wait(2) whosever child it is. Null for what it does not trace. */
    private static Tracee traced(Call call, int id) {
        Tracee tracee = call.instance().tracing().of(id);
        return tracee != null && tracee.tracer() == call.process() ? tracee : null;
    }

    /** What there is to tell of a traced task, as {@link #status(Process, int, boolean)}. */
    private static int status(Tracee tracee, int options, boolean take) {
        if (tracee.isEnded()) {
            return (options & WEXITED) != 0 ? tracee.exitStatus() : -1;
        }
        int stop = tracee.stopToReport(take);
        return stop != 0 ? stop << 8 | STATUS_STOPPED : -1;
    }

    /** An end that has been told is over. */
    private static void forget(Call call, Tracee tracee, Process child) {
        if (tracee != null && tracee.isEnded()) {
            call.instance().tracing().waitedFor(tracee);
        } else if (tracee == null && child.isZombie()) {
            call.process().reap(child);
        }
    }

    private static int peek(Process child, int options) {
        return status(child, options, false);
    }

    private static int take(Process child, int options) {
        return status(child, options, true);
    }

    /** What there is to tell, as wait(2) encodes it; -1 for nothing. */
    private static int status(Process child, int options, boolean take) {
        if (child.isZombie()) {
            boolean visible = (options & WEXITED) != 0 && !child.instance().tracing().holds(child)
                    && !child.pidNamespace().holds(child);
            return visible ? child.exitStatus() : -1;
        }
        int stop = (options & WUNTRACED) != 0 ? child.stopToReport(take) : 0;
        if (stop != 0) {
            return stop << 8 | STATUS_STOPPED;
        }
        return (options & WCONTINUED) != 0 && child.continueToReport(take) ? STATUS_CONTINUED : -1;
    }

    private static void describe(int status, SignalInfo told) {
        int code = ParentNotice.codeOf(status);
        int value = ParentNotice.valueOf(status);
        if (status == STATUS_CONTINUED) {
            code = ParentNotice.CLD_CONTINUED;
            value = SignalNumber.SIGCONT;
        } else if ((status & 0xff) == STATUS_STOPPED) {
            code = ParentNotice.CLD_STOPPED;
            value = status >> 8;
        }
        told.number = SignalNumber.SIGCHLD;
        told.code = code;
        told.status(value);
    }

    private static long storeUsage(Call call, Process child, long usage) {
        long copy = call.scratch(RUSAGE_BYTES);
        Memory.fill(copy, RUSAGE_BYTES, (byte) 0);
        TimeLayout.putTimeval(copy, child.usage().cpuNs());
        Memory.putLong(copy + RUSAGE_MAXRSS, child.usage().residentPagesMax() * PAGE_KB);
        return call.process().memory().copyOut(copy, usage, RUSAGE_BYTES);
    }
}

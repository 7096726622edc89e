package demitasse.posix.file;

import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.ColdPath;
import demitasse.posix.signal.SignalInfo;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Instance;
import demitasse.posix.task.Process;
import demitasse.posix.task.Processes;
import demitasse.posix.task.Task;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.Waiter;
import demitasse.vfs.FileHandle;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Watch;

/**
 * Whom an open file tells by a signal that reading or writing has become possible, and by which: F_SETOWN, F_SETSIG
 * and O_ASYNC, fcntl(2). It is told as epoll(7) with EPOLLET is, once for each change.
 */
public final class FileOwner extends Watch {
    /** F_OWNER_TID, F_OWNER_PID, F_OWNER_PGRP of F_SETOWN_EX. */
    public static final int TASK = 0;
    public static final int PROCESS = 1;
    public static final int GROUP = 2;

    /** si_code of SIGIO, sigaction(2). */
    private static final int POLL_IN = 1;
    private static final int POLL_OUT = 2;
    private static final int POLL_MSG = 3;
    private static final int POLL_ERR = 4;
    private static final int POLL_PRI = 5;
    private static final int POLL_HUP = 6;
    private static final int URGENT = -1;
    /** POLLRDBAND and POLLWRBAND of poll(2). */
    private static final int READ_BAND = 0x80;
    private static final int WRITE_BAND = 0x200;
    /** POLLMSG. */
    private static final int MESSAGE_BAND = 0x400;

    private final Instance instance;
    private final FileHandle file;
    private final Listener listener = new Listener();
    private int kind = PROCESS;
    /** 0 for nobody. */
    private int id;
    /** Who bore the number when it was set: it may come to mean somebody else. */
    private Task task;
    private Process process;
    private int uid;
    private int euid;
    private int signal;
    private int descriptor;

    private FileOwner(Instance instance, FileHandle file) {
        this.instance = instance;
        this.file = file;
        file.setOwner(this);
    }

    /** What was set for a file; null for nothing. */
    public static FileOwner of(FileHandle file) {
        return (FileOwner) file.owner();
    }

    /** As {@link #of}, made at its first use. */
    public static FileOwner of(FileHandle file, Instance instance) {
        FileOwner owner = of(file);
        return owner == null ? new FileOwner(instance, file) : owner;
    }

    /**
     * F_SETOWN_EX: {@code newId} 0 for nobody.
     *
     * @param who the signals are sent on behalf of
     * @return 0 or -ESRCH
     */
    public int set(int newKind, int newId, Credentials who) {
        Processes all = instance.processes();
        Task newTask = newKind == GROUP ? null : all.byTid(newId);
        Process newProcess = newTask != null ? newTask.process() : newKind == GROUP ? null : all.byPid(newId);
        if (newId != 0 && newProcess == null && !(newKind == GROUP && all.isUsed(newId))) {
            return -ESRCH;
        }
        kind = newKind;
        id = newId;
        task = newTask;
        process = newProcess;
        uid = who.uid;
        euid = who.euid;
        return 0;
    }

    public int kind() {
        return kind;
    }

    /** 0 for nobody, and for who is no more. */
    public int id() {
        Processes all = instance.processes();
        boolean gone = kind == TASK ? all.byTid(id) != task
                : kind == PROCESS ? process != null && all.byPid(process.pid()) != process : !all.isUsed(id);
        return gone ? 0 : id;
    }

    /** F_GETSIG; 0 for SIGIO without a word about the file. */
    public int signal() {
        return signal;
    }

    public void setSignal(int newSignal) {
        signal = newSignal;
    }

    /** O_ASYNC is turned on or off. @param fd what the signal will name */
    public void listen(boolean on, int fd, Task caller) {
        listener.withdraw();
        file.setFlags(file.flags() & ~OpenFlags.O_ASYNC | (on ? OpenFlags.O_ASYNC : 0));
        if (!on) {
            return;
        }
        descriptor = fd;
        int group = file.defaultOwner();
        if (id == 0 && group >= 0) {
            set(group == 0 ? PROCESS : GROUP, group == 0 ? caller.process().pid() : group, caller.credentials());
        }
        listener.listen();
    }

    @Override
    protected void fileGone() {
        listener.withdraw();
    }

    @ColdPath("as often as somebody asked to be signalled")
    private void happened(int events) {
        int now = events & file.readiness();
        boolean socketEnds = (now & Events.HUP) != 0 && (events & Events.RDHUP) != 0;
        if (socketEnds) {
            tell(POLL_HUP, Events.HUP | Events.ERR);
        } else if ((now & Events.IN) != 0 || (now & Events.HUP) != 0) {
            tell(POLL_IN, Events.IN | Events.RDNORM);
        } else if ((now & Events.OUT) != 0) {
            tell(POLL_OUT, Events.OUT | Events.WRNORM | WRITE_BAND);
        } else if ((now & Events.ERR) != 0) {
            tell(POLL_ERR, Events.ERR);
        } else if ((now & Events.PRI) != 0) {
            tell(POLL_PRI, Events.PRI | READ_BAND);
        }
    }

    /** SIGURG, whether or not O_ASYNC is set, tcp(7). */
    @ColdPath("as often as somebody sends urgent data")
    public void urgent() {
        tell(URGENT, 0);
    }

    /** Leases and F_NOTIFY of fcntl(2) tell whoever has asked for them last. */
    public void belongTo(Task caller, int fd) {
        set(PROCESS, caller.process().pid(), caller.credentials());
        descriptor = fd;
    }

    /** A lease is in somebody's way, or something has happened in a directory. */
    public void message() {
        tell(POLL_MSG, Events.IN | Events.RDNORM | MESSAGE_BAND);
    }

    private void tell(int code, int band) {
        if (id == 0) {
            return;
        }
        if (kind != GROUP) {
            tell(process, code, band);
            return;
        }
        Processes all = instance.processes();
        for (Process one = all.first(); one != null; one = all.after(one)) {
            if (one.group() == id) {
                tell(one, code, band);
            }
        }
    }

    private void tell(Process target, int code, int band) {
        if (!maySignal(target.credentials())) {
            return;
        }
        SignalInfo info = new SignalInfo();
        if (code == URGENT) {
            send(target, info.set(SignalNumber.SIGURG, SignalInfo.SI_KERNEL));
            return;
        }
        if (signal != 0) {
            info.set(signal, code);
            info.field0 = band;
            info.value(descriptor);
            if (send(target, info) == 0) {
                return;
            }
            // The queue is full: SIGIO says that there is more than was told, fcntl(2).
        }
        send(target, info.set(SignalNumber.SIGIO, SignalInfo.SI_KERNEL));
    }

    private int send(Process target, SignalInfo info) {
        return kind == TASK ? Signals.send(task, info) : Signals.send(target, info);
    }

    private boolean maySignal(Credentials target) {
        return euid == 0 || euid == target.suid || euid == target.uid || uid == target.suid || uid == target.uid;
    }

    private final class Listener extends Waiter {
        private void listen() {
            file.waiters().add(this, Events.interest(Events.IN | Events.OUT | Events.PRI | Events.RDHUP));
        }

        @Override
        protected void ready(int events) {
            listen();
            happened(events);
        }
    }
}

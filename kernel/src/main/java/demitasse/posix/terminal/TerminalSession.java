package demitasse.posix.terminal;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EIO;
import static demitasse.base.error.Errno.ENOTTY;
import static demitasse.base.error.Errno.EPERM;
import static demitasse.base.error.Errno.ERESTARTSYS;
import static demitasse.base.error.Errno.ESRCH;

import demitasse.base.annotation.ColdPath;
import demitasse.posix.signal.Dispositions;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.signal.Signals;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Process;
import demitasse.posix.task.Processes;
import demitasse.posix.task.Task;

/** Whose controlling terminal it is and who is in the foreground: credentials(7) "Sessions", tty_ioctl(4). */
public final class TerminalSession {
    private final Terminal terminal;
    private final TerminalProcesses processes;
    /** 0 while it controls none. */
    private int session;
    private int foreground;

    TerminalSession(Terminal terminal, TerminalProcesses processes) {
        this.terminal = terminal;
        this.processes = processes;
    }

    /** The process group that keys interrupt; 0 for none. */
    public int foreground() {
        return foreground;
    }

    /** The session it controls; 0 for none. */
    public int session() {
        return session;
    }

    /** The first process is given the console. */
    void begin(int firstSession) {
        session = firstSession;
        foreground = firstSession;
    }

    /**
     * Whether the caller may read (SIGTTIN) or change the terminal (SIGTTOU): a background group of its session is
     * stopped instead, unless nobody could continue it.
     *
     * @return 0; -EIO; -ERESTARTSYS when the signal was sent
     */
    @ColdPath("a terminal is shared")
    long admit(int signal) {
        Task caller = processes.caller();
        if (foreground == 0 || caller == null || caller.process().group() == foreground
                || caller.process().terminal() != terminal) {
            return 0;
        }
        return stop(caller, signal);
    }

    @ColdPath("a background process")
    private long stop(Task caller, int signal) {
        Process process = caller.process();
        boolean ignored = (caller.signals().mask() & SignalNumber.bit(signal)) != 0
                || process.signals().dispositions().handler(signal) == Dispositions.SIG_IGN;
        if (ignored) {
            return signal == SignalNumber.SIGTTIN ? -EIO : 0;
        }
        if (processes.all().isOrphaned(process.group())) {
            return -EIO;
        }
        processes.sendToGroup(process.group(), signal);
        // Another thread may have been told, but it is this one that must not go on.
        caller.noticeSignal();
        return -ERESTARTSYS;
    }

    /** TIOCSPGRP: a group of the caller's session comes to the foreground. */
    long setForeground(int group) {
        Task caller = processes.caller();
        if (caller == null) {
            foreground = group;
            return 0;
        }
        Process process = caller.process();
        if (process.terminal() != terminal || session != process.session()) {
            return -ENOTTY;
        }
        if (group < 0) {
            return -EINVAL;
        }
        int id = process.pidNamespace().idOf(group);
        if (!processes.all().groupExists(id, process.session())) {
            return hasGroup(id) ? -EPERM : -ESRCH;
        }
        foreground = id;
        return 0;
    }

    private boolean hasGroup(int group) {
        Processes all = processes.all();
        for (Process one = all.first(); one != null; one = all.after(one)) {
            if (one.group() == group) {
                return true;
            }
        }
        return false;
    }

    /** What the caller calls a group or session, pid_namespaces(7). */
    int toCaller(int id) {
        Task caller = processes.caller();
        return caller == null ? id : caller.process().numberOf(id);
    }

    /** Whether the caller may be told of groups and sessions: the terminal is its own, or it holds the master. */
    boolean concerns(boolean master) {
        Task caller = processes.caller();
        return master || caller == null || caller.process().terminal() == terminal;
    }

    /** TIOCSCTTY. @param steal whether it is to be taken away from another session */
    long claim(boolean steal, boolean readable) {
        Task caller = processes.caller();
        if (caller == null) {
            return 0;
        }
        Process process = caller.process();
        boolean leader = process.isSessionLeader();
        if (leader && process.session() == session) {
            return 0;
        }
        boolean privileged = caller.credentials().may(Credentials.CAP_SYS_ADMIN);
        if (!leader || process.terminal() != null || session != 0 && !(steal && privileged)
                || !readable && !privileged) {
            return -EPERM;
        }
        if (session != 0) {
            clear();
        }
        take(process);
        return 0;
    }

    /** open(2) without O_NOCTTY: nothing happens where TIOCSCTTY would fail. */
    void claimAtOpen(Process process, boolean readable) {
        if (process.isSessionLeader() && process.terminal() == null && session == 0 && readable) {
            take(process);
        }
    }

    private void take(Process leader) {
        session = leader.session();
        foreground = leader.group();
        leader.setTerminal(terminal);
    }

    /** TIOCNOTTY: the caller gives it up, a leader for all of its session. */
    long giveUp() {
        Task caller = processes.caller();
        if (caller == null || caller.process().terminal() != terminal) {
            return -ENOTTY;
        }
        if (caller.process().isSessionLeader()) {
            int group = foreground;
            clear();
            tell(group, SignalNumber.SIGHUP);
            tell(group, SignalNumber.SIGCONT);
        }
        caller.process().setTerminal(null);
        return 0;
    }

    /** The leader of its session has ended, setsid(2) and credentials(7): the foreground is told. */
    public void leaderEnded() {
        int group = foreground;
        clear();
        tell(group, SignalNumber.SIGHUP);
    }

    private void tell(int group, int signal) {
        if (group != 0) {
            processes.sendToGroup(group, signal);
        }
    }

    /** The line is gone: the leader is told; who is in the foreground learns from the leader's end. */
    void hangUp() {
        if (session == 0) {
            return;
        }
        Process leader = processes.all() == null ? null : processes.all().byPid(session);
        int group = foreground;
        clear();
        if (leader != null && !leader.isZombie()) {
            leader.setLostForeground(group);
            Signals.send(leader, SignalNumber.SIGHUP);
            Signals.send(leader, SignalNumber.SIGCONT);
        }
    }

    /** The session has no terminal any more. */
    private void clear() {
        Processes all = processes.all();
        for (Process one = all == null ? null : all.first(); one != null; one = all.after(one)) {
            if (one.terminal() == terminal) {
                one.setTerminal(null);
            }
        }
        session = 0;
        foreground = 0;
    }
}

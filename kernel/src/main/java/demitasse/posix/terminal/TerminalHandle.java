package demitasse.posix.terminal;

import static demitasse.base.error.Errno.EIO;
import static demitasse.base.error.Errno.ENOTTY;
import static demitasse.base.error.Errno.ESPIPE;

import demitasse.base.memory.Text;
import demitasse.posix.file.Ioctls;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;
import demitasse.vfs.ControlMemory;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;
import demitasse.vfs.Transfer;

/** An open terminal. Once it was hung up, this handle reads nothing and answers EIO, vhangup(2). */
final class TerminalHandle extends FileHandle {
    private static final int HUNG_UP = Events.IN | Events.OUT | Events.ERR | Events.HUP;

    private final Terminal terminal;
    private final Inode node;
    private final int hangUps;

    TerminalHandle(Terminal terminal, Inode node, int flags, Path path) {
        super(flags, path);
        this.terminal = terminal;
        this.node = node;
        hangUps = terminal.hangUps();
        node.retained();
        terminal.opened();
    }

    private boolean isDead() {
        return hangUps != terminal.hangUps();
    }

    @Override
    public Inode inode() {
        return node;
    }

    /** For a terminal that TIOCGPTPEER opened: it has a name, but was not found by it. */
    @Override
    public void describe(Text out) {
        Stat stat = new Stat();
        node.stat(stat);
        out.add("/dev/pts/").number(Stat.minorOf(stat.deviceNumber));
    }

    @Override
    public long read(Transfer target, long offset) {
        if (offset != CURRENT) {
            return -ESPIPE;
        }
        return isDead() ? 0 : terminal.read(target, !nonBlocking());
    }

    @Override
    public long write(Transfer source, long offset) {
        if (offset != CURRENT) {
            return -ESPIPE;
        }
        return isDead() ? -EIO : terminal.write(source);
    }

    @Override
    public long control(int request, long argument, ControlMemory user) {
        if (isDead()) {
            return request == Ioctls.TIOCSPGRP ? -ENOTTY : -EIO;
        }
        return terminal.control(request, argument, user, isReadable());
    }

    @Override
    public boolean canSignal() {
        return true;
    }

    @Override
    public int defaultOwner() {
        return terminal.session().foreground();
    }

    @Override
    public int readiness() {
        return isDead() ? HUNG_UP : terminal.readiness();
    }

    @Override
    public WaitQueue waiters() {
        return terminal.waiters();
    }

    @Override
    protected void released() {
        terminal.closed();
        node.dropped();
    }
}

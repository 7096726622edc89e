package demitasse.posix.file;

import static demitasse.base.error.Errno.ESPIPE;

import demitasse.sched.wait.WaitQueue;
import demitasse.vfs.ControlMemory;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Path;
import demitasse.vfs.Transfer;

/** The open terminal. */
final class TerminalHandle extends FileHandle {
    private final Terminal terminal;
    private final Inode node;

    TerminalHandle(Terminal terminal, Inode node, int flags, Path path) {
        super(flags, path);
        this.terminal = terminal;
        this.node = node;
        node.retained();
    }

    @Override
    public Inode inode() {
        return node;
    }

    @Override
    public long read(Transfer target, long offset) {
        return offset == CURRENT ? terminal.read(target, !nonBlocking()) : -ESPIPE;
    }

    @Override
    public long write(Transfer source, long offset) {
        return offset == CURRENT ? terminal.write(source) : -ESPIPE;
    }

    @Override
    public long control(int request, long argument, ControlMemory user) {
        return terminal.control(request, argument, user);
    }

    @Override
    public int readiness() {
        return terminal.readiness();
    }

    @Override
    public WaitQueue waiters() {
        return terminal.waiters();
    }

    @Override
    protected void released() {
        node.dropped();
    }
}

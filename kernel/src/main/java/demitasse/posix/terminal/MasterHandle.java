package demitasse.posix.terminal;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EIO;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOTTY;
import static demitasse.base.error.Errno.ESPIPE;

import demitasse.base.annotation.ColdPath;
import demitasse.base.memory.Buffer;
import demitasse.base.memory.Memory;
import demitasse.base.memory.Text;
import demitasse.posix.file.Files;
import demitasse.posix.file.Ioctls;
import demitasse.posix.signal.SignalNumber;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;
import demitasse.vfs.ControlMemory;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.Transfer;

/** The master of a pseudo-terminal, pty(7): what is written here is typed there, what is written there is read here. */
final class MasterHandle extends FileHandle {
    private final Pty pty;
    private final Terminal terminal;
    private final PtyOutput output;
    private final Files files;
    private final Inode node;

    MasterHandle(Pty pty, Files files, Inode node, int flags, Path path) {
        super(flags, path);
        this.pty = pty;
        this.files = files;
        this.node = node;
        terminal = pty.terminal();
        output = pty.output();
        node.retained();
    }

    @Override
    public Inode inode() {
        return node;
    }

    /** proc(5): which terminal it is the master of. */
    @Override
    public void details(Text out) {
        out.add("tty-index:\t").number(pty.number()).newline();
    }

    @Override
    public long read(Transfer target, long offset) {
        if (offset != CURRENT) {
            return -ESPIPE;
        }
        if (target.remaining() == 0) {
            return 0;
        }
        if (pty.sendsPackets()) {
            return readPacket(target);
        }
        return output.pendingBytes() == 0 || output.isHeld() ? nothing() : readData(target);
    }

    private long readData(Transfer target) {
        long n = target.put(output.pendingAddress(), Math.min(output.pendingBytes(), target.remaining()));
        if (n > 0) {
            output.taken((int) n);
        }
        return n;
    }

    /** EIO is how Linux tells a master that nobody is there any more. */
    private long nothing() {
        return pty.isTerminalClosed() ? -EIO : -EAGAIN;
    }

    /** TIOCPKT: a byte in front says whether data follows or something has happened. */
    @ColdPath("packet mode")
    private long readPacket(Transfer target) {
        boolean data = output.pendingBytes() > 0 && !output.isHeld();
        Buffer word = files.word();
        if (word == null) {
            return -ENOMEM;
        }
        if (pty.status() == 0 && !data) {
            return nothing();
        }
        word.putByte(0, pty.status());
        long n = target.put(word.address(), 1);
        if (n <= 0 || pty.takeStatus() != 0 || target.remaining() == 0) {
            return n;
        }
        long more = readData(target);
        return more < 0 ? more : 1 + more;
    }

    @Override
    public long write(Transfer source, long offset) {
        if (offset != CURRENT) {
            return -ESPIPE;
        }
        long moved = 0;
        while (source.remaining() > 0 && terminal.accepts()) {
            int room = Math.min(terminal.roomBytes(), Terminal.stageBytes());
            long stage = terminal.stage();
            long n = source.take(stage, Math.min(room, source.remaining()));
            if (n <= 0) {
                return moved > 0 ? moved : n;
            }
            for (int i = 0; i < n; i++) {
                terminal.type(Memory.getUnsignedByte(stage + i));
            }
            moved += n;
        }
        if (moved > 0) {
            terminal.typed();
        }
        return moved > 0 || source.remaining() == 0 ? moved : -EAGAIN;
    }

    @Override
    @ColdPath("ioctl(2)")
    public long control(int request, long argument, ControlMemory user) {
        switch (request) {
            case Ioctls.TIOCGPTN:
                return Ioctls.answerInt(files, pty.number(), argument, user);
            case Ioctls.TIOCGPTLCK:
                return Ioctls.answerInt(files, pty.isLocked() ? 1 : 0, argument, user);
            case Ioctls.TIOCGPKT:
                return Ioctls.answerInt(files, pty.sendsPackets() ? 1 : 0, argument, user);
            case Ioctls.TIOCGPTPEER:
                int flags = (int) argument;
                return pty.ptys().openPeer(pty, flags & ~OpenFlags.O_CLOEXEC, (flags & OpenFlags.O_CLOEXEC) != 0);
            case Ioctls.TIOCSPTLCK, Ioctls.TIOCPKT:
                return setMode(request, argument, user);
            case Ioctls.TIOCSIG:
                return signal((int) argument);
            case Ioctls.FIONREAD:
                return Ioctls.answerInt(files, output.pendingBytes(), argument, user);
            case Ioctls.TIOCOUTQ:
                return Ioctls.answerInt(files, 0, argument, user);
            case Ioctls.TCFLSH:
                return discard(argument);
            case Ioctls.TCXONC, Ioctls.TCSBRK, Ioctls.TCSBRKP:
                // What is written here has arrived when the call is over.
                return 0;
            case Ioctls.TIOCNOTTY:
                // A master controls no session; TIOCSCTTY makes its other end do so.
                return -ENOTTY;
            default:
                return terminal.controlByMaster(request, argument, user);
        }
    }

    private long setMode(int request, long argument, ControlMemory user) {
        Buffer word = files.word();
        if (word == null) {
            return -ENOMEM;
        }
        if (user.copyIn(argument, word.address(), Integer.BYTES) < 0) {
            return -EFAULT;
        }
        boolean on = word.intAt(0) != 0;
        if (request == Ioctls.TIOCSPTLCK) {
            pty.setLocked(on);
        } else if (on != pty.sendsPackets()) {
            pty.sendPackets(on);
        }
        return 0;
    }

    /** TIOCSIG: the keys' signals without the keys. */
    private long signal(int signal) {
        boolean known = signal == SignalNumber.SIGINT || signal == SignalNumber.SIGQUIT
                || signal == SignalNumber.SIGTSTP;
        if (!known) {
            return -EINVAL;
        }
        terminal.signalForeground(signal);
        return 0;
    }

    /** tcflush(3) at this end: what the terminal has written is the input here. */
    private long discard(long queues) {
        if (queues < 0 || queues > 2) {
            return -EINVAL;
        }
        if (queues != 1) {
            output.discard();
        }
        if (queues != 0) {
            terminal.discardInput();
        }
        return 0;
    }

    @Override
    public boolean canSignal() {
        return true;
    }

    @Override
    public int defaultOwner() {
        return 0;
    }

    @Override
    public int readiness() {
        int events = output.pendingBytes() > 0 && !output.isHeld() ? Events.IN : 0;
        events |= pty.sendsPackets() && pty.status() != 0 ? Events.IN | Events.PRI : 0;
        events |= terminal.accepts() ? Events.OUT : 0;
        return pty.isTerminalClosed() ? events | Events.HUP : events;
    }

    @Override
    public WaitQueue waiters() {
        return pty.masterWaiters();
    }

    @Override
    protected void released() {
        pty.closeMaster();
        node.dropped();
    }
}

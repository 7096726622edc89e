package demitasse.posix.terminal;

import demitasse.posix.file.Files;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;
import demitasse.vfs.Inode;
import demitasse.vfs.Stat;

/** A pseudo-terminal, pty(7): a terminal whose line ends at a master, another file, instead of at a host. */
final class Pty implements TerminalLine {
    private final Ptys ptys;
    private final int number;
    private final Inode node;
    private final WaitQueue masterWaiters = new WaitQueue();
    private final PtyOutput output;
    private Terminal terminal;
    private boolean locked = true;
    private boolean masterClosed;
    /** The terminal was open and nobody has it open any more. */
    private boolean terminalClosed;
    private boolean packets;
    private int status;

    private Pty(Ptys ptys, Files files, int number, Inode node) {
        this.ptys = ptys;
        this.number = number;
        this.node = node;
        output = new PtyOutput(files.pages(), masterWaiters);
    }

    /** Null without memory. */
    static Pty create(Ptys ptys, Files files, TerminalProcesses processes, int number, Inode node) {
        Pty pty = new Pty(ptys, files, number, node);
        Terminal terminal = Terminal.create(files, pty.output, processes,
                Stat.deviceOf(Ptys.MAJOR, number));
        if (terminal == null) {
            return null;
        }
        terminal.attach(pty);
        pty.terminal = terminal;
        node.retained();
        return pty;
    }

    Ptys ptys() {
        return ptys;
    }

    int number() {
        return number;
    }

    Inode node() {
        return node;
    }

    Terminal terminal() {
        return terminal;
    }

    PtyOutput output() {
        return output;
    }

    WaitQueue masterWaiters() {
        return masterWaiters;
    }

    boolean isLocked() {
        return locked;
    }

    /** unlockpt(3). */
    void setLocked(boolean on) {
        locked = on;
    }

    boolean isTerminalClosed() {
        return terminalClosed;
    }

    boolean sendsPackets() {
        return packets;
    }

    void sendPackets(boolean on) {
        packets = on;
        status = 0;
    }

    /** What a master in packet mode has not been told yet. */
    int status() {
        return status;
    }

    int takeStatus() {
        int taken = status;
        status = 0;
        return taken;
    }

    /** The master is closed: the terminal is hung up, and gone when nobody has it open. */
    void closeMaster() {
        masterClosed = true;
        ptys.remove(number);
        terminal.end();
        terminal.hangUp();
        if (terminal.handles() == 0) {
            release();
        }
    }

    private void release() {
        terminal.release();
        node.dropped();
    }

    /** The master types when it writes; nothing waits. */
    @Override
    public void pull() {
    }

    @Override
    public void hasRoom() {
        if (!masterWaiters.isEmpty()) {
            masterWaiters.wakeAll(Events.OUT);
        }
    }

    @Override
    public void tell(int news) {
        if (!packets) {
            return;
        }
        // The later of two opposites counts, TIOCPKT of tty_ioctl(4).
        int kept = status;
        kept &= (news & STOP) != 0 ? ~START : -1;
        kept &= (news & START) != 0 ? ~STOP : -1;
        kept &= (news & DO_STOP) != 0 ? ~NO_STOP : -1;
        kept &= (news & NO_STOP) != 0 ? ~DO_STOP : -1;
        status = kept | news;
        masterWaiters.wakeAll(Events.IN | Events.PRI);
    }

    @Override
    public void opened(int count) {
        terminalClosed = false;
    }

    @Override
    public void closed(int count) {
        if (count > 0) {
            return;
        }
        terminalClosed = true;
        masterWaiters.wakeAll(Events.IN | Events.HUP);
        if (masterClosed) {
            release();
        }
    }
}

package demitasse.posix.terminal;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EBUSY;

import demitasse.alloc.Pages;
import demitasse.base.annotation.ColdPath;
import demitasse.base.collect.Ref;
import demitasse.posix.file.Files;
import demitasse.posix.signal.SignalNumber;
import demitasse.posix.task.Credentials;
import demitasse.posix.task.Task;
import demitasse.sched.timer.Timer;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;
import demitasse.vfs.ControlMemory;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.OpenFlags;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;
import demitasse.vfs.Transfer;

/** A terminal as programs have it: everything that termios(3) promises of reading, writing and waiting. */
public final class Terminal {
    private static final int ORDER = 1;
    private static final int STAGE_BYTES = 2048;
    private static final long TENTH_NS = 100_000_000L;

    private final Files files;
    private final OutputBuffer output;
    private final TerminalProcesses processes;
    private final TerminalSession session;
    private final TerminalControl control;
    private final Termios settings;
    private final Termios locked = Termios.nothing();
    private final TerminalOutput processed;
    private final LineBuffer lines;
    private final LineDiscipline discipline;
    /** That of the output, so that room and keys wake the same queue. */
    private final WaitQueue waiters;
    private final long memory;
    private final long device;
    private final Silence silence = new Silence();
    private TerminalLine line;
    private boolean silent;
    /** The other end of the line sends nothing any more. */
    private boolean ended;
    private int hangUps;
    private int handles;
    private boolean exclusive;
    /** struct winsize of ioctl_tty(2), 16 bits each from the lowest on: rows, columns, width and height in pixels. */
    private long window;

    private Terminal(Files files, OutputBuffer output, TerminalProcesses processes, long device, long memory) {
        this.files = files;
        this.output = output;
        this.processes = processes;
        this.memory = memory;
        this.device = device;
        settings = new Termios(Stat.majorOf(device) != Ptys.MAJOR);
        session = new TerminalSession(this, processes);
        control = new TerminalControl(this, files);
        waiters = output.waiters();
        processed = new TerminalOutput(settings, output);
        lines = new LineBuffer(memory);
        discipline = new LineDiscipline(settings, lines, processed, output);
    }

    /**
     * A new terminal; null without memory.
     *
     * @param device its device number
     */
    static Terminal create(Files files, OutputBuffer output, TerminalProcesses processes, long device) {
        long memory = files.pages().allocate(ORDER);
        return memory == Pages.NONE ? null : new Terminal(files, output, processes, device, memory);
    }

    /** Its other end; to be called once, before anything else. */
    void attach(TerminalLine newLine) {
        line = newLine;
        discipline.attach(newLine);
    }

    /** Whether the caller may do what only who administrates may, tty_ioctl(4). */
    boolean mayAdministrate() {
        Task caller = processes.caller();
        return caller == null || caller.credentials().may(Credentials.CAP_SYS_ADMIN);
    }

    /** Gives the memory back; nobody has it open any more. */
    void release() {
        silence.stop();
        output.release();
        files.pages().releaseRun(memory, 1L << ORDER);
    }

    /** Opens it by a device node; without O_NOCTTY it may become the controlling terminal, open(2). */
    public int open(Inode node, int flags, Path path, boolean mayControl, Ref<FileHandle> out) {
        Task caller = processes.caller();
        if (exclusive && !mayAdministrate()) {
            return -EBUSY;
        }
        out.value = new TerminalHandle(this, node, flags, path);
        if (mayControl && (flags & OpenFlags.O_NOCTTY) == 0 && caller != null) {
            session.claimAtOpen(caller.process(), (flags & OpenFlags.O_ACCMODE) != OpenFlags.O_WRONLY);
        }
        return 0;
    }

    void opened() {
        handles++;
        line.opened(handles);
    }

    void closed() {
        handles--;
        if (handles == 0) {
            exclusive = false;
        }
        line.closed(handles);
    }

    int handles() {
        return handles;
    }

    /** Changes whenever the terminal is hung up: handles from before are dead. */
    int hangUps() {
        return hangUps;
    }

    /** As makedev(3). */
    public long device() {
        return device;
    }

    WaitQueue waiters() {
        return waiters;
    }

    public TerminalSession session() {
        return session;
    }

    /** What is set here cannot be changed in the settings. */
    Termios locked() {
        return locked;
    }

    Termios settings() {
        return settings;
    }

    OutputBuffer output() {
        return output;
    }

    TerminalLine line() {
        return line;
    }

    void setExclusive(boolean on) {
        exclusive = on;
    }

    boolean isExclusive() {
        return exclusive;
    }

    /** Whether a typed byte may come now. */
    boolean accepts() {
        return discipline.accepts();
    }

    /** How many bytes may come before {@link #accepts} has to be asked again; at least 1 when it has said yes. */
    int roomBytes() {
        return Math.max(1, lines.freeBytes() - 2);
    }

    /** Takes in a byte that was typed; {@link #typed()} is to follow the last. */
    void type(int c) {
        int signal = discipline.receive(c);
        if (signal != 0) {
            signalForeground(signal);
            if (!settings.local(Termios.NOFLSH)) {
                line.tell(TerminalLine.FLUSH_READ | TerminalLine.FLUSH_WRITE);
            }
        }
    }

    @ColdPath("once per key that interrupts")
    void signalForeground(int signal) {
        if (session.foreground() != 0) {
            processes.sendToGroup(session.foreground(), signal);
        }
    }

    /** Keys have come. */
    void typed() {
        output.flush();
        restartSilence();
        wakeReaders();
    }

    /** The other end of the line is gone: reading ends. */
    void end() {
        if (!ended) {
            ended = true;
            waiters.wakeAll(Events.IN | Events.HUP);
        }
    }

    boolean hasEnded() {
        return ended;
    }

    /** Everybody who has it open loses it, and the session its terminal, vhangup(2). */
    public void hangUp() {
        hangUps++;
        lines.discard();
        output.discard();
        silence.stop();
        session.hangUp();
        waiters.wakeAll(Events.IN | Events.OUT | Events.ERR | Events.HUP);
    }

    void wakeReaders() {
        if (!waiters.isEmpty() && isReadable()) {
            waiters.wakeAll(ended ? Events.IN | Events.HUP : Events.IN);
        }
    }

    /** read(2), termios(3) "Canonical and noncanonical mode". */
    long read(Transfer target, boolean mayWait) {
        long refusal = session.admit(SignalNumber.SIGTTIN);
        if (refusal != 0) {
            return refusal;
        }
        if (target.remaining() == 0) {
            return 0;
        }
        line.pull();
        if (settings.local(Termios.ICANON)) {
            if (lines.lineBytes() > 0) {
                return after(lines.readLine(target));
            }
            return ended ? 0 : -EAGAIN;
        }
        int least = (int) Math.min(settings.character(Termios.VMIN), target.remaining());
        boolean enough = lines.usedBytes() >= Math.max(least, 1);
        if (enough || lines.usedBytes() > 0 && (silent || ended)) {
            silence.stop();
            return after(lines.readBytes(target));
        }
        return nothing(mayWait);
    }

    private long nothing(boolean mayWait) {
        int tenths = settings.character(Termios.VTIME);
        boolean expired = silent;
        if (ended || expired || settings.character(Termios.VMIN) == 0 && tenths == 0) {
            silence.stop();
            return 0;
        }
        // With VMIN the clock starts at the first byte, without at the call.
        boolean starts = settings.character(Termios.VMIN) == 0 || lines.usedBytes() > 0;
        if (mayWait && tenths > 0 && starts && !silence.isArmed()) {
            files.timers().arm(silence, files.clock().monotonicNs() + tenths * TENTH_NS);
        }
        return -EAGAIN;
    }

    /** There is room again for what was typed meanwhile. */
    private long after(long result) {
        line.hasRoom();
        return result;
    }

    long write(Transfer source) {
        long refusal = settings.local(Termios.TOSTOP) ? session.admit(SignalNumber.SIGTTOU) : 0;
        if (refusal != 0) {
            return refusal;
        }
        long moved = 0;
        while (source.remaining() > 0) {
            long n = settings.output(Termios.OPOST) ? writeProcessed(source) : writeRaw(source);
            if (n <= 0) {
                output.flush();
                return moved > 0 ? moved : n;
            }
            moved += n;
        }
        output.flush();
        return output.error() != 0 ? output.error() : moved;
    }

    private long writeRaw(Transfer source) {
        int length = (int) Math.min(source.remaining(), STAGE_BYTES);
        int reserved = output.reserve(length);
        if (reserved < 0) {
            return reserved;
        }
        long n = source.take(output.appendAddress(), length);
        if (n > 0) {
            output.appended((int) n);
        }
        return n;
    }

    private long writeProcessed(Transfer source) {
        int length = (int) Math.min(source.remaining(), STAGE_BYTES);
        int reserved = output.reserve(processed.roomFor(length));
        if (reserved < 0) {
            return reserved;
        }
        long n = source.take(stage(), length);
        if (n > 0) {
            processed.write(stage(), (int) n);
        }
        return n;
    }

    /** {@link #STAGE_BYTES} of kernel memory for bytes on their way through. */
    long stage() {
        return memory + LineBuffer.CAPACITY_BYTES;
    }

    static int stageBytes() {
        return STAGE_BYTES;
    }

    int readiness() {
        line.pull();
        int events = isReadable() ? Events.IN : 0;
        events |= output.isWritable() ? Events.OUT : 0;
        return ended ? events | Events.HUP : events;
    }

    private boolean isReadable() {
        if (ended) {
            return true;
        }
        if (settings.local(Termios.ICANON)) {
            return lines.lineBytes() > 0;
        }
        int least = settings.character(Termios.VTIME) == 0 ? settings.character(Termios.VMIN) : 1;
        return lines.usedBytes() >= Math.max(least, 1);
    }

    /** FIONREAD: what a read would give now. */
    int readableBytes() {
        line.pull();
        return settings.local(Termios.ICANON) ? lines.lineBytes() : lines.usedBytes();
    }

    /** tty_ioctl(4), asked of the terminal itself. */
    @ColdPath("ioctl(2)")
    long control(int request, long argument, ControlMemory user, boolean readable) {
        return control.control(request, argument, user, false, readable);
    }

    /** tty_ioctl(4), asked of the master of a pseudo-terminal. */
    long controlByMaster(int request, long argument, ControlMemory user) {
        return control.control(request, argument, user, true, true);
    }

    /** The settings have changed, from canonical mode or not. */
    void settingsChanged(boolean wasCanonical) {
        if (!wasCanonical && settings.local(Termios.ICANON)) {
            lines.makeLine();
        }
        if (!settings.input(Termios.IXON)) {
            output.hold(false);
        }
        silence.stop();
        wakeReaders();
    }

    long window() {
        return window;
    }

    void resize(int rows, int columns) {
        setWindow(rows & 0xffff | (columns & 0xffffL) << 16);
    }

    void setWindow(long newWindow) {
        if (newWindow != window) {
            window = newWindow;
            signalForeground(SignalNumber.SIGWINCH);
        }
    }

    /** tcflush(3) TCIFLUSH. */
    void discardInput() {
        line.pull();
        lines.discard();
        line.tell(TerminalLine.FLUSH_READ);
        line.hasRoom();
    }

    /** tcflush(3) TCOFLUSH. */
    void discardOutput() {
        output.discard();
        line.tell(TerminalLine.FLUSH_WRITE);
    }

    /** tcflow(3): holds output back, or lets it go. */
    void hold(boolean on) {
        output.hold(on);
        line.tell(on ? TerminalLine.STOP : TerminalLine.START);
    }

    private void restartSilence() {
        if (silence.isArmed() && settings.character(Termios.VMIN) > 0) {
            files.timers().arm(silence, files.clock().monotonicNs()
                    + settings.character(Termios.VTIME) * TENTH_NS);
        }
    }

    /** VTIME has passed without a byte. */
    private final class Silence extends Timer {
        @Override
        protected void expired(long nowNs) {
            silent = true;
            waiters.wakeAll(Events.IN);
        }

        void stop() {
            silent = false;
            files.timers().cancel(this);
        }
    }
}

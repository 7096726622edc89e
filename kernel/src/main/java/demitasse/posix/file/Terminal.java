package demitasse.posix.file;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOTTY;

import demitasse.alloc.Pages;
import demitasse.base.annotation.ColdPath;
import demitasse.base.collect.Ref;
import demitasse.base.memory.Buffer;
import demitasse.base.memory.Memory;
import demitasse.sched.timer.Timer;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;
import demitasse.vfs.ControlMemory;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Path;
import demitasse.vfs.Transfer;

/**
 * The terminal of the instance: the host's, which is in raw mode, so that everything termios(3) and tty_ioctl(4)
 * promise is done here.
 */
public final class Terminal {
    private static final int SIGWINCH = 28;
    private static final int ORDER = 1;
    private static final int STAGE_BYTES = 2048;
    private static final long TENTH_NS = 100_000_000L;
    private static final int WINDOW_BYTES = 8;

    private final Files files;
    private final ConsoleInput input;
    private final ConsoleOutput output;
    private final GroupSignals signals;
    private final Termios settings = new Termios();
    private final TerminalOutput processed;
    private final LineBuffer lines;
    private final LineDiscipline discipline;
    /** That of the output, so that room and keys wake the same queue. */
    private final WaitQueue waiters;
    private final long stage;
    private final Silence silence = new Silence();
    private boolean silent;
    private boolean hungUp;
    private int rows;
    private int columns;
    private int foreground = 1;
    private int session = 1;

    private Terminal(Files files, ConsoleInput input, ConsoleOutput output, GroupSignals signals, long memory) {
        this.files = files;
        this.input = input;
        this.output = output;
        this.signals = signals;
        this.waiters = output.waiters();
        this.stage = memory + LineBuffer.CAPACITY_BYTES;
        this.processed = new TerminalOutput(settings, output);
        this.lines = new LineBuffer(memory);
        this.discipline = new LineDiscipline(settings, lines, processed, output);
    }

    /** The terminal whose keys come from {@code input}; null without memory. */
    static Terminal create(Files files, ConsoleInput input, ConsoleOutput output, GroupSignals signals) {
        long memory = files.pages().allocate(ORDER);
        return memory == Pages.NONE ? null : new Terminal(files, input, output, signals, memory);
    }

    /** Opens /dev/tty or /dev/console. */
    public int open(Inode node, int flags, Path path, Ref<FileHandle> out) {
        out.value = new TerminalHandle(this, node, flags, path);
        return 0;
    }

    WaitQueue waiters() {
        return waiters;
    }

    /** Takes in what was typed, as far as there is room; signals leave from here even while no program reads. */
    void pull() {
        boolean arrived = false;
        int waiting = input == null ? -EAGAIN : input.fill();
        while (waiting > 0 && discipline.accepts()) {
            int signal = discipline.receive(Memory.getUnsignedByte(input.address()));
            input.consume(1);
            arrived = true;
            if (signal != 0) {
                interruptForeground(signal);
            }
            waiting = input.fill();
        }
        hungUp |= waiting == 0;
        if (arrived) {
            output.flush();
            restartSilence();
        }
        if ((arrived || hungUp) && !waiters.isEmpty() && isReadable()) {
            waiters.wakeAll(hungUp ? Events.IN | Events.HUP : Events.IN);
        }
    }

    @ColdPath("once per key that interrupts")
    private void interruptForeground(int signal) {
        signals.sendToGroup(foreground, signal);
    }

    /** The console has news: keys, room, another size. */
    void interrupt(int newSize) {
        pull();
        output.interrupt();
        if (newSize != 0) {
            resize(newSize >>> 16, newSize & 0xffff);
        }
    }

    /** read(2), termios(3) "Canonical and noncanonical mode". */
    long read(Transfer target, boolean mayWait) {
        if (target.remaining() == 0) {
            return 0;
        }
        pull();
        if (settings.local(Termios.ICANON)) {
            if (lines.lineBytes() > 0) {
                return after(lines.readLine(target));
            }
            return hungUp ? 0 : -EAGAIN;
        }
        int least = (int) Math.min(settings.character(Termios.VMIN), target.remaining());
        boolean enough = lines.usedBytes() >= Math.max(least, 1);
        if (enough || lines.usedBytes() > 0 && (silent || hungUp)) {
            silence.stop();
            return after(lines.readBytes(target));
        }
        return nothing(mayWait);
    }

    private long nothing(boolean mayWait) {
        int tenths = settings.character(Termios.VTIME);
        boolean expired = silent;
        if (hungUp || expired || settings.character(Termios.VMIN) == 0 && tenths == 0) {
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
        pull();
        return result;
    }

    long write(Transfer source) {
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
        long n = source.take(stage, length);
        if (n > 0) {
            processed.write(stage, (int) n);
        }
        return n;
    }

    int readiness() {
        pull();
        int events = isReadable() ? Events.IN : 0;
        events |= output.isWritable() ? Events.OUT : 0;
        return hungUp ? events | Events.HUP : events;
    }

    private boolean isReadable() {
        if (hungUp) {
            return true;
        }
        if (settings.local(Termios.ICANON)) {
            return lines.lineBytes() > 0;
        }
        int least = settings.character(Termios.VTIME) == 0 ? settings.character(Termios.VMIN) : 1;
        return lines.usedBytes() >= Math.max(least, 1);
    }

    /** tty_ioctl(4). */
    long control(int request, long argument, ControlMemory user) {
        Buffer word = files.word();
        if (word == null) {
            return -ENOMEM;
        }
        switch (request) {
            case Ioctls.TCGETS:
                settings.store(word, false);
                return user.copyOut(word.address(), argument, Termios.BYTES);
            case Ioctls.TCGETS2:
                settings.store(word, true);
                return user.copyOut(word.address(), argument, Termios.BYTES2);
            case Ioctls.TCSETS, Ioctls.TCSETSW, Ioctls.TCSETSF:
                return change(request == Ioctls.TCSETSF, false, argument, user, word);
            case Ioctls.TCSETS2, Ioctls.TCSETSW2, Ioctls.TCSETSF2:
                return change(request == Ioctls.TCSETSF2, true, argument, user, word);
            case Ioctls.TIOCGWINSZ:
                word.putLong(0, 0);
                word.putShort(0, rows);
                word.putShort(2, columns);
                return user.copyOut(word.address(), argument, WINDOW_BYTES);
            case Ioctls.TIOCSWINSZ:
                return setWindow(argument, user, word);
            case Ioctls.TCFLSH:
                return flush((int) argument);
            case Ioctls.TCXONC:
                return flow((int) argument);
            case Ioctls.TCSBRK, Ioctls.TCSBRKP:
                output.flush();
                return 0;
            default:
                return jobControl(request, argument, user, word);
        }
    }

    private long jobControl(int request, long argument, ControlMemory user, Buffer word) {
        switch (request) {
            case Ioctls.FIONREAD:
                pull();
                return Ioctls.answerInt(files,
                        settings.local(Termios.ICANON) ? lines.lineBytes() : lines.usedBytes(), argument, user);
            case Ioctls.TIOCOUTQ:
                return Ioctls.answerInt(files, output.pendingBytes(), argument, user);
            case Ioctls.TIOCGPGRP:
                return Ioctls.answerInt(files, foreground, argument, user);
            case Ioctls.TIOCGSID:
                return Ioctls.answerInt(files, session, argument, user);
            case Ioctls.TIOCGETD:
                return Ioctls.answerInt(files, 0, argument, user);
            case Ioctls.TIOCSPGRP:
                int copied = user.copyIn(argument, word.address(), Integer.BYTES);
                if (copied == 0 && word.intAt(0) <= 0) {
                    return -EINVAL;
                }
                foreground = copied == 0 ? word.intAt(0) : foreground;
                return copied;
            case Ioctls.TIOCSCTTY:
                // It is the controlling terminal of the only session already.
                return 0;
            default:
                return -ENOTTY;
        }
    }

    private long change(boolean discards, boolean speeds, long argument, ControlMemory user, Buffer word) {
        int copied = user.copyIn(argument, word.address(), speeds ? Termios.BYTES2 : Termios.BYTES);
        if (copied < 0) {
            return copied;
        }
        output.flush();
        if (discards) {
            lines.discard();
        }
        boolean before = settings.local(Termios.ICANON);
        settings.load(word, speeds);
        if (!before && settings.local(Termios.ICANON)) {
            lines.makeLine();
        }
        silence.stop();
        if (!waiters.isEmpty() && isReadable()) {
            waiters.wakeAll(Events.IN);
        }
        return 0;
    }

    private long setWindow(long argument, ControlMemory user, Buffer word) {
        int copied = user.copyIn(argument, word.address(), WINDOW_BYTES);
        if (copied == 0) {
            resize(word.shortAt(0), word.shortAt(2));
        }
        return copied;
    }

    void resize(int newRows, int newColumns) {
        if (newRows == rows && newColumns == columns) {
            return;
        }
        boolean known = rows != 0;
        rows = newRows;
        columns = newColumns;
        if (known) {
            signals.sendToGroup(foreground, SIGWINCH);
        }
    }

    /** tcflush(3): TCIFLUSH 0, TCOFLUSH 1, TCIOFLUSH 2. */
    private long flush(int queues) {
        if (queues < 0 || queues > 2) {
            return -EINVAL;
        }
        if (queues != 1) {
            pull();
            lines.discard();
        }
        if (queues != 0) {
            output.discard();
        }
        return 0;
    }

    /** tcflow(3): TCOOFF 0, TCOON 1; the input side has nobody to tell. */
    private long flow(int action) {
        if (action < 0 || action > 3) {
            return -EINVAL;
        }
        if (action < 2) {
            output.hold(action == 0);
        }
        return 0;
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

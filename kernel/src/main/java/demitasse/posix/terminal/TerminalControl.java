package demitasse.posix.terminal;

import static demitasse.base.error.Errno.EFAULT;
import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.EIO;
import static demitasse.base.error.Errno.ENOMEM;
import static demitasse.base.error.Errno.ENOTTY;
import static demitasse.base.error.Errno.EPERM;

import demitasse.base.memory.Buffer;
import demitasse.posix.file.Files;
import demitasse.posix.file.Ioctls;
import demitasse.posix.signal.SignalNumber;
import demitasse.vfs.ControlMemory;

/** The requests of tty_ioctl(4). */
final class TerminalControl {
    private static final int WINDOW_BYTES = 8;
    private static final int N_TTY = 0;

    private final Terminal terminal;
    private final Files files;

    TerminalControl(Terminal terminal, Files files) {
        this.terminal = terminal;
        this.files = files;
    }

    /**
     * Answers a request.
     *
     * @param master whether the master of a pseudo-terminal is asked, about its terminal
     * @param readable whether the handle is open for reading
     */
    long control(int request, long argument, ControlMemory user, boolean master, boolean readable) {
        Buffer word = files.word();
        if (word == null) {
            return -ENOMEM;
        }
        switch (request) {
            case Ioctls.TCGETS:
                terminal.settings().store(word, false);
                return user.copyOut(word.address(), argument, Termios.BYTES);
            case Ioctls.TCGETS2:
                terminal.settings().store(word, true);
                return user.copyOut(word.address(), argument, Termios.BYTES2);
            case Ioctls.TCGETA:
                terminal.settings().storeOld(word);
                return user.copyOut(word.address(), argument, Termios.OLD_BYTES);
            case Ioctls.TCSETS, Ioctls.TCSETSW, Ioctls.TCSETSF:
                return change(request == Ioctls.TCSETSF, Termios.BYTES, argument, user, word);
            case Ioctls.TCSETS2, Ioctls.TCSETSW2, Ioctls.TCSETSF2:
                return change(request == Ioctls.TCSETSF2, Termios.BYTES2, argument, user, word);
            case Ioctls.TCSETA, Ioctls.TCSETAW, Ioctls.TCSETAF:
                return change(request == Ioctls.TCSETAF, Termios.OLD_BYTES, argument, user, word);
            case Ioctls.TIOCGLCKTRMIOS:
                terminal.locked().store(word, false);
                return user.copyOut(word.address(), argument, Termios.BYTES);
            case Ioctls.TIOCSLCKTRMIOS:
                return lock(argument, user, word);
            case Ioctls.TIOCGWINSZ:
                word.putLong(0, terminal.window());
                return user.copyOut(word.address(), argument, WINDOW_BYTES);
            case Ioctls.TIOCSWINSZ:
                return setWindow(argument, user, word);
            default:
                return flow(request, argument, user, master, readable);
        }
    }

    private long change(boolean discards, int sizeBytes, long argument, ControlMemory user, Buffer word) {
        long refusal = terminal.session().admit(SignalNumber.SIGTTOU);
        if (refusal != 0) {
            return refusal;
        }
        Termios settings = terminal.settings();
        if (user.copyIn(argument, word.address(), sizeBytes) < 0) {
            return -EFAULT;
        }
        terminal.output().flush();
        if (discards) {
            terminal.discardInput();
        }
        boolean canonical = settings.local(Termios.ICANON);
        boolean stops = settings.stopsByKeys();
        Termios before = Termios.nothing();
        before.copyFrom(settings);
        if (sizeBytes == Termios.OLD_BYTES) {
            settings.loadOld(word);
        } else {
            settings.load(word, sizeBytes == Termios.BYTES2);
        }
        settings.keepLocked(before, terminal.locked());
        terminal.settingsChanged(canonical);
        if (stops != settings.stopsByKeys()) {
            terminal.line().tell(stops ? TerminalLine.NO_STOP : TerminalLine.DO_STOP);
        }
        return 0;
    }

    /** From now on nobody changes these settings, tty_ioctl(4). */
    private long lock(long argument, ControlMemory user, Buffer word) {
        if (!terminal.mayAdministrate()) {
            return -EPERM;
        }
        if (user.copyIn(argument, word.address(), Termios.BYTES) < 0) {
            return -EFAULT;
        }
        terminal.locked().load(word, false);
        return 0;
    }

    private long setWindow(long argument, ControlMemory user, Buffer word) {
        if (user.copyIn(argument, word.address(), WINDOW_BYTES) < 0) {
            return -EFAULT;
        }
        terminal.setWindow(word.longAt(0));
        return 0;
    }

    /** Requests about the flow of bytes; background groups may not make them. */
    private long flow(int request, long argument, ControlMemory user, boolean master, boolean readable) {
        switch (request) {
            case Ioctls.TCFLSH, Ioctls.TCXONC, Ioctls.TCSBRK, Ioctls.TCSBRKP, Ioctls.TIOCSETD:
                long refusal = terminal.session().admit(SignalNumber.SIGTTOU);
                return refusal != 0 ? refusal : changeFlow(request, argument, user);
            case Ioctls.FIONREAD:
                return Ioctls.answerInt(files, terminal.readableBytes(), argument, user);
            case Ioctls.TIOCOUTQ:
                return Ioctls.answerInt(files, terminal.output().pendingBytes(), argument, user);
            case Ioctls.TIOCGETD:
                return Ioctls.answerInt(files, N_TTY, argument, user);
            case Ioctls.TIOCEXCL, Ioctls.TIOCNXCL:
                terminal.setExclusive(request == Ioctls.TIOCEXCL);
                return 0;
            case Ioctls.TIOCGEXCL:
                return Ioctls.answerInt(files, terminal.isExclusive() ? 1 : 0, argument, user);
            case Ioctls.TIOCSTI:
                // Typing for others is how containers were left; Linux refuses it too, dev.tty.legacy_tiocsti=0.
                return -EIO;
            default:
                return jobControl(request, argument, user, master, readable);
        }
    }

    private long changeFlow(int request, long argument, ControlMemory user) {
        switch (request) {
            case Ioctls.TCFLSH:
                return discard(argument);
            case Ioctls.TCXONC:
                return hold(argument);
            case Ioctls.TIOCSETD:
                Buffer word = files.word();
                if (user.copyIn(argument, word.address(), Integer.BYTES) < 0) {
                    return -EFAULT;
                }
                return word.intAt(0) == N_TTY ? 0 : -EINVAL;
            default:
                // A break is for serial lines; what is left of the request is to wait for the output.
                terminal.output().flush();
                return 0;
        }
    }

    /** tcflush(3): TCIFLUSH 0, TCOFLUSH 1, TCIOFLUSH 2. */
    private long discard(long queues) {
        if (queues < 0 || queues > 2) {
            return -EINVAL;
        }
        if (queues != 1) {
            terminal.discardInput();
        }
        if (queues != 0) {
            terminal.discardOutput();
        }
        return 0;
    }

    /** tcflow(3): TCOOFF 0, TCOON 1, TCIOFF 2, TCION 3; the latter two send a key to the other end. */
    private long hold(long action) {
        if (action < 0 || action > 3) {
            return -EINVAL;
        }
        if (action < 2) {
            terminal.hold(action == 0);
            return 0;
        }
        int key = terminal.settings().character(action == 2 ? Termios.VSTOP : Termios.VSTART);
        if (key != 0 && terminal.output().reserve(1) == 0) {
            terminal.output().append(key);
            terminal.output().flush();
        }
        return 0;
    }

    private long jobControl(int request, long argument, ControlMemory user, boolean master, boolean readable) {
        TerminalSession session = terminal.session();
        switch (request) {
            case Ioctls.TIOCGPGRP:
                return !session.concerns(master) ? -ENOTTY
                        : Ioctls.answerInt(files, session.toCaller(session.foreground()), argument, user);
            case Ioctls.TIOCGSID:
                return !session.concerns(master) || session.session() == 0 ? -ENOTTY
                        : Ioctls.answerInt(files, session.toCaller(session.session()), argument, user);
            case Ioctls.TIOCSPGRP:
                return setForeground(argument, user);
            case Ioctls.TIOCSCTTY:
                return session.claim(argument == 1, readable);
            case Ioctls.TIOCNOTTY:
                return session.giveUp();
            default:
                return -ENOTTY;
        }
    }

    private long setForeground(long argument, ControlMemory user) {
        long refusal = terminal.session().admit(SignalNumber.SIGTTOU);
        if (refusal != 0) {
            return refusal == -EIO ? -ENOTTY : refusal;
        }
        Buffer word = files.word();
        if (user.copyIn(argument, word.address(), Integer.BYTES) < 0) {
            return -EFAULT;
        }
        return terminal.session().setForeground(word.intAt(0));
    }
}

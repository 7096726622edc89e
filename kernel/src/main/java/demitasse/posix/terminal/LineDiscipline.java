package demitasse.posix.terminal;

import demitasse.base.annotation.ColdPath;

/**
 * What a terminal makes of the bytes that are typed, termios(3): signals, line editing and echo, as Linux's N_TTY
 * does it.
 */
final class LineDiscipline {
    static final int SIGINT = 2;
    static final int SIGQUIT = 3;
    static final int SIGTSTP = 20;
    private static final int BELL = 7;
    private static final int DELETE = 127;
    private static final int TAB_COLUMNS = 8;

    private final Termios settings;
    private final LineBuffer lines;
    private final TerminalOutput echo;
    private final OutputBuffer out;
    private TerminalLine line;
    private boolean literalNext;
    /** The column in which the edited line began, to erase tabs. */
    private int startColumn;

    LineDiscipline(Termios settings, LineBuffer lines, TerminalOutput echo, OutputBuffer out) {
        this.settings = settings;
        this.lines = lines;
        this.echo = echo;
        this.out = out;
    }

    /** Who is to be told when output stops and starts. */
    void attach(TerminalLine newLine) {
        line = newLine;
    }

    /** Whether another byte may come now; otherwise it waits until a program has read. */
    boolean accepts() {
        if (settings.local(Termios.ICANON)) {
            return lines.freeBytes() > 1 || lines.lineBytes() == 0;
        }
        return lines.freeBytes() > 1;
    }

    /**
     * Takes a typed byte.
     *
     * @return the signal that it asks for, or 0
     */
    @ColdPath("somebody types")
    int receive(int typed) {
        int c = settings.input(Termios.ISTRIP) ? typed & 0x7f : typed;
        if (settings.input(Termios.IUCLC) && settings.local(Termios.IEXTEN) && c >= 'A' && c <= 'Z') {
            c += 'a' - 'A';
        }
        if (lines.editedBytes() == 0) {
            startColumn = echo.column();
        }
        if (literalNext) {
            literalNext = false;
            store(c);
            return 0;
        }
        if (settings.input(Termios.IXON) && flowControl(c)) {
            return 0;
        }
        if (settings.local(Termios.ISIG)) {
            int signal = signalOf(c);
            if (signal != 0) {
                interrupted(c);
                return signal;
            }
        }
        if (c == '\r') {
            if (settings.input(Termios.IGNCR)) {
                return 0;
            }
            c = settings.input(Termios.ICRNL) ? '\n' : c;
        } else if (c == '\n' && settings.input(Termios.INLCR)) {
            c = '\r';
        }
        if (!settings.local(Termios.ICANON) || !edit(c)) {
            store(c);
        }
        return 0;
    }

    private boolean flowControl(int c) {
        if (settings.input(Termios.IXANY) && out.isHeld() && !settings.is(Termios.VSTOP, c)) {
            // Any key starts output again; unless it is the start key, it is a key like others beside.
            hold(false);
            return settings.is(Termios.VSTART, c);
        }
        if (settings.is(Termios.VSTOP, c)) {
            hold(true);
            return true;
        }
        if (settings.is(Termios.VSTART, c)) {
            hold(false);
            return true;
        }
        return false;
    }

    private void hold(boolean on) {
        if (on != out.isHeld()) {
            out.hold(on);
            if (line != null) {
                line.tell(on ? TerminalLine.STOP : TerminalLine.START);
            }
        }
    }

    private int signalOf(int c) {
        if (settings.is(Termios.VINTR, c)) {
            return SIGINT;
        }
        if (settings.is(Termios.VQUIT, c)) {
            return SIGQUIT;
        }
        return settings.is(Termios.VSUSP, c) ? SIGTSTP : 0;
    }

    private void interrupted(int c) {
        if (!settings.local(Termios.NOFLSH)) {
            lines.discard();
            out.discard();
        }
        hold(false);
        if (settings.local(Termios.ECHO)) {
            echoByte(c);
        }
    }

    /** Handles the characters that edit and end lines; false for all others. */
    @ColdPath("somebody types")
    private boolean edit(int c) {
        boolean extended = settings.local(Termios.IEXTEN);
        if (settings.is(Termios.VERASE, c)) {
            erase(c);
        } else if (settings.is(Termios.VKILL, c)) {
            kill(c);
        } else if (extended && settings.is(Termios.VWERASE, c)) {
            eraseWord();
        } else if (extended && settings.is(Termios.VLNEXT, c)) {
            literalNext = true;
            if (settings.local(Termios.ECHO) && settings.local(Termios.ECHOCTL)) {
                echo.put('^');
                echo.put('\b');
            }
        } else if (extended && settings.local(Termios.ECHO) && settings.is(Termios.VREPRINT, c)) {
            reprint(c);
        } else if (c == '\n') {
            if (settings.local(Termios.ECHO) || settings.local(Termios.ECHONL)) {
                echo.put('\n');
            }
            lines.addLineEnd(c);
        } else if (settings.is(Termios.VEOF, c)) {
            lines.addEndOfFile();
        } else if (settings.is(Termios.VEOL, c) || extended && settings.is(Termios.VEOL2, c)) {
            if (settings.local(Termios.ECHO)) {
                echoByte(c);
            }
            lines.addLineEnd(c);
        } else {
            return false;
        }
        return true;
    }

    private void store(int c) {
        // One place is kept for the byte that ends the line.
        if (lines.freeBytes() <= 1) {
            if (settings.input(Termios.IMAXBEL)) {
                echo.put(BELL);
            }
            return;
        }
        if (settings.local(Termios.ECHO)) {
            echoByte(c);
        }
        lines.add(c);
    }

    private void echoByte(int c) {
        if (settings.local(Termios.ECHOCTL) && isCaret(c)) {
            echo.put('^');
            echo.put(c ^ 0x40);
        } else {
            echo.put(c);
        }
    }

    /** Shown as two columns, such as ^C; a tab and a newline are not. */
    private static boolean isCaret(int c) {
        return c < ' ' && c != '\t' && c != '\n' || c == DELETE;
    }

    private void erase(int eraser) {
        if (lines.editedBytes() == 0) {
            return;
        }
        boolean echoes = settings.local(Termios.ECHO);
        if (echoes && !settings.local(Termios.ECHOE)) {
            eraseCharacter(false);
            echoByte(eraser);
        } else {
            eraseCharacter(echoes);
        }
    }

    private void kill(int killer) {
        boolean visibly = settings.local(Termios.ECHO) && settings.local(Termios.ECHOK)
                && settings.local(Termios.ECHOKE) && settings.local(Termios.ECHOE);
        while (lines.editedBytes() > 0) {
            eraseCharacter(visibly);
        }
        if (settings.local(Termios.ECHO) && !visibly) {
            echoByte(killer);
            if (settings.local(Termios.ECHOK)) {
                echo.put('\n');
            }
        }
    }

    private void eraseWord() {
        boolean inWord = false;
        while (lines.editedBytes() > 0) {
            boolean letter = isLetter(lines.edited(lines.editedBytes() - 1));
            if (inWord && !letter) {
                return;
            }
            inWord |= letter;
            eraseCharacter(settings.local(Termios.ECHO));
        }
    }

    private static boolean isLetter(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80;
    }

    /** Takes the last character back, all bytes of it, and wipes it from the screen if asked. */
    private void eraseCharacter(boolean visibly) {
        int before = visibly ? lineColumn() : 0;
        int c;
        do {
            c = lines.edited(lines.editedBytes() - 1);
            lines.eraseLast();
        } while (settings.input(Termios.IUTF8) && (c & 0xc0) == 0x80 && lines.editedBytes() > 0);
        if (!visibly) {
            return;
        }
        int columns = before - lineColumn();
        for (int i = 0; i < columns; i++) {
            echo.put('\b');
            if (c != '\t') {
                echo.put(' ');
                echo.put('\b');
            }
        }
    }

    /** The column after the edited line as it was echoed. */
    private int lineColumn() {
        int column = startColumn;
        for (int i = 0; i < lines.editedBytes(); i++) {
            int c = lines.edited(i);
            if (c == '\t') {
                column += TAB_COLUMNS - column % TAB_COLUMNS;
            } else if (isCaret(c)) {
                column += settings.local(Termios.ECHOCTL) ? 2 : 0;
            } else if (!settings.input(Termios.IUTF8) || (c & 0xc0) != 0x80) {
                column++;
            }
        }
        return column;
    }

    private void reprint(int c) {
        echoByte(c);
        echo.put('\n');
        startColumn = 0;
        for (int i = 0; i < lines.editedBytes(); i++) {
            echoByte(lines.edited(i));
        }
    }
}

package demitasse.posix.terminal;

import demitasse.base.memory.Memory;

/** What a terminal does to output on its way, termios(3) c_oflag, and the column that it leads to. */
final class TerminalOutput {
    private static final int TAB_COLUMNS = 8;

    private final Termios settings;
    private final OutputBuffer out;
    private int column;

    TerminalOutput(Termios settings, OutputBuffer out) {
        this.settings = settings;
        this.out = out;
    }

    int column() {
        return column;
    }

    /** How many bytes a processed text may grow to. */
    int roomFor(int lengthBytes) {
        return settings.expandsTabs() ? lengthBytes * TAB_COLUMNS : lengthBytes * 2;
    }

    /** Processes and queues kernel memory; the caller has reserved {@link #roomFor} it. */
    void write(long address, int lengthBytes) {
        int from = 0;
        boolean raises = settings.output(Termios.OLCUC);
        for (int i = 0; i < lengthBytes; i++) {
            int c = Memory.getUnsignedByte(address + i);
            if (c >= ' ' && c != 127 && !(raises && c >= 'a' && c <= 'z')) {
                // A byte that continues a UTF-8 character takes no column of its own.
                column += settings.input(Termios.IUTF8) && (c & 0xc0) == 0x80 ? 0 : 1;
            } else {
                copy(address + from, i - from);
                process(c);
                from = i + 1;
            }
        }
        copy(address + from, lengthBytes - from);
    }

    /** Queues one byte, processed; without room it is lost, as an echo may be. */
    void put(int c) {
        if (out.reserve(TAB_COLUMNS) != 0) {
            return;
        }
        if (!settings.output(Termios.OPOST)) {
            out.append(c);
        } else if (c >= ' ' && c != 127 && !(settings.output(Termios.OLCUC) && c >= 'a' && c <= 'z')) {
            column += settings.input(Termios.IUTF8) && (c & 0xc0) == 0x80 ? 0 : 1;
            out.append(c);
        } else {
            process(c);
        }
    }

    private void copy(long address, int lengthBytes) {
        if (lengthBytes > 0) {
            Memory.copy(address, out.appendAddress(), lengthBytes);
            out.appended(lengthBytes);
        }
    }

    private void process(int c) {
        switch (c) {
            case '\n':
                if (settings.output(Termios.ONLRET)) {
                    column = 0;
                }
                if (settings.output(Termios.ONLCR)) {
                    out.append('\r');
                    column = 0;
                }
                out.append('\n');
                break;
            case '\r':
                carriageReturn();
                break;
            case '\t':
                tab();
                break;
            case '\b':
                column = Math.max(0, column - 1);
                out.append(c);
                break;
            default:
                if (c >= 'a' && c <= 'z') {
                    // Only with OLCUC do letters come here.
                    column++;
                    out.append(c - 'a' + 'A');
                } else {
                    out.append(c);
                }
        }
    }

    private void carriageReturn() {
        if (settings.output(Termios.ONOCR) && column == 0) {
            return;
        }
        if (settings.output(Termios.OCRNL)) {
            out.append('\n');
            column = settings.output(Termios.ONLRET) ? 0 : column;
        } else {
            out.append('\r');
            column = 0;
        }
    }

    private void tab() {
        int spaces = TAB_COLUMNS - column % TAB_COLUMNS;
        column += spaces;
        if (!settings.expandsTabs()) {
            out.append('\t');
            return;
        }
        for (int i = 0; i < spaces; i++) {
            out.append(' ');
        }
    }
}

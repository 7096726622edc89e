package demitasse.posix.terminal;

/** The other end of a terminal, as the terminal sees it: the host, or the master of a pseudo-terminal. */
interface TerminalLine {
    /** TIOCPKT_* of tty_ioctl(4): what a master in packet mode is told. */
    int FLUSH_READ = 1;
    int FLUSH_WRITE = 2;
    int STOP = 4;
    int START = 8;
    int NO_STOP = 16;
    int DO_STOP = 32;

    /** Types what waits into the terminal, {@link Terminal#type}, as far as it accepts it. */
    void pull();

    /** The terminal accepts input again. */
    void hasRoom();

    /** Something happened that is not data: bits of the constants here. */
    void tell(int status);

    /** A handle more, or one less, stands for the terminal; {@code count} of them are left. */
    void opened(int count);

    void closed(int count);
}

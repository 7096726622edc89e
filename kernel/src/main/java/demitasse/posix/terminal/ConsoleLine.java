package demitasse.posix.terminal;

import static demitasse.base.error.Errno.EAGAIN;

import demitasse.base.memory.Memory;

/** The other end of the console's terminal: the host. */
final class ConsoleLine implements TerminalLine {
    private final Terminal terminal;
    private final ConsoleInput input;

    /** @param input where keys come from; null when the host's standard input is no terminal */
    ConsoleLine(Terminal terminal, ConsoleInput input) {
        this.terminal = terminal;
        this.input = input;
    }

    /** Signals leave from here even while no program reads. */
    @Override
    public void pull() {
        boolean arrived = false;
        int waiting = input == null ? -EAGAIN : input.fill();
        while (waiting > 0 && terminal.accepts()) {
            int c = Memory.getUnsignedByte(input.address());
            input.consume(1);
            terminal.type(c);
            arrived = true;
            waiting = input.fill();
        }
        if (arrived) {
            terminal.typed();
        }
        if (waiting == 0) {
            terminal.end();
        }
    }

    @Override
    public void hasRoom() {
        pull();
    }

    @Override
    public void tell(int status) {
    }

    @Override
    public void opened(int count) {
    }

    /** The console outlives all who have it open. */
    @Override
    public void closed(int count) {
    }
}

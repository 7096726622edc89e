package demitasse.posix.terminal;

import static demitasse.base.error.Errno.ENXIO;

import demitasse.base.collect.Ref;
import demitasse.machine.Console;
import demitasse.posix.file.Files;
import demitasse.posix.task.Processes;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Path;
import demitasse.vfs.Stat;

/**
 * The platform's console as files: for each standard stream either a pipe to the outside or the terminal. Boot makes
 * one, passes it the console interrupts, and drains it before the instance ends.
 */
public final class ConsoleFiles {
    private static final int STREAMS = 3;
    /** /dev/console. */
    private static final long DEVICE = Stat.deviceOf(5, 1);

    private final Files files;
    private final Console console;
    private final int terminalStreams;
    private final ConsoleInput input;
    private final ConsoleOutput output;
    private final ConsoleOutput errors;
    private final Terminal terminal;

    /** @param terminalStreams bit n: stream n of the host is the terminal (the kernel command line's tty=) */
    public ConsoleFiles(Files files, Console console, int terminalStreams, TerminalProcesses processes) {
        this.files = files;
        this.console = console;
        this.terminalStreams = terminalStreams;
        input = new ConsoleInput(console, files.pages());
        output = new ConsoleOutput(console, Console.STDOUT, files.pages());
        errors = new ConsoleOutput(console, Console.STDERR, files.pages());
        terminal = terminalStreams == 0 ? null : openTerminal(processes);
        if (terminal != null) {
            resize(console.size());
        }
    }

    /** Opens /dev/console. */
    public int openTerminal(Inode node, int flags, Path path, Ref<FileHandle> out) {
        return terminal == null ? -ENXIO : terminal.open(node, flags, path, false, out);
    }

    /** The terminal; null where no stream of the host is one, or without memory. */
    public Terminal terminal() {
        return terminal;
    }

    public boolean isTerminal(int stream) {
        return terminal != null && (terminalStreams & 1 << stream) != 0;
    }

    /** A standard stream that is not the terminal, with one reference that the caller owns. */
    public FileHandle stream(int stream) {
        assert stream >= 0 && stream < STREAMS;
        if (stream == Console.STDIN) {
            return ConsoleStream.reading(files, input);
        }
        return ConsoleStream.writing(files, stream == Console.STDOUT ? output : errors);
    }

    /** {@link demitasse.machine.Platform#CONSOLE} was raised. */
    public void interrupt() {
        if (!isTerminal(Console.STDIN)) {
            input.interrupt();
        }
        if (terminal != null) {
            terminal.line().pull();
            resize(console.size());
        }
        output.interrupt();
        errors.interrupt();
    }

    /** The terminal is that of another session, whose leader is in the foreground. */
    public void begin(int session) {
        if (terminal != null) {
            terminal.session().begin(session);
        }
    }

    /** Hands out what is left; true when all of it has gone (or its reader has). */
    public boolean drain() {
        output.hold(false);
        errors.hold(false);
        output.flush();
        errors.flush();
        return output.pendingBytes() == 0 && errors.pendingBytes() == 0;
    }

    private Terminal openTerminal(TerminalProcesses processes) {
        boolean typed = (terminalStreams & 1 << Console.STDIN) != 0;
        boolean shown = (terminalStreams & 1 << Console.STDOUT) != 0;
        Terminal opened = Terminal.create(files, shown ? output : errors, processes, DEVICE);
        if (opened != null) {
            opened.attach(new ConsoleLine(opened, typed ? input : null));
            opened.session().begin(Processes.INIT);
        }
        return opened;
    }

    private void resize(int size) {
        if (size != 0) {
            terminal.resize(size >>> 16, size & 0xffff);
        }
    }
}

package demitasse.posix.terminal;

import demitasse.alloc.Pages;
import demitasse.machine.Console;

/** The way out to one stream of the platform's console. */
final class ConsoleOutput extends OutputBuffer {
    private final Console console;
    private final int stream;

    /** @param stream {@link Console#STDOUT} or {@link Console#STDERR} */
    ConsoleOutput(Console console, int stream, Pages pages) {
        super(pages);
        this.console = console;
        this.stream = stream;
    }

    @Override
    protected int send(long from, int lengthBytes) {
        return console.write(stream, from, lengthBytes);
    }
}

package demitasse.boot;

import demitasse.alloc.Allocator;
import demitasse.base.memory.Text;
import demitasse.machine.Console;
import demitasse.vfs.Name;

/** Why an instance does not start: one sentence on standard error. */
final class Complaint {
    private static final int LINE_BYTES = 512;

    private final Console console;
    private final long buffer;
    private final Text text = new Text();
    private boolean onTerminal;

    Complaint(Console console, Allocator allocator) {
        this.console = console;
        buffer = allocator.allocate(LINE_BYTES, 8);
    }

    /** False when there is not even memory for a sentence. */
    boolean isReady() {
        return buffer != Allocator.NONE;
    }

    /** Standard error is a terminal, which demi has made raw. */
    void setOnTerminal(boolean isTerminal) {
        onTerminal = isTerminal;
    }

    /** "demitasse: NAME: reason", with the name left out if null. */
    void say(Name name, String reason) {
        begin(name);
        text.add(reason);
        end();
    }

    /** "demitasse: NAME: before WHAT after". */
    void say(Name name, String before, Text what, String after) {
        begin(name);
        text.add(before).bytes(what.address(), what.length()).add(after);
        end();
    }

    private void begin(Name name) {
        text.set(buffer, LINE_BYTES - 1);
        text.add("demitasse: ");
        if (name != null) {
            text.bytes(name.address(), Math.min(name.length(), LINE_BYTES / 2)).add(": ");
        }
    }

    private void end() {
        text.add(onTerminal ? "\r\n" : "\n");
        int written = 0;
        while (written < text.length()) {
            int n = console.write(Console.STDERR, buffer + written, text.length() - written);
            if (n <= 0) {
                return;
            }
            written += n;
        }
    }
}

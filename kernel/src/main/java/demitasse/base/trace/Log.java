package demitasse.base.trace;

import demitasse.base.memory.Text;

/**
 * The kernel's log: one line at a time, without allocation. The only static state of the kernel, so that any place can
 * speak up; boot installs where lines go.
 *
 * <pre>{@code Log.at(Log.WARN).text("no handler for system call ").number(n).end(); }</pre>
 */
public final class Log {
    public static final int ERROR = 0;
    public static final int WARN = 1;
    public static final int INFO = 2;
    public static final int DEBUG = 3;

    /** Longer lines are cut. */
    public static final int LINE_BYTES = 512;

    /** Where lines go. */
    public interface Sink {
        /** A whole line with its newline, in kernel memory. */
        void log(long address, int lengthBytes);
    }

    private static final Line LINE = new Line();

    private Log() {
    }

    /**
     * Starts the log.
     *
     * @param buffer {@link #LINE_BYTES} bytes of kernel memory, kept
     */
    public static void install(Sink sink, long buffer, int level) {
        LINE.sink = sink;
        LINE.buffer = buffer;
        LINE.threshold = level;
    }

    /** Forgets the sink; for tests. */
    public static void uninstall() {
        LINE.sink = null;
    }

    /** Whether lines of a level are written: to be asked before costly arguments. */
    public static boolean isOn(int level) {
        return LINE.sink != null && level <= LINE.threshold;
    }

    /** Begins a line; {@link Line#end} writes it. A line of a level that is off costs its calls only. */
    public static Line at(int level) {
        LINE.begin(level);
        return LINE;
    }

    /** A line in the making. */
    public static final class Line {
        private final Text text = new Text();
        private Sink sink;
        private long buffer;
        private int threshold;
        private boolean on;

        private void begin(int level) {
            on = sink != null && level <= threshold;
            if (on) {
                text.set(buffer, LINE_BYTES - 1);
                text.add(level == ERROR ? "demitasse: error: "
                        : level == WARN ? "demitasse: warning: " : "demitasse: ");
            }
        }

        public Line text(String ascii) {
            if (on) {
                text.add(ascii);
            }
            return this;
        }

        public Line number(long value) {
            if (on) {
                text.number(value);
            }
            return this;
        }

        public Line hex(long value) {
            if (on) {
                text.add("0x").hex(value, 1);
            }
            return this;
        }

        public Line character(int character) {
            if (on) {
                text.character(character);
            }
            return this;
        }

        /** Bytes of kernel memory, such as a name. */
        public Line bytes(long address, int lengthBytes) {
            if (on) {
                text.bytes(address, lengthBytes);
            }
            return this;
        }

        public void end() {
            if (on) {
                int length = text.length();
                text.set(buffer + length, LINE_BYTES - length).newline();
                sink.log(buffer, length + 1);
            }
        }
    }
}

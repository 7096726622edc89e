package demitasse.machine;

/**
 * The standard streams of the instance and its log. Nothing blocks for long; user-visible streams lose nothing, the log
 * may.
 */
public interface Console {
    int STDIN = 0;
    int STDOUT = 1;
    int STDERR = 2;

    /**
     * Writes kernel memory to {@link #STDOUT} or {@link #STDERR}.
     *
     * @return the bytes taken, at least one; -EAGAIN when full ({@link Platform#CONSOLE} tells when to try again);
     *         -EPIPE or -EIO when the other side is gone
     */
    int write(int stream, long address, int lengthBytes);

    /**
     * Reads standard input.
     *
     * @return the bytes read; 0 at the end of the stream; -EAGAIN when there are none now
     */
    int read(long address, int lengthBytes);

    /** The terminal's rows &lt;&lt; 16 | columns, or 0 where nobody told. */
    int size();

    /** The kernel's log, best effort. */
    void log(long address, int lengthBytes);

    /** The stream of strace; the log where none was asked for. */
    void trace(long address, int lengthBytes);
}

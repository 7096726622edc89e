package demitasse.posix.terminal;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Pages;
import demitasse.machine.Console;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;

/** The way in from the platform's console: one buffer that is asked for again when it is empty. */
public final class ConsoleInput {
    /** 64 KB where memory is not in pieces: a script or a dump that is piped in costs few calls of the host. */
    private static final int ORDER_MAX = 4;

    private final Console console;
    private final Pages pages;
    private final WaitQueue waiters = new WaitQueue();
    private long buffer;
    private int capacityBytes;
    private int start;
    private int end;
    private boolean ended;

    public ConsoleInput(Console console, Pages pages) {
        this.console = console;
        this.pages = pages;
    }

    public WaitQueue waiters() {
        return waiters;
    }

    /** Where the bytes stand that {@link #fill} counted. */
    public long address() {
        return buffer + start;
    }

    public void consume(int bytes) {
        assert bytes <= end - start;
        start += bytes;
    }

    /** How many bytes wait; 0 at the end of the stream; -EAGAIN when there are none now; -ENOMEM. */
    public int fill() {
        if (start < end) {
            return end - start;
        }
        if (ended) {
            return 0;
        }
        if (buffer == Pages.NONE && !allocateBuffer()) {
            return -ENOMEM;
        }
        int n = console.read(buffer, capacityBytes);
        if (n == -EAGAIN) {
            return n;
        }
        start = 0;
        end = Math.max(n, 0);
        // A stream that fails has nothing more to say either.
        ended = n <= 0;
        return end;
    }

    private boolean allocateBuffer() {
        for (int order = ORDER_MAX; order >= 0 && buffer == Pages.NONE; order--) {
            buffer = pages.allocate(order);
            capacityBytes = Pages.PAGE_BYTES << order;
        }
        return buffer != Pages.NONE;
    }

    /** The host may have more. */
    public void interrupt() {
        if (!waiters.isEmpty() && fill() >= 0) {
            waiters.wakeAll(ended ? Events.IN | Events.HUP : Events.IN);
        }
    }
}

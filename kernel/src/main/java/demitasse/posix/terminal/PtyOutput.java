package demitasse.posix.terminal;

import static demitasse.base.error.Errno.EAGAIN;

import demitasse.alloc.Pages;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.WaitQueue;

/** What a pseudo-terminal shows, until its master reads it. */
final class PtyOutput extends OutputBuffer {
    private final WaitQueue readers;

    /** @param readers the queue of the master */
    PtyOutput(Pages pages, WaitQueue readers) {
        super(pages);
        this.readers = readers;
    }

    /** Takes nothing: the master fetches the bytes when it wants. */
    @Override
    protected int send(long from, int lengthBytes) {
        if (!readers.isEmpty()) {
            readers.wakeAll(Events.IN);
        }
        return -EAGAIN;
    }
}

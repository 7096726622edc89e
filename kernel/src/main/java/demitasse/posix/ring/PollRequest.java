package demitasse.posix.ring;

import static demitasse.base.error.Errno.EBADF;

import demitasse.posix.task.Task;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.Waiter;
import demitasse.vfs.FileHandle;

/** IORING_OP_POLL_ADD: completes when a file is ready, once or again and again. */
public final class PollRequest extends RingRequest {
    private final int fd;
    private int asked;
    private boolean repeats;
    private FileHandle file;
    private final Readiness readiness = new Readiness();

    public PollRequest(Ring ring, Task task, long userData, int flags, int fd, int asked, boolean repeats) {
        super(ring, task, userData, flags);
        this.fd = fd;
        this.asked = asked;
        this.repeats = repeats;
    }

    /** IORING_POLL_UPDATE_EVENTS; it looks anew. */
    public void update(int newAsked, boolean newRepeats) {
        asked = newAsked;
        repeats = newRepeats;
        readiness.withdraw();
        look();
    }

    @Override
    public int kind() {
        return KIND_POLL;
    }

    @Override
    FileHandle file() {
        return file;
    }

    /** What waits for a ring does not: rings that wait for each other would never go. */
    @Override
    protected boolean outlivesTask() {
        return !(file instanceof Ring);
    }

    @Override
    void start() {
        FileHandle found = (flags() & FIXED_FILE) != 0 ? ring().registered().at(fd) : task().process().files().at(fd);
        if (found == null || found.isPathOnly()) {
            complete(-EBADF, 0);
            return;
        }
        found.retain();
        file = found;
        look();
    }

    @Override
    protected void run() {
        if (!readiness.isQueued()) {
            look();
        }
    }

    private void look() {
        int seen = Events.seen(file.readiness(), asked);
        if (seen == 0 || repeats) {
            file.waiters().add(readiness, Events.interest(asked));
        }
        if (seen == 0) {
            return;
        }
        if (repeats && !ring().isFull()) {
            ring().post(userData(), seen, MORE);
        } else {
            withdraw();
            complete(seen, 0);
        }
    }

    @Override
    void withdraw() {
        readiness.withdraw();
        FileHandle old = file;
        file = null;
        if (old != null) {
            ring().letGo(old);
        }
    }

    private final class Readiness extends Waiter {
        @Override
        protected void ready(int events) {
            wake();
        }
    }
}

package demitasse.posix.aio;

import demitasse.posix.file.EventFile;
import demitasse.posix.task.Task;
import demitasse.sched.wait.Events;
import demitasse.sched.wait.Waiter;
import demitasse.vfs.FileHandle;

/** IOCB_CMD_POLL: ends when a file is ready. */
public final class AioPoll extends AioRequest {
    private final FileHandle file;
    private final int asked;
    private final Readiness readiness = new Readiness();

    public AioPoll(Task task, AioContext context, long block, long data, EventFile events, FileHandle file, int asked) {
        super(task, context, block, data, events);
        this.file = file;
        this.asked = asked;
        file.retain();
    }

    @Override
    void start() {
        run();
    }

    @Override
    protected void run() {
        if (readiness.isQueued()) {
            return;
        }
        int seen = Events.seen(file.readiness(), asked);
        if (seen == 0) {
            file.waiters().add(readiness, Events.interest(asked));
        } else {
            withdraw();
            complete(seen);
        }
    }

    @Override
    void withdraw() {
        readiness.withdraw();
        file.release();
    }

    private final class Readiness extends Waiter {
        @Override
        protected void ready(int events) {
            wake();
        }
    }
}

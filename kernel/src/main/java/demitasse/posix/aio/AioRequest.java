package demitasse.posix.aio;

import static demitasse.base.error.Errno.ECANCELED;

import demitasse.posix.file.EventFile;
import demitasse.posix.task.DetachedWork;
import demitasse.posix.task.Task;

/** One control block of io_submit(2), from its submission until its event is fetched. */
public abstract class AioRequest extends DetachedWork {
    private final AioContext context;
    private final long block;
    private final long data;
    private EventFile events;
    private long result;
    AioRequest next;

    /**
     * @param block the address of the struct iocb
     * @param data what the program wants back
     * @param events what is told of the end, retained here; null for nothing
     */
    protected AioRequest(Task task, AioContext context, long block, long data, EventFile events) {
        super(task);
        this.context = context;
        this.block = block;
        this.data = data;
        this.events = events;
        if (events != null) {
            events.retain();
        }
    }

    public final long block() {
        return block;
    }

    public final long data() {
        return data;
    }

    public final long result() {
        return result;
    }

    /** Begins; it may end at once. */
    public final void begin() {
        attach();
        context.began(this);
        start();
    }

    /** Ends it before its time; its event tells of that. */
    public final void cancel() {
        withdraw();
        complete(-ECANCELED);
    }

    abstract void start();

    /** Stops waiting and lets go of everything. */
    abstract void withdraw();

    final void complete(long newResult) {
        result = newResult;
        detach();
        context.ended(this);
        if (events != null) {
            EventFile told = events;
            events = null;
            told.signal();
            told.release();
        }
    }

    @Override
    protected final void orphaned() {
        cancel();
    }
}

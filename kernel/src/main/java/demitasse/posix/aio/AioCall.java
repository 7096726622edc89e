package demitasse.posix.aio;

import static demitasse.base.error.Errno.EAGAIN;

import demitasse.posix.file.EventFile;
import demitasse.posix.task.Call;
import demitasse.posix.task.CallOwner;
import demitasse.posix.task.Task;

/** A request that is a system call. */
public final class AioCall extends AioRequest implements CallOwner {
    private final Call call;
    private boolean never;

    public AioCall(Task task, AioContext context, long block, long data, EventFile events, int number) {
        super(task, context, block, data, events);
        call = new Call(task, this);
        call.begin(number);
    }

    /** Where its arguments belong. */
    public Call call() {
        return call;
    }

    /** RWF_NOWAIT. */
    public void setNeverWaits() {
        never = true;
    }

    @Override
    void start() {
        run();
    }

    @Override
    protected void run() {
        if (call.isParked()) {
            return;
        }
        long result = call.run();
        if (result != Call.PARKED) {
            complete(result);
        } else if (never) {
            withdraw();
            complete(-EAGAIN);
        }
    }

    @Override
    void withdraw() {
        call.cancel();
    }

    @Override
    public void woken() {
        wake();
    }

    @Override
    public boolean wantsAll() {
        return false;
    }
}

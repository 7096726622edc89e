package demitasse.posix.signal;

import demitasse.posix.task.Task;

/** A timer of timer_create(2). */
public final class PosixTimer extends IntervalTimer {
    public static final int SIGEV_SIGNAL = 0;
    public static final int SIGEV_NONE = 1;
    public static final int SIGEV_THREAD_ID = 4;

    private final Task owner;
    private final int notify;
    private final int signal;
    private final int tid;
    private final long value;
    int id;
    int lastOverrun;

    /** @param tid the task to be told, with {@link #SIGEV_THREAD_ID} */
    public PosixTimer(Task owner, int clockId, int notify, int signal, int tid, long value) {
        super(owner, clockId);
        this.owner = owner;
        this.notify = notify;
        this.signal = signal;
        this.tid = tid;
        this.value = value;
    }

    /** sigev_value is the number of the timer where the program did not say, timer_create(2). */
    public static PosixTimer withOwnNumber(Task owner, int clockId) {
        return new PosixTimer(owner, clockId, SIGEV_SIGNAL, SignalNumber.SIGALRM, 0, Long.MIN_VALUE);
    }

    /** How often it fired more than its last signal told, timer_getoverrun(2). */
    public int lastOverrun() {
        return lastOverrun;
    }

    @Override
    protected void fire(long times) {
        if (notify == SIGEV_NONE) {
            return;
        }
        SignalInfo info = new SignalInfo().set(signal, SignalInfo.SI_TIMER)
                .from(id, (int) Math.min(times - 1, Integer.MAX_VALUE))
                .value(value == Long.MIN_VALUE ? id : value);
        Task task = notify == SIGEV_THREAD_ID ? owner.process().instance().processes()
                .byTid(owner.process().pidNamespace().idOf(tid)) : null;
        if (notify != SIGEV_THREAD_ID) {
            Signals.sendTimed(owner.process(), info);
        } else if (task != null && task.process() == owner.process()) {
            Signals.sendTimed(task, info);
        }
    }
}

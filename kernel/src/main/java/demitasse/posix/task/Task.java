package demitasse.posix.task;

import demitasse.machine.UserContext;

/** A thread: registers, a call in flight, signals; task struct of Linux. The task helper fills this in. */
public final class Task {
    private final Process process;
    private final int tid;
    private final UserContext context;
    private final Call call = new Call(this);

    public Task(Process process, int tid, UserContext context) {
        this.process = process;
        this.tid = tid;
        this.context = context;
    }

    public Process process() {
        return process;
    }

    public int tid() {
        return tid;
    }

    public UserContext context() {
        return context;
    }

    public Call call() {
        return call;
    }

    /** Whether a signal waits that is neither blocked nor ignored. */
    public boolean hasDeliverableSignal() {
        return false;
    }

    /** Puts the task on the run queue. */
    public void makeRunnable() {
    }
}

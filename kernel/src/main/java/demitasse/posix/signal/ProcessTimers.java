package demitasse.posix.signal;

import static demitasse.base.error.Errno.EAGAIN;

import demitasse.base.memory.JavaHeap;
import demitasse.posix.task.ClockReading;
import demitasse.posix.task.Limits;
import demitasse.posix.task.Process;
import demitasse.posix.task.Task;

/** The timers of a process: the three of setitimer(2) and those of timer_create(2). */
public final class ProcessTimers {
    public static final int ITIMER_REAL = 0;
    public static final int ITIMER_VIRTUAL = 1;
    public static final int ITIMER_PROF = 2;
    public static final int ITIMERS = 3;
    /** Linux counts them against RLIMIT_SIGPENDING; here they have a limit of their own. */
    public static final int TIMERS_MAX = 1024;
    private static final int TIMER_BYTES = 192;
    private static final int INITIAL_CAPACITY = 8;

    private final Process process;
    private final SignalTimer[] intervals = new SignalTimer[ITIMERS];
    private CpuLimit cpuLimit;
    private PosixTimer[] timers = new PosixTimer[0];

    public ProcessTimers(Process process) {
        this.process = process;
    }

    /** One of setitimer(2)'s, made at its first use. */
    public IntervalTimer interval(int which, Task task) {
        if (intervals[which] == null) {
            int clockId = which == ITIMER_REAL ? ClockReading.CLOCK_MONOTONIC : ClockReading.CLOCK_PROCESS_CPUTIME_ID;
            int signal = which == ITIMER_REAL ? SignalNumber.SIGALRM
                    : which == ITIMER_VIRTUAL ? SignalNumber.SIGVTALRM : SignalNumber.SIGPROF;
            intervals[which] = new SignalTimer(task, clockId, signal);
        }
        return intervals[which];
    }

    /** RLIMIT_CPU has a value now, getrlimit(2). */
    public void limitCpu() {
        Task task = process.firstTask();
        if (cpuLimit == null && task != null && process.limits().soft(Limits.RLIMIT_CPU) != Limits.INFINITY) {
            cpuLimit = new CpuLimit(task);
        }
        if (cpuLimit != null) {
            cpuLimit.begin();
        }
    }

    /** Adds a timer: its number, or -EAGAIN when there are too many. */
    public int add(PosixTimer timer) {
        int id = 0;
        while (id < timers.length && timers[id] != null) {
            id++;
        }
        if (id >= TIMERS_MAX || !JavaHeap.hasRoom(TIMER_BYTES)) {
            return -EAGAIN;
        }
        if (id == timers.length) {
            PosixTimer[] more = new PosixTimer[Math.max(INITIAL_CAPACITY, 2 * id)];
            System.arraycopy(timers, 0, more, 0, id);
            timers = more;
        }
        JavaHeap.take(TIMER_BYTES);
        timers[id] = timer;
        timer.id = id;
        return id;
    }

    /** Null when there is none. */
    public PosixTimer at(int id) {
        return id >= 0 && id < timers.length ? timers[id] : null;
    }

    public void delete(int id) {
        timers[id].stop();
        timers[id] = null;
        JavaHeap.give(TIMER_BYTES);
    }

    /** CLOCK_REALTIME has been set; those of setitimer(2) do not go by it. */
    public void clockSet(long forwardNs) {
        for (PosixTimer timer : timers) {
            if (timer != null) {
                timer.clockSet(forwardNs);
            }
        }
    }

    /** A signal of a timer was taken from where it waited. */
    void delivered(int id, int overrun) {
        PosixTimer timer = at(id);
        if (timer != null) {
            timer.lastOverrun = overrun;
        }
    }

    /** execve(2): timers of timer_create(2) go, those of setitimer(2) stay. */
    public void deleteForExec() {
        for (int id = 0; id < timers.length; id++) {
            if (timers[id] != null) {
                delete(id);
            }
        }
    }

    /** The process has ended. */
    public void deleteAll() {
        deleteForExec();
        if (cpuLimit != null) {
            cpuLimit.stop();
        }
        for (SignalTimer timer : intervals) {
            if (timer != null) {
                timer.stop();
            }
        }
    }

    /** SIGXCPU at the soft limit, which moves on by a second each time as on Linux; SIGKILL at the hard one. */
    private final class CpuLimit extends IntervalTimer {
        private static final long SECOND_NS = 1_000_000_000L;
        private static final long FOR_EVER_S = Long.MAX_VALUE / SECOND_NS;

        CpuLimit(Task owner) {
            super(owner, ClockReading.CLOCK_PROCESS_CPUTIME_ID);
        }

        void begin() {
            long softS = process.limits().soft(Limits.RLIMIT_CPU);
            if (Long.compareUnsigned(softS, FOR_EVER_S) >= 0) {
                stop();
            } else {
                start(softS * SECOND_NS, 0);
            }
        }

        @Override
        protected void fire(long times) {
            Limits limits = process.limits();
            long hardS = limits.hard(Limits.RLIMIT_CPU);
            if (Long.compareUnsigned(hardS, clockNs() / SECOND_NS) <= 0) {
                process.killBy(SignalNumber.SIGKILL);
                return;
            }
            Signals.send(process, SignalNumber.SIGXCPU);
            limits.set(Limits.RLIMIT_CPU, limits.soft(Limits.RLIMIT_CPU) + 1, hardS);
            begin();
        }
    }

    /** Sends its signal to the process. */
    private final class SignalTimer extends IntervalTimer {
        private final int signal;

        SignalTimer(Task owner, int clockId, int signal) {
            super(owner, clockId);
            this.signal = signal;
        }

        @Override
        protected void fire(long times) {
            Signals.send(process, signal);
        }
    }
}

package demitasse.posix.task;

import static demitasse.base.error.Errno.EINVAL;

import demitasse.machine.Clock;

/** The clocks of clock_gettime(2) by their numbers. */
public final class ClockReading {
    public static final int CLOCK_REALTIME = 0;
    public static final int CLOCK_MONOTONIC = 1;
    public static final int CLOCK_PROCESS_CPUTIME_ID = 2;
    public static final int CLOCK_THREAD_CPUTIME_ID = 3;
    public static final int CLOCK_MONOTONIC_RAW = 4;
    public static final int CLOCK_REALTIME_COARSE = 5;
    public static final int CLOCK_MONOTONIC_COARSE = 6;
    public static final int CLOCK_BOOTTIME = 7;
    public static final int CLOCK_REALTIME_ALARM = 8;
    public static final int CLOCK_BOOTTIME_ALARM = 9;
    public static final int CLOCK_TAI = 11;

    /** clock_getcpuclockid(3): the clock of a process or thread, its number inverted above three bits. */
    private static final int CPU_CLOCK_SHIFT = 3;
    private static final int CPU_CLOCK_THREAD = 4;
    private static final int CPU_CLOCK_KIND = 3;
    private static final int CPU_CLOCK_FILE = 3;
    /** CPU time is looked at no more often; Linux does at each tick of 4 ms at CONFIG_HZ=250. */
    private static final long CPU_LOOK_NS = 1_000_000;

    private ClockReading() {
    }

    /** The time in nanoseconds, or -EINVAL for a clock that is not there. */
    public static long read(Task task, int clockId) {
        Clock clock = task.process().instance().platform().clock();
        return switch (clockId) {
            case CLOCK_REALTIME, CLOCK_REALTIME_COARSE, CLOCK_REALTIME_ALARM, CLOCK_TAI -> clock.realtimeNs();
            case CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME,
                 CLOCK_BOOTTIME_ALARM -> clock.monotonicNs();
            case CLOCK_PROCESS_CPUTIME_ID -> task.process().usage().cpuNs();
            case CLOCK_THREAD_CPUTIME_ID -> task.scheduling().cpuNs(clock.monotonicNs());
            default -> clockId < 0 ? readCpu(task, clockId) : -EINVAL;
        };
    }

    private static long readCpu(Task task, int clockId) {
        if ((clockId & CPU_CLOCK_KIND) == CPU_CLOCK_FILE) {
            return -EINVAL;
        }
        int number = ~(clockId >> CPU_CLOCK_SHIFT);
        int id = task.process().pidNamespace().idOf(number);
        Instance instance = task.process().instance();
        if ((clockId & CPU_CLOCK_THREAD) != 0) {
            Task of = number == 0 ? task : instance.processes().byTid(id);
            return of == null || of.process() != task.process() ? -EINVAL : of.scheduling().cpuNs(instance.nowNs());
        }
        Process of = number == 0 ? task.process() : instance.processes().byPid(id);
        return of == null ? -EINVAL : of.usage().cpuNs();
    }

    /** Whether clock_settime(2) sets it, directly or with CLOCK_REALTIME. */
    public static boolean isTimeOfDay(int clockId) {
        return clockId == CLOCK_REALTIME || clockId == CLOCK_REALTIME_COARSE || clockId == CLOCK_REALTIME_ALARM
                || clockId == CLOCK_TAI;
    }

    /** Whether it counts CPU time. */
    public static boolean countsCpu(int clockId) {
        return clockId < 0 || clockId == CLOCK_PROCESS_CPUTIME_ID || clockId == CLOCK_THREAD_CPUTIME_ID;
    }

    /**
     * When to look next whether a time of the clock has come that is so far away: of one that stands still while its
     * process sleeps not after each microsecond that is left.
     */
    public static long untilLookNs(int clockId, long restNs) {
        return restNs > 0 && restNs < CPU_LOOK_NS && countsCpu(clockId) ? CPU_LOOK_NS : restNs;
    }

    /** Whether one can sleep on it and set timers by it, clock_nanosleep(2), timer_create(2). */
    public static boolean drivesTimers(Task task, int clockId) {
        boolean coarse = clockId == CLOCK_REALTIME_COARSE || clockId == CLOCK_MONOTONIC_COARSE
                || clockId == CLOCK_MONOTONIC_RAW;
        return !coarse && read(task, clockId) >= 0;
    }
}

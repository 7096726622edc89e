package demitasse.syscall.abi;

import demitasse.posix.task.Call;

/** When waiting ends. */
public final class Deadlines {
    private Deadlines() {
    }

    /** A moment after now, or {@link Call#NEVER} when that is beyond all time. */
    public static long after(long nowNs, long durationNs) {
        return durationNs > Call.NEVER - 1 - nowNs ? Call.NEVER : nowNs + durationNs;
    }
}

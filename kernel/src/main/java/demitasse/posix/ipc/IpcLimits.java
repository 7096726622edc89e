package demitasse.posix.ipc;

/** The limits of System V objects that a program may change, proc(5) on /proc/sys/kernel; Linux's defaults. */
public final class IpcLimits {
    public static final int SHMMAX = 0;
    public static final int SHMMNI = 1;
    public static final int MSGMAX = 2;
    public static final int MSGMNB = 3;
    public static final int MSGMNI = 4;
    public static final int SEMMSL = 5;
    public static final int SEMMNS = 6;
    public static final int SEMOPM = 7;
    public static final int SEMMNI = 8;
    /** IPCMNI: how many objects of a kind there can be. */
    private static final int OBJECTS_MAX = 32_768;

    /** What a set of semaphores, and a call for one, is never larger than here. */
    private static final int SEMMSL_MAX = 32_000;
    private static final int SEMOPM_MAX = 500;

    private final long[] values = {-1L - (1L << 24), 4096, 8192, 16_384, 32_000,
        SEMMSL_MAX, 1_024_000_000, SEMOPM_MAX, 32_000};

    /** An unsigned number. */
    public long of(int which) {
        return values[which];
    }

    public int intOf(int which) {
        return (int) values[which];
    }

    /** False when it is out of range. */
    public boolean set(int which, long value) {
        long max = switch (which) {
            case SHMMNI, MSGMNI, SEMMNI -> OBJECTS_MAX;
            case SEMMSL -> SEMMSL_MAX;
            case SEMOPM -> SEMOPM_MAX;
            default -> Integer.MAX_VALUE;
        };
        if (which != SHMMAX && Long.compareUnsigned(value, max) > 0) {
            return false;
        }
        values[which] = value;
        return true;
    }
}

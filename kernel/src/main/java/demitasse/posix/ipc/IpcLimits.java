package demitasse.posix.ipc;

/** The limits of System V objects that a program may change, proc(5) on /proc/sys/kernel; Linux's defaults. */
public final class IpcLimits {
    public static final int SHMMAX = 0;
    public static final int SHMMNI = 1;
    public static final int MSGMAX = 2;
    public static final int MSGMNB = 3;
    public static final int MSGMNI = 4;
    /** IPCMNI: how many objects of a kind there can be. */
    private static final int OBJECTS_MAX = 32_768;

    private final long[] values = {-1L - (1L << 24), 4096, 8192, 16_384, 32_000};

    /** An unsigned number. */
    public long of(int which) {
        return values[which];
    }

    public int intOf(int which) {
        return (int) values[which];
    }

    /** False when it is out of range. */
    public boolean set(int which, long value) {
        boolean counts = which == SHMMNI || which == MSGMNI;
        long max = counts ? OBJECTS_MAX : Integer.MAX_VALUE;
        if (which != SHMMAX && Long.compareUnsigned(value, max) > 0) {
            return false;
        }
        values[which] = value;
        return true;
    }
}

package demitasse.posix.task;

/** Resource limits of a process, getrlimit(2). */
public final class Limits {
    public static final int RLIMIT_CPU = 0;
    public static final int RLIMIT_FSIZE = 1;
    public static final int RLIMIT_DATA = 2;
    public static final int RLIMIT_STACK = 3;
    public static final int RLIMIT_CORE = 4;
    public static final int RLIMIT_RSS = 5;
    public static final int RLIMIT_NPROC = 6;
    public static final int RLIMIT_NOFILE = 7;
    public static final int RLIMIT_MEMLOCK = 8;
    public static final int RLIMIT_AS = 9;
    public static final int RLIMIT_LOCKS = 10;
    public static final int RLIMIT_SIGPENDING = 11;
    public static final int RLIMIT_MSGQUEUE = 12;
    public static final int RLIMIT_NICE = 13;
    public static final int RLIMIT_RTPRIO = 14;
    public static final int RLIMIT_RTTIME = 15;
    public static final int COUNT = 16;

    public static final long INFINITY = -1;

    private static final long STACK_BYTES = 8L << 20;
    private static final long LOCKED_BYTES = 8L << 20;
    private static final long OPEN_FILES = 1024;
    private static final long OPEN_FILES_MAX = 1 << 20;
    private static final long PROCESSES_MAX = 4096;
    private static final long QUEUED_SIGNALS_MAX = 4096;
    /** MQ_BYTES_MAX of Linux. */
    private static final long MESSAGE_BYTES_MAX = 819_200;

    private final long[] soft = new long[COUNT];
    private final long[] hard = new long[COUNT];

    /** What a login on Linux gives, infinite where nothing else is said. */
    public Limits() {
        for (int i = 0; i < COUNT; i++) {
            set(i, INFINITY, INFINITY);
        }
        set(RLIMIT_STACK, STACK_BYTES, INFINITY);
        set(RLIMIT_CORE, 0, INFINITY);
        set(RLIMIT_NPROC, PROCESSES_MAX, PROCESSES_MAX);
        set(RLIMIT_NOFILE, OPEN_FILES, OPEN_FILES_MAX);
        set(RLIMIT_SIGPENDING, QUEUED_SIGNALS_MAX, QUEUED_SIGNALS_MAX);
        set(RLIMIT_MSGQUEUE, MESSAGE_BYTES_MAX, MESSAGE_BYTES_MAX);
        set(RLIMIT_MEMLOCK, LOCKED_BYTES, LOCKED_BYTES);
        set(RLIMIT_NICE, 0, 0);
        set(RLIMIT_RTPRIO, 0, 0);
    }

    /** As an unsigned number; {@link #INFINITY} is the largest. */
    public long soft(int resource) {
        return soft[resource];
    }

    public long hard(int resource) {
        return hard[resource];
    }

    public void set(int resource, long newSoft, long newHard) {
        soft[resource] = newSoft;
        hard[resource] = newHard;
    }

    public void copyFrom(Limits other) {
        System.arraycopy(other.soft, 0, soft, 0, COUNT);
        System.arraycopy(other.hard, 0, hard, 0, COUNT);
    }
}

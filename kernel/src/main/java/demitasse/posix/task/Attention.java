package demitasse.posix.task;

/** What keeps a {@link Task} from going straight back to user code: the bits of one word. */
final class Attention {
    /** A signal may have to be delivered. */
    static final int SIGNAL = 1;
    /** The call waits; the task is on no run queue. */
    static final int PARKED = 2;
    /** The call was woken and is to be tried again. */
    static final int RETRY = 4;
    /** The call answered that it was interrupted: restart or EINTR. */
    static final int INTERRUPTED = 8;
    /** The signal mask is substituted for the time of the call. */
    static final int MASK = 128;
    /** The process is stopped by a signal. */
    static final int STOPPED = 16;
    /** The thread is to end. */
    static final int DYING = 32;
    /** Others may have run while it was in a restartable sequence. */
    static final int SEQUENCE = 256;
    /** The thread has ended. */
    static final int DEAD = 64;
    /** It is traced, ptrace(2): its system calls are shown to {@link #tracee}. */
    static final int WATCHED = 512;
    /** It stands still for its tracer. */
    static final int TRAPPED = 1024;
    /** It has stood still before a system call, which may be another one now. */
    static final int ENTERING = 2048;
    /** A watched system call goes on, whose end is to be shown. */
    static final int CALLING = 4096;
    /** It is to stand still for its tracer as soon as it can. */
    static final int TRAP = 8192;
    /** Its system calls are judged by {@link #filter}. */
    static final int FILTERED = 1 << 14;
    /** What stays while user code runs. */
    static final int LASTING = WATCHED | FILTERED;

    private Attention() {
    }
}

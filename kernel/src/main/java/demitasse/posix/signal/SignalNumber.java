package demitasse.posix.signal;

/** The signals of x86-64 Linux, signal(7), what they do by default, and sets of them as bit masks. */
public final class SignalNumber {
    public static final int SIGHUP = 1;
    public static final int SIGINT = 2;
    public static final int SIGQUIT = 3;
    public static final int SIGILL = 4;
    public static final int SIGTRAP = 5;
    public static final int SIGABRT = 6;
    public static final int SIGBUS = 7;
    public static final int SIGFPE = 8;
    public static final int SIGKILL = 9;
    public static final int SIGUSR1 = 10;
    public static final int SIGSEGV = 11;
    public static final int SIGUSR2 = 12;
    public static final int SIGPIPE = 13;
    public static final int SIGALRM = 14;
    public static final int SIGTERM = 15;
    public static final int SIGSTKFLT = 16;
    public static final int SIGCHLD = 17;
    public static final int SIGCONT = 18;
    public static final int SIGSTOP = 19;
    public static final int SIGTSTP = 20;
    public static final int SIGTTIN = 21;
    public static final int SIGTTOU = 22;
    public static final int SIGURG = 23;
    public static final int SIGXCPU = 24;
    public static final int SIGXFSZ = 25;
    public static final int SIGVTALRM = 26;
    public static final int SIGPROF = 27;
    public static final int SIGWINCH = 28;
    public static final int SIGIO = 29;
    public static final int SIGPWR = 30;
    public static final int SIGSYS = 31;
    /** The first real-time signal as the kernel counts; the C library keeps a few for itself. */
    public static final int SIGRTMIN = 32;
    public static final int MAX = 64;

    public static final int TERMINATE = 0;
    public static final int IGNORE = 1;
    public static final int STOP = 2;
    public static final int CONTINUE = 3;
    /** Terminate and leave a core dump, core(5). */
    public static final int DUMP = 4;

    /** Those that come from the instruction that was just run; delivered before others. */
    public static final long SYNCHRONOUS = bit(SIGSEGV) | bit(SIGBUS) | bit(SIGILL) | bit(SIGTRAP) | bit(SIGFPE)
            | bit(SIGSYS);
    public static final long STOPS = bit(SIGSTOP) | bit(SIGTSTP) | bit(SIGTTIN) | bit(SIGTTOU);
    /** Those that can be neither caught, blocked nor ignored. */
    public static final long UNBLOCKABLE = bit(SIGKILL) | bit(SIGSTOP);
    private static final long IGNORED = bit(SIGCHLD) | bit(SIGURG) | bit(SIGWINCH) | bit(SIGCONT);

    private static final long DUMPED = bit(SIGQUIT) | bit(SIGILL) | bit(SIGTRAP) | bit(SIGABRT) | bit(SIGBUS)
            | bit(SIGFPE) | bit(SIGSEGV) | bit(SIGXCPU) | bit(SIGXFSZ) | bit(SIGSYS);

    private SignalNumber() {
    }

    public static boolean isValid(int signal) {
        return signal >= 1 && signal <= MAX;
    }

    public static boolean isRealTime(int signal) {
        return signal >= SIGRTMIN;
    }

    /** The set with one signal. */
    public static long bit(int signal) {
        return 1L << signal - 1;
    }

    /** What happens without a handler. */
    public static int defaultAction(int signal) {
        if (signal == SIGCONT) {
            return CONTINUE;
        }
        if ((IGNORED & bit(signal)) != 0) {
            return IGNORE;
        }
        if ((DUMPED & bit(signal)) != 0) {
            return DUMP;
        }
        return (STOPS & bit(signal)) != 0 ? STOP : TERMINATE;
    }
}

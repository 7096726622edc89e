package demitasse.posix.signal;

/** What a process does about each signal, sigaction(2). */
public final class Dispositions {
    public static final long SIG_DFL = 0;
    public static final long SIG_IGN = 1;

    public static final long SA_NOCLDSTOP = 1;
    public static final long SA_NOCLDWAIT = 2;
    public static final long SA_SIGINFO = 4;
    public static final long SA_RESTORER = 0x0400_0000L;
    public static final long SA_ONSTACK = 0x0800_0000L;
    public static final long SA_RESTART = 0x1000_0000L;
    public static final long SA_NODEFER = 0x4000_0000L;
    public static final long SA_RESETHAND = 0x8000_0000L;

    /** Other flags are cleared, so that a program can find out what is supported, sigaction(2). */
    public static final long SA_KNOWN = SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_RESTORER | SA_ONSTACK | SA_RESTART
            | SA_NODEFER | SA_RESETHAND;

    private final long[] handlers = new long[SignalNumber.MAX + 1];
    private final long[] flags = new long[SignalNumber.MAX + 1];
    private final long[] restorers = new long[SignalNumber.MAX + 1];
    private final long[] masks = new long[SignalNumber.MAX + 1];

    public long handler(int signal) {
        return handlers[signal];
    }

    public long flags(int signal) {
        return flags[signal];
    }

    public long restorer(int signal) {
        return restorers[signal];
    }

    /** What is blocked while the handler runs, beside the signal itself. */
    public long mask(int signal) {
        return masks[signal];
    }

    public void set(int signal, long handler, long newFlags, long restorer, long mask) {
        handlers[signal] = handler;
        flags[signal] = newFlags;
        restorers[signal] = restorer;
        masks[signal] = mask & ~SignalNumber.UNBLOCKABLE;
    }

    /** Back to the default action. */
    public void reset(int signal) {
        handlers[signal] = SIG_DFL;
    }

    /** Whether a signal would have no effect: ignored, or left to a default action that does nothing. */
    public boolean ignores(int signal) {
        return handlers[signal] == SIG_IGN
                || handlers[signal] == SIG_DFL && SignalNumber.defaultAction(signal) == SignalNumber.IGNORE;
    }

    public boolean hasHandler(int signal) {
        return handlers[signal] != SIG_DFL && handlers[signal] != SIG_IGN;
    }

    /** execve(2): handlers are gone with the program they were part of; ignored signals stay ignored. */
    public void resetForExec() {
        for (int signal = 1; signal <= SignalNumber.MAX; signal++) {
            set(signal, handlers[signal] == SIG_IGN ? SIG_IGN : SIG_DFL, 0, 0, 0);
        }
    }

    /** clone3(2) CLONE_CLEAR_SIGHAND: what is ignored stays so, handlers do not. */
    public void copyIgnored(Dispositions other) {
        copyFrom(other);
        resetForExec();
    }

    public void copyFrom(Dispositions other) {
        System.arraycopy(other.handlers, 0, handlers, 0, handlers.length);
        System.arraycopy(other.flags, 0, flags, 0, flags.length);
        System.arraycopy(other.restorers, 0, restorers, 0, restorers.length);
        System.arraycopy(other.masks, 0, masks, 0, masks.length);
    }
}

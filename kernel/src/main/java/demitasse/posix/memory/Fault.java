package demitasse.posix.memory;

/** What became of a page fault; the signal code turns the refusals into SIGSEGV and SIGBUS, sigaction(2). */
public final class Fault {
    /** The page is there now. */
    public static final int HANDLED = 0;
    /** SIGSEGV, SEGV_MAPERR: no mapping at the address. */
    public static final int UNMAPPED = 1;
    /** SIGSEGV, SEGV_ACCERR: the mapping does not allow the access. */
    public static final int DENIED = 2;
    /** SIGBUS, BUS_ADRERR: beyond the end of the file, or the file cannot be read. */
    public static final int BEYOND_END = 3;
    /** No frame left, and nobody gave one, see {@link Relief}. */
    public static final int NO_MEMORY = 4;

    private Fault() {
    }
}

package demitasse.posix.memory;

import demitasse.base.trace.Log;

/** What an address space may have: RLIMIT_*, getrlimit(2), in bytes, {@link #UNLIMITED} for none; and W^X. */
public final class MemoryLimits {
    public static final long UNLIMITED = Long.MAX_VALUE;
    public static final int MDWE_REFUSE_EXEC_GAIN = 1;
    public static final int MDWE_NO_INHERIT = 2;

    public long stackBytes = 8L << 20;
    public long dataBytes = UNLIMITED;
    public long addressSpaceBytes = UNLIMITED;
    /** MCL_FUTURE and MCL_ONFAULT of mlockall(2), 0 for none. */
    public int locksFuture;
    /** PR_MDWE_REFUSE_EXEC_GAIN and PR_MDWE_NO_INHERIT of PR_SET_MDWE(2const), 0 for none. */
    public int executeGain;
    boolean writeExecuteAllowed;
    /** One line in the log is enough. */
    private boolean refusalTold;

    /** As getrlimit(2) has them: unsigned, so that -1 is no limit. */
    public void set(long stack, long data, long addressSpace) {
        stackBytes = stack < 0 ? UNLIMITED : stack;
        dataBytes = data < 0 ? UNLIMITED : data;
        addressSpaceBytes = addressSpace < 0 ? UNLIMITED : addressSpace;
    }

    /**
     * Whether more memory is too much.
     *
     * @param mappedBytes what there is already
     * @param data whether it is private and writable, which RLIMIT_DATA counts
     */
    boolean areExceeded(Mappings mappings, long mappedBytes, long moreBytes, boolean data) {
        return mappedBytes + moreBytes > addressSpaceBytes
                || data && dataBytes != UNLIMITED && dataOf(mappings) + moreBytes > dataBytes;
    }

    /** What is private and writable, and no stack. */
    private static long dataOf(Mappings mappings) {
        long sumBytes = 0;
        for (int i = 0; i < mappings.count(); i++) {
            Mapping mapping = mappings.at(i);
            boolean counts = (mapping.protection & MapFlags.PROT_WRITE) != 0 && !mapping.isShared()
                    && !mapping.isStack() && !mapping.isKernels();
            sumBytes += counts ? mapping.lengthBytes() : 0;
        }
        return sumBytes;
    }

    /** Whether a protection has writing and executing at once, where that is not allowed. */
    boolean refusesWriteExecute(int protection) {
        int both = MapFlags.PROT_WRITE | MapFlags.PROT_EXEC;
        if ((protection & both) != both || writeExecuteAllowed && executeGain == 0) {
            return false;
        }
        if (!refusalTold && executeGain == 0) {
            refusalTold = true;
            Log.at(Log.WARN).text("refused memory that is writable and executable at once, as just-in-time compilers ")
                    .text("want it; 'demi run --allow jit' permits it").end();
        }
        return true;
    }

    /** Whether what is mapped already must not become executable, PR_SET_MDWE(2const). */
    boolean refusesExecuteGain(int was, int wanted) {
        return executeGain != 0 && (wanted & ~was & MapFlags.PROT_EXEC) != 0;
    }

    /** Whether a new mapping is locked, mmap(2) and mlockall(2). */
    public boolean locks(int mapFlags) {
        return (mapFlags & MapFlags.MAP_LOCKED) != 0 || locksFuture != 0;
    }

    boolean locksOnFault(int mapFlags) {
        return (mapFlags & MapFlags.MAP_LOCKED) == 0 && (locksFuture & MapFlags.MCL_ONFAULT) != 0;
    }

    /** For another program of the process, or a child of it. */
    public void inheritExecuteGain(MemoryLimits other) {
        executeGain = (other.executeGain & MDWE_NO_INHERIT) != 0 ? 0 : other.executeGain;
    }

    void copyFrom(MemoryLimits other) {
        inheritExecuteGain(other);
        stackBytes = other.stackBytes;
        dataBytes = other.dataBytes;
        addressSpaceBytes = other.addressSpaceBytes;
    }
}

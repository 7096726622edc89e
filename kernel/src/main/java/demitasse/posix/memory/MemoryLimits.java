package demitasse.posix.memory;

/** RLIMIT_* of an address space, getrlimit(2), in bytes; {@link #UNLIMITED} for none. */
public final class MemoryLimits {
    public static final long UNLIMITED = Long.MAX_VALUE;

    public long stackBytes = 8L << 20;
    public long dataBytes = UNLIMITED;
    public long addressSpaceBytes = UNLIMITED;

    /** As getrlimit(2) has them: unsigned, so that -1 is no limit. */
    public void set(long stack, long data, long addressSpace) {
        stackBytes = stack < 0 ? UNLIMITED : stack;
        dataBytes = data < 0 ? UNLIMITED : data;
        addressSpaceBytes = addressSpace < 0 ? UNLIMITED : addressSpace;
    }

    void copyFrom(MemoryLimits other) {
        stackBytes = other.stackBytes;
        dataBytes = other.dataBytes;
        addressSpaceBytes = other.addressSpaceBytes;
    }
}

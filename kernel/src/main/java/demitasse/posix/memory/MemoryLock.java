package demitasse.posix.memory;

/** Memory that is locked, mlock(2). Nothing is ever swapped: pages are brought in, and counted for RLIMIT_MEMLOCK. */
public final class MemoryLock {
    private MemoryLock() {
    }

    /** Locks or unlocks a page-aligned range that is mapped: 0 or -ENOMEM. */
    public static int set(UserSpace memory, long start, long end, boolean locks, boolean bringsIn) {
        int error = Advice.flag(memory, start, end, Mapping.LOCKED, locks);
        if (error == 0) {
            error = Advice.flag(memory, start, end, Mapping.LOCKED_ON_FAULT, locks && !bringsIn);
        }
        return error == 0 && locks && bringsIn ? memory.lock(start, end) : error;
    }

    /** mlockall(2) and munlockall(2) for what is mapped now; what cannot be brought in does not matter. */
    public static void setAll(UserSpace memory, boolean locks, boolean bringsIn) {
        Mappings mappings = memory.mappings();
        for (int i = 0; i < mappings.count(); i++) {
            Mapping mapping = mappings.at(i);
            if (!mapping.isKernels()) {
                int others = mapping.flags & ~(Mapping.LOCKED | Mapping.LOCKED_ON_FAULT);
                mapping.flags = locks ? others | Mapping.LOCKED | (bringsIn ? 0 : Mapping.LOCKED_ON_FAULT) : others;
            }
        }
        for (int i = 0; locks && bringsIn && i < mappings.count(); i++) {
            if (!mappings.at(i).isKernels()) {
                memory.populate(mappings.at(i).start, mappings.at(i).end);
            }
        }
    }

    /** How much is locked, VmLck of proc(5); and if a range were too. Not more than is mapped. */
    public static long bytesWith(UserSpace memory, long start, long end) {
        Mappings mappings = memory.mappings();
        long sumBytes = 0;
        for (int i = 0; i < mappings.count(); i++) {
            Mapping mapping = mappings.at(i);
            long inside = Math.min(end, mapping.end) - Math.max(start, mapping.start);
            sumBytes += mapping.has(Mapping.LOCKED) ? mapping.lengthBytes() : Math.max(0, inside);
        }
        return sumBytes;
    }

    /** Whether a part of a range is locked. */
    public static boolean touches(UserSpace memory, long start, long end) {
        return memory.mappings().have(Mapping.LOCKED, start, end);
    }
}

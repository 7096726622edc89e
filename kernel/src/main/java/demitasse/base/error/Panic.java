package demitasse.base.error;

import demitasse.base.memory.Memory;

/** A broken invariant of the kernel. Prints the reason through the platform and stops the instance. */
public final class Panic extends Error {
    private static final long serialVersionUID = 1L;

    private Panic(String reason) {
        super(reason, null, false, true);
    }

    /**
     * Stops the instance; on HotSpot throws, so that a test sees it.
     *
     * @return never; declared so that callers can write {@code throw Panic.because(...)}
     */
    public static Panic because(String reason) {
        if (Memory.onMetal()) {
            MetalPanic.stop(reason);
        }
        throw new Panic(reason);
    }
}

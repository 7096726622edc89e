package demitasse.net.ip;

/** Who uses an endpoint: hears when something about it has changed. Nothing may be called back from inside. */
public interface Notified {
    /** @param events bits of {@link demitasse.sched.wait.Events} that may have come true */
    void changed(int events);

    /** The peer tells of urgent data, as SIGURG does: before it has come, perhaps. */
    default void urgent() {
    }

    /** Whether a program waits for this, which may soon have an answer. */
    default boolean isAwaited() {
        return false;
    }
}

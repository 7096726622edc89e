package demitasse.posix.task;

/** Who runs a {@link Call} that no task waits for. */
public interface CallOwner {
    /** What the call waited for has come: {@link Call#run} is due, but not from within this method. */
    void woken();

    /** Whether it goes on after a part was moved; if not, it ends with what it has instead of waiting. */
    boolean wantsAll();
}
